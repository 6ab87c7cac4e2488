"""An API's page (console.md section D2)."""

from collections.abc import Iterator, Mapping
from typing import Any

from console import addresses, pem
from console.forms.api.policy import SOURCE_LABELS, TYPE_LABELS
from console.models import Api, Authorizer, Orchestration
from console.models.api.policies import NAMED_BY
from console.models.channel import Channel, MemberGroup
from console.views import generic
from console.views.api import policies


class ApiDetail(generic.Detail):
    model = Api
    queryset = Api.objects.select_related("group", "authorizer__function", "response")
    template_name = "api/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        api = self.object
        live = list(api.releases.filter(status=1).select_related("env"))
        definition = api.definition()
        return super().get_context_data(
            live=live,
            stale=[r for r in live if r.definition != definition],
            frontend_facts=_frontend_facts(api),
            backend_facts=backend_facts(api.backend_type, api.backend),
            backends=list(_policies(api)),
            way=list(_way(api)),
            url=_url(api),
            path=policies.path(api),
            params=[_param(param) for param in api.req_params],
            **kwargs,
        )


def _url(api: Api) -> str:
    """Where callers reach the API on its debugging domain."""
    plain = api.req_protocol == Api.Protocol.HTTP
    scheme = "http" if plain else "https"
    _host, port = addresses.gateway(scheme)
    return f"{scheme}://{api.group.sl_domain}:{port}{api.req_uri}"


def _switch(on: bool) -> str:
    return "On" if on else "Off"


def _frontend_facts(api: Api) -> list[tuple[str, Any]]:
    return [
        ("Group", api.group),
        ("Protocol", api.get_req_protocol_display()),
        ("Matching", api.get_match_mode_display()),
        ("Gateway Response", api.response),
        ("Visibility", api.get_type_display()),
        ("Authentication Mode", api.get_auth_type_display()),
        ("Simple Authentication", _switch(api.simple_authentication)),
        ("Two-Factor Authentication", _switch(api.two_factor)),
        ("Custom Authorizer", api.authorizer),
        ("CORS", _switch(api.cors)),
        ("Request Body Format", api.content_type),
        ("Request Body Content", api.body_remark),
        ("Base64 Encoding", _switch(api.is_send_fg_body_base64)),
        ("Tracing", _tracing(api)),
        ("Tags", ", ".join(api.tags)),
        ("Description", api.remark),
    ]


def _tracing(api: Api) -> str:
    if not api.trace_enabled:
        return "Off"
    return f"{api.get_sampling_strategy_display()}: {api.sampling_param}% of calls"


def backend_facts(kind: str, backend: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What a backend is, the default one or a policy's."""
    guard = Authorizer.objects.filter(pk=backend.get("authorizer_id")).first()
    own = {"HTTP": _http, "FUNCTION": _function, "MOCK": _mock}[kind](backend)
    shown = [("Backend Type", Api.Backend(kind).label), *own]
    described = ("Description", backend.get("remark"))
    return [*shown, ("Backend Authentication", guard), described]


def _http(backend: Mapping[str, Any]) -> list[tuple[str, Any]]:
    info = backend.get("vpc_channel_info") or {}
    channel = Channel.objects.filter(pk=info.get("vpc_channel_id")).first()
    return [
        ("Method", backend.get("req_method")),
        ("Protocol", backend.get("req_protocol")),
        ("Load Balance Channel", channel),
        ("Backend Address", backend.get("url_domain")),
        ("Path", backend.get("req_uri")),
        *_group_urls(backend),
        ("Host Header", info.get("vpc_channel_proxy_host")),
        ("Timeout (ms)", backend.get("timeout")),
        ("Retries", backend.get("retry_count")),
        ("Two-Way Authentication", _switch(bool(backend.get("enable_client_ssl")))),
        ("Backend CA", _authorities(backend.get("ca_content", ""))),
    ]


def _group_urls(backend: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What servers of some groups are asked for, in place of the rest."""
    urls = {u["member_group_id"]: u for u in backend.get("member_group_url_infos", ())}
    names = MemberGroup.objects.in_bulk(urls) if urls else {}
    return [
        (
            f"Group {names.get(pk, pk)}",
            f"{url['req_method']} {url['req_protocol']} {url['req_uri']}",
        )
        for pk, url in urls.items()
    ]


def _authorities(content: str) -> str:
    """Whose certificates are trusted, by name."""
    chain = pem.load_chain(content) if content else []
    return ", ".join(each.subject.rfc4514_string() for each in chain)


def _function(backend: Mapping[str, Any]) -> list[tuple[str, Any]]:
    modes = {"sync": "Synchronous", "async": "Asynchronous"}
    return [
        ("Function URN", backend.get("function_urn")),
        ("Version/Alias", backend.get("alias_urn") or backend.get("version")),
        ("Invocation Mode", modes.get(backend.get("invocation_type", ""))),
        ("Timeout (ms)", backend.get("timeout")),
    ]


def _mock(backend: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [("Status Code", backend.get("status_code", 200))]


def _param(param: Mapping[str, Any]) -> dict[str, Any]:
    """A request parameter with its orchestration rules and their pages, in order."""
    ids = param["orchestrations"]
    known = Orchestration.objects.in_bulk(ids) if ids else {}
    rows = [known[pk] for pk in ids if pk in known]
    return {**param, "rules": [(str(row), row.get_absolute_url()) for row in rows]}


def _policies(api: Api) -> Iterator[dict[str, Any]]:
    for policy in api.policies:
        yield {
            "policy": policy,
            "facts": [
                ("Effective Mode", policy["effect_mode"].capitalize()),
                *backend_facts(api.backend_type, policy),
            ],
            "conditions": [_condition(each) for each in policy["conditions"]],
        }


def _condition(condition: Mapping[str, str]) -> tuple[str, str, str, str]:
    origin = condition["condition_origin"]
    name = condition[NAMED_BY[origin]] if NAMED_BY[origin] else ""
    if place := condition.get("mapped_param_location"):
        name = f"{place} {name}"
    kind = TYPE_LABELS.get(condition["condition_type"], "")
    return SOURCE_LABELS[origin], name, kind, condition["condition_value"]


def _way(api: Api) -> Iterator[tuple[str, str]]:
    """The steps of a call, each with what it depends on; without what is not there."""
    yield f"{api.req_method} {api.req_uri}", api.get_match_mode_display()
    if api.auth_type != Api.Auth.NONE:
        yield api.get_auth_type_display(), "Authentication"
    if api.two_factor:
        yield str(api.authorizer), "Second factor"
    if api.req_params:
        yield f"{len(api.req_params)} checked", "Request parameters"
    if rules := sum(len(param["orchestrations"]) for param in api.req_params):
        yield f"{rules} tried in order", "Orchestration rules"
    if api.policies:
        yield ", ".join(p["name"] for p in api.policies), "Backend policies"
    if api.backend.get("authorizer_id"):
        yield "Authorizer", "Backend authentication"
    if api.backend_params:
        yield f"{len(api.backend_params)} sent", "Backend parameters"
    yield _end(api), api.get_backend_type_display()


def _end(api: Api) -> str:
    backend = api.backend
    if api.backend_type == Api.Backend.HTTP:
        return backend.get("url_domain") or "Load balance channel"
    if api.backend_type == Api.Backend.FUNCTION:
        return str(backend.get("function_urn", "")).rpartition(":")[2]
    return f"Status {backend.get('status_code', 200)}"
