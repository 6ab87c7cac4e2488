"""An API's page (console.md section D2)."""

from typing import Any

from console import addresses
from console.models import Api
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
            backend_facts=_backend_facts(api),
            headers=api.mock_info.get("headers", []),
            url=_url(api),
            path=policies.path(api),
            **kwargs,
        )


def _url(api: Api) -> str:
    """Where callers reach the API on its debugging domain."""
    plain = api.req_protocol == Api.Protocol.HTTP
    scheme = "http" if plain else "https"
    _host, port = addresses.gateway(scheme)
    return f"{scheme}://{api.group.sl_domain}:{port}{api.req_uri}"


def _frontend_facts(api: Api) -> list[tuple[str, Any]]:
    return [
        ("Group", api.group),
        ("Protocol", api.get_req_protocol_display()),
        ("Matching", api.get_match_mode_display()),
        ("Gateway Response", api.response),
        ("Visibility", api.get_type_display()),
        ("Authentication Mode", api.get_auth_type_display()),
        ("Two-Factor Authentication", "On" if api.two_factor else "Off"),
        ("Custom Authorizer", api.authorizer),
        ("Base64 Encoding", "On" if api.is_send_fg_body_base64 else "Off"),
        ("Tags", ", ".join(api.tags)),
        ("Description", api.remark),
    ]


def _backend_facts(api: Api) -> list[tuple[str, Any]]:
    return [
        ("Backend Type", api.get_backend_type_display()),
        ("Status Code", api.mock_info.get("status_code", 200)),
    ]
