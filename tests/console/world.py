"""Rows to test with: valid ones, each with what a test wants to differ."""

from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from console import bindings, demo, models, publish
from console.models.api import placeholders
from console.models.environment import RELEASE_ID
from console.replay.asked import Asked
from console.setup import ensure_default_response
from gateway.functions.package import code_hash
from gateway.snapshot import Snapshot
from gateway.source import File
from tests.certificates import issue
from tests.console import policies

ALLOW = """import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"status": "allow"})}
"""
_numbers = count(1)


@dataclass(frozen=True)
class Example:
    """One object of each noun, all connected."""

    function: models.Function
    event: models.TestEvent
    authorizer: models.Authorizer
    api: models.Api
    release: models.Release
    credential: models.Credential
    authorization: models.Authorization
    group: models.ApiGroup
    version: models.Version
    alias: models.Alias
    build: models.Build
    invocation: models.Invocation
    trace: models.Trace
    channel: models.Channel
    variable: models.Variable
    domain: models.Domain
    certificate: models.Certificate
    response: models.GatewayResponse
    environment: models.Environment
    instance: models.Instance
    throttle: models.Throttle
    orchestration: models.Orchestration
    feature: models.Feature
    throttlespecial: models.ThrottleSpecial
    acl: models.Acl
    plugin: models.Plugin
    signature: models.Signature
    appquota: models.AppQuota
    appquotabinding: models.AppQuotaBinding
    audit: models.Audit
    access_log: models.AccessLog
    minute: models.Minute
    scenario: models.Scenario
    case: models.ScenarioCase
    access_key: models.AccessKey
    app_code: models.AppCode
    lockout: models.Lockout
    delivery: models.Delivery
    task: models.Task

    @property
    def debug_url(self) -> str:
        return f"{reverse('debug')}?api={self.api.pk}"


def example() -> Example:
    made = demo.create()
    api, credential = made.api, made.credential
    assert api.authorizer is not None
    function = api.authorizer.function
    publish.publish(api, environment(), "again")
    version = models.Version.publish(function)
    alias = models.Alias(function=function, name="prod", version=version)
    alias.save_valid()
    throttle, acl, quota = policies.example(api, environment(), credential)
    plugin, signature = policies.plugin(), policies.signature()
    for policy in (plugin, signature):
        bindings.bind(policy, [api], environment())
    return Example(
        function=function,
        event=function.events.get(),
        authorizer=api.authorizer,
        api=api,
        release=api.releases.get(status=2),
        credential=credential,
        authorization=credential.authorizations.get(),
        group=group(),
        version=version,
        alias=alias,
        build=models.Build.objects.create(function=function, package=function.draft),
        invocation=invocation(function),
        trace=trace(api),
        channel=channel(),
        variable=variable(),
        domain=domain(),
        certificate=certificate(),
        response=response(),
        environment=environment("OTHER"),
        instance=models.Instance.current(),
        throttle=throttle,
        orchestration=policies.orchestration(),
        feature=policies.feature("ratelimit", '{"api_limits": 500}'),
        throttlespecial=throttle.specials.get(),
        acl=acl,
        plugin=plugin,
        signature=signature,
        appquota=quota,
        appquotabinding=quota.bindings.get(),
        audit=models.Audit.objects.all()[0],
        access_log=access_log(api),
        minute=models.Minute.objects.create(minute=timezone.now(), api_id=api.pk),
        scenario=(case := scenario_case(api)).scenario,
        case=case,
        access_key=access_key(),
        app_code=app_code(credential),
        lockout=lockout(),
        delivery=models.Delivery.objects.create(sender="gateway"),
        task=models.Task.objects.create(type="import_api", status="succeed"),
    )


def user(name: str = "admin") -> User:
    """A superuser; "admin" is the one that `admin_client` is signed in as."""
    known = User.objects.filter(username=name).first()
    return known or User.objects.create_superuser(name, password="password")


def access_key(owner: User | None = None, **fields: Any) -> models.AccessKey:
    account = models.Account.of(owner or user())
    row = models.AccessKey(account=account, **fields)
    row.save_valid()
    return row


def app_code(app: models.Credential, **fields: Any) -> models.AppCode:
    row = models.AppCode(app=app, **fields)
    row.save_valid()
    return row


def lockout(name: str = "somebody") -> models.Lockout:
    models.Lockout.fail(name)
    return models.Lockout.objects.get(pk=name)


def invocation(function: models.Function, **fields: Any) -> models.Invocation:
    known: dict[str, Any] = {
        "request_id": f"request{next(_numbers)}",
        "origin": models.Invocation.Origin.GATEWAY,
        "version": "latest",
        "code_hash": function.deployed_id,
        "ok": True,
        "event": '{"headers": {}}',
        "result": '{"statusCode": 200}',
        "start_time": timezone.now(),
        "duration_ms": 1.5,
    }
    return models.Invocation.objects.create(function=function, **known | fields)


def access_log(api: models.Api, **fields: Any) -> models.AccessLog:
    known: dict[str, Any] = {
        "time": timezone.now(),
        "request_id": f"request{next(_numbers)}",
        "remote_addr": "192.0.2.1",
        "request_method": "GET",
        "scheme": "https",
        "host": "h",
        "router_uri": api.req_uri,
        "api_id": api.pk,
        "api_name": api.name,
        "status": 200,
        "request_time": 0.01,
        "bytes_sent": 1,
        "request_length": 1,
    }
    return models.AccessLog.objects.create(**known | fields)


def trace(api: models.Api, **fields: Any) -> models.Trace:
    known: dict[str, Any] = {
        "request_id": f"request{next(_numbers)}",
        "method": "GET",
        "path": api.req_uri,
        "status": 200,
        "duration_ms": 1.5,
        "content": {"steps": [], "body": "iVBORwA=", "type": "image/png"},
    }
    return models.Trace.objects.create(
        api_id=api.pk, api_name=api.name, **known | fields
    )


def scenario_case(api: models.Api, **fields: Any) -> models.ScenarioCase:
    """A case that calls a published API unsigned, of a scenario of its own if need be.

    Fields of its call go into it, others into the case.
    """
    known = {"method": api.req_method, "host": api.group.sl_domain, "signer": "nobody"}
    of_call = {f.name for f in dataclass_fields(Asked)}
    given = {n: fields.pop(n) for n in list(fields) if n in of_call}
    call = {"scheme": "https", "path": api.req_uri} | known | given
    if "scenario" not in fields:
        fields["scenario"] = models.Scenario(name=f"scenario{next(_numbers)}")
        fields["scenario"].save_valid()
    document = Asked(**call).document()
    row = models.ScenarioCase(
        **{"name": f"case {next(_numbers)}", "call": document} | fields
    )
    row.save_valid()
    return row


def environment(name: str = "RELEASE") -> models.Environment:
    """RELEASE, or another environment, made when it is not there."""
    if name == "RELEASE":
        return models.Environment.objects.get(pk=RELEASE_ID)
    return models.Environment.objects.get_or_create(name=name)[0]


def default_group() -> models.ApiGroup:
    return models.ApiGroup.objects.get(is_default=True)


def function(text: str = ALLOW, **fields: Any) -> models.Function:
    """A deployed function."""
    row = models.Function(**{"func_name": f"function{next(_numbers)}"} | fields)
    write(row, text)
    row.save_valid()
    row.deploy(row.draft)
    return row


def write(row: models.Function, text: str) -> None:
    """Put a text into index.py of the draft; not saved yet."""
    row.write({"index.py": text.encode()})


def code(package: models.Package | None) -> str:
    """The text of index.py."""
    assert package is not None
    return package.files()["index.py"].decode()


def hash_of(text: str) -> str:
    return code_hash({"index.py": text.encode()})


def authorizer(**fields: Any) -> models.Authorizer:
    if "function" not in fields:
        fields["function"] = function()
    row = models.Authorizer(**{"name": f"guard{next(_numbers)}"} | fields)
    row.save_valid()
    return row


def group(**fields: Any) -> models.ApiGroup:
    row = models.ApiGroup(**{"name": f"group{next(_numbers)}"} | fields)
    row.save_valid()
    ensure_default_response(row)
    return row


def variable(**fields: Any) -> models.Variable:
    """#host# is 10.0.0.1 in RELEASE, for the group DEFAULT."""
    known: dict[str, Any] = {"variable_name": "host", "variable_value": "10.0.0.1"}
    if "group" not in fields:
        known["group"] = default_group()
    if "env" not in fields:
        known["env"] = environment()
    row = models.Variable(**known | fields)
    row.save_valid()
    return row


def certificate(*names: str, **fields: Any) -> models.Certificate:
    """For www.example.com, issued by tests.certificates.authority()."""
    pair = fields.pop("pair", None) or issue(*(names or ("www.example.com",)))
    known = {
        "name": f"cert{next(_numbers)}",
        "cert_content": pair.pem,
        "private_key": pair.key_pem(),
    }
    row = models.Certificate(**known | fields)
    row.save_valid()
    return row


def domain(name: str = "www.example.com", **fields: Any) -> models.Domain:
    known = {"group": fields.pop("group", None) or default_group()}
    row = models.Domain(url_domain=name, **known | fields)
    row.save_valid()
    return row


def response(**fields: Any) -> models.GatewayResponse:
    """A response beside default, of the group DEFAULT."""
    known: dict[str, Any] = {"name": f"response{next(_numbers)}"}
    if "group" not in fields:
        known["group"] = default_group()
    row = models.GatewayResponse(**known | fields)
    row.save_valid()
    return row


def draft_api(**fields: Any) -> models.Api:
    """An API that is not saved: App authentication, GET, HTTPS, a path of its own.

    The parameters of its path are declared, unless the fields do it.
    """
    owner = fields.setdefault("group", default_group())
    number = next(_numbers)
    in_path = placeholders(fields.get("req_uri", ""))
    declared = [{"name": n, "type": "STRING", "location": "PATH"} for n in in_path]
    return models.Api(
        **{
            "req_params": declared,
            "name": f"api{number}",
            "req_uri": f"/path{number}",
            "response": ensure_default_response(owner),
            "mock_info": {"status_code": 200, "result_content": "mock", "headers": []},
        }
        | fields
    )


def api(**fields: Any) -> models.Api:
    row = draft_api(**fields)
    row.save_valid()
    return row


def published(**fields: Any) -> models.Api:
    row = api(**fields)
    publish.publish(row, environment())
    return row


def channel(*hosts: str, **fields: Any) -> models.Channel:
    """A channel with one group of servers, by default one server."""
    row = models.Channel(**{"name": f"channel{next(_numbers)}", "port": 80} | fields)
    row.save_valid()
    group = models.MemberGroup(channel=row, member_group_name="servers")
    group.save_valid()
    for host in hosts or ("192.0.2.10",):
        models.Member(channel=row, member_group=group, host=host).save_valid()
    return row


def credential(**fields: Any) -> models.Credential:
    row = models.Credential(**{"name": f"app{next(_numbers)}"} | fields)
    row.save_valid()
    return row


def bind(app: models.Credential, row: models.Api) -> models.Authorization:
    pair = models.Authorization(app=app, api=row, env=environment())
    pair.save_valid()
    return pair


def live() -> Snapshot:
    """What a gateway reads right now."""
    return File(settings.SNAPSHOT_FILE, settings.SNAPSHOT_KEY_FILE).current()
