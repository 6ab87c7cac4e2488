"""The documented example: two-factor authentication, ready to call.

Creating it again changes nothing that is there; what is missing is added.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from console import builds, models, publish
from console.addresses import gateway, local, text, url
from console.models.environment import RELEASE_ID
from console.setup import ensure_default_response

NAME = "two_factor_authorization"
PATH = "/api/two_factor_authorization"
TOKEN = "Basic dXNlcjE6cGFzc3dvcmQ="
TEST = "user@123"
NOUNS = (
    models.Function,
    models.Authorizer,
    models.Api,
    models.Release,
    models.Credential,
    models.Authorization,
)
CODE = '''# -*- coding:utf-8 -*-
import json


def handler(event, context):
    """Allow a call that brings the token and the test value we know."""
    known = (context.getUserData("token"), context.getUserData("test"))
    given = (
        event["headers"].get("token"),
        event["queryStringParameters"].get("test"),
    )
    if given == known:
        status, answer = 200, {"status": "allow", "context": {"user": "auth success"}}
    else:
        status, answer = 401, {"status": "deny"}
    return json.dumps({"statusCode": status, "body": json.dumps(answer)})
'''
EVENT = """{
  "headers": {"token": "Basic dXNlcjE6cGFzc3dvcmQ="},
  "queryStringParameters": {"test": "user@123"}
}
"""
IDENTITIES = [
    {"location": "HEADER", "name": "token", "validation": None},
    {"location": "QUERY", "name": "test", "validation": None},
]


@dataclass(frozen=True, slots=True)
class Example:
    api: models.Api
    credential: models.Credential


@transaction.atomic
def create() -> Example:
    """Make the example, or complete it; ValidationError if its path is taken."""
    function = _function()
    authorizer, _ = models.Authorizer.objects.get_or_create(
        name=NAME,
        defaults={"function": function, "ttl": 30, "identities": IDENTITIES},
    )
    api = _api(authorizer)
    credential, _ = models.Credential.objects.get_or_create(
        name=NAME, defaults={"remark": "The documented example"}
    )
    release = models.Environment.objects.get(pk=RELEASE_ID)
    models.Authorization.objects.get_or_create(app=credential, api=api, env=release)
    if not api.releases.filter(env=release, status=1).exists():
        publish.publish(api, release, "The documented example")
    return Example(api, credential)


def describe(example: Example) -> dict[str, Any]:
    """What a script needs to call the example, as `manage.py demo --json` prints."""
    listener = gateway("https")
    return {
        "console_url": url("http", local(settings.CONSOLE_BIND)),
        "gateway_url": url("https", listener),
        "host": text((example.api.group.sl_domain, listener[1])),
        "method": example.api.req_method,
        "path": example.api.req_uri,
        "app_key": example.credential.app_key,
        "app_secret": example.credential.app_secret,
        "headers": {"token": TOKEN},
        "query": {"test": TEST},
    }


def _function() -> models.Function:
    function, created = models.Function.objects.get_or_create(
        func_name=NAME,
        defaults={
            "draft": models.Package.of({"index.py": CODE.encode()}),
            "user_data": {"test": TEST},
            "encrypted_user_data": {"token": TOKEN},
        },
    )
    if function.deployed is None:
        builds.start(function)
    if created:
        models.TestEvent.objects.create(function=function, name="allow", content=EVENT)
    return function


def _api(authorizer: models.Authorizer) -> models.Api:
    group = models.ApiGroup.objects.get(is_default=True)
    if known := group.apis.filter(name=NAME).first():
        return known
    api = models.Api(
        group=group,
        name=NAME,
        req_uri=PATH,
        authorizer=authorizer,
        response=ensure_default_response(group),
        mock_info={
            "status_code": 200,
            "result_content": '{"message": "Hello from behind two doors"}',
            "headers": [],
        },
    )
    api.save_valid()
    return api
