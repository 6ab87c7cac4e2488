"""Why was this call refused: the rule, the object it is about, and the remedy.

One entry for each error the gateway can send, by its code and, where a code has
several causes, by its type (reference: auth.md sections 1.2 and 6).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.urls import reverse

from console.models import AccessLog, Api, Authorizer, Credential, Release, Trace

Link = tuple[str, str]
_NEAREST = 5


@dataclass(frozen=True)
class Explanation:
    """`rule` is what was broken, `remedy` what to do, `links` where to do it."""

    rule: str
    remedy: str
    links: list[Link] = field(default_factory=list)
    nearest: list[Link] = field(default_factory=list)


# (rule, remedy), by the error's code.
_CODES: dict[str, tuple[str, str]] = {
    "APIG.0101": (
        "No API of the group is published with this method and path in this "
        "environment.",
        "Publish the API there, or call one that is; X-Stage chooses the environment.",
    ),
    "APIG.0103": ("The API's backend is gone.", "Choose another, and publish again."),
    "APIG.0104": (
        "A plug-in bound to the API cannot be used.",
        "Correct the plug-in's document, or unbind it.",
    ),
    "APIG.0201": (
        "The request breaks a limit or a rule of its parameters.",
        "Compare the request with the API's request parameters and the limits.",
    ),
    "APIG.0202": (
        "The backend could not be reached, or answered nothing that is HTTP.",
        "Call the backend directly; check its address, and that it is running.",
    ),
    "APIG.0203": (
        "The backend did not answer within its time-out.",
        "Make the backend faster, or raise the time-out and publish again.",
    ),
    "APIG.0204": (
        "The TLS version of the client is older than the domain name allows.",
        "Let the client speak TLS 1.2, or lower the domain's minimum version.",
    ),
    "APIG.0205": (
        "The domain name wants a client certificate, and this one is not trusted.",
        "Give the client a certificate of the trusted root CA.",
    ),
    "APIG.0301": (
        "The access key's signature, or the token, is wrong.",
        "Sign with an enabled access key, or send a token that is still valid.",
    ),
    "APIG.0302": (
        "An access control policy keeps this account out.",
        "Change the policy, or unbind it from the API.",
    ),
    "APIG.0303": (
        "The app signature is wrong.",
        "Compare both sides in the signature debugger; it names most mistakes.",
    ),
    "APIG.0304": (
        "The credential is not bound to the API in this environment.",
        "Bind the credential to the API there.",
    ),
    "APIG.0305": (
        "The custom authorizer said deny, or was not asked because an identity source "
        "was missing or not of the right form.",
        "Send what the identity sources want; test the function with this request.",
    ),
    "APIG.0307": ("The token has expired.", "Get a new token: it lives for 24 hours."),
    "APIG.0308": (
        "Too many calls in the time that a limit counts.",
        "Wait for the period to end, or raise the limit of the throttling policy.",
    ),
    "APIG.0310": ("The token is for another project.", "Get one for this project."),
    "APIG.0401": (
        "The caller's address is not known.",
        "Check the trusted proxies and X-Forwarded-For.",
    ),
    "APIG.0402": (
        "An access control policy keeps this address out.",
        "Change the policy, or unbind it from the API.",
    ),
    "APIG.0404": (
        "The backend's address is one that no API may reach.",
        "Use another address, or allow this one with SALLYPORT_ALLOW_BACKENDS.",
    ),
    "APIG.0405": (
        "The credential's access control keeps this address out.",
        "Change the access control of the credential.",
    ),
    "APIG.0501": (
        "The credential's quota is used up.",
        "Wait for it to start again, or raise the quota.",
    ),
    "APIG.0601": (
        "Something that the gateway needed for the call did not work.",
        "The reason below says what; the function's last calls show its log.",
    ),
    "APIG.0605": ("The backend's name cannot be resolved.", "Correct the name."),
    "APIG.0606": (
        "The gateway has no configuration that it can read.",
        "Look at the gateway's log: the console writes it anew with every change.",
    ),
    "APIG.0607": (
        "The API is not offered over this protocol.",
        "Call it over HTTPS, or change the protocol and publish again.",
    ),
    "APIG.0610": (
        "No member of the load balance channel is healthy.",
        "Look at the channel's members and its health check.",
    ),
    "APIG.0612": (
        "The call went through the gateway more than ten times.",
        "Let no backend of an API lead back to the API.",
    ),
    "APIG.0614": (
        "The circuit breaker is open: the backend failed too often.",
        "Mend the backend; the breaker tries again by itself.",
    ),
    "APIG.0705": (
        "The request toward the backend could not be signed.",
        "Correct the signature key that is bound to the API.",
    ),
}
_UNKNOWN = ("The gateway refused the call.", "The reason below says why.")
# Where one code has several causes: by the error's type.
_TYPES: dict[str, tuple[str, str]] = {
    "AUTHORIZER_IDENTITIES_FAILURE": (
        "An identity source is missing, or not of the right form: the custom "
        "authorizer was not asked.",
        "Send the header or query parameter that the identity source names.",
    ),
    "AUTHORIZER_FAILURE": (
        "The custom authorizer said deny.",
        "Look at the function's call: its event is what it was asked about.",
    ),
    "AUTHORIZER_CONF_FAILURE": (
        "The custom authorizer gave no answer that could be used.",
        "Look at the function's call: it failed, or its reply is malformed.",
    ),
    "AUTH_HEADER_MISSING": (
        "The request is not signed: it has no Authorization header.",
        "Sign it with the credential's key and secret.",
    ),
    "REQUEST_PARAMETERS_FAILURE": (
        "A request parameter is missing, or breaks its rule.",
        "Compare the request with the API's request parameters.",
    ),
}


def explain(record: AccessLog) -> Explanation:
    """What a refused call broke; of one that passed, that it did."""
    if not record.apig_err_code:
        passed = f"The gateway let the call through; its status is {record.status}."
        return Explanation(passed, "Look at the backend's answer.", _links(record))
    known = _TYPES.get(record.error_type) or _CODES.get(record.apig_err_code, _UNKNOWN)
    near = nearest(record) if record.apig_err_code == "APIG.0101" else []
    return Explanation(*known, _links(record), near)


def codes() -> set[str]:
    """The codes that have an entry."""
    return set(_CODES)


def nearest(record: AccessLog) -> list[Link]:
    """APIs that the caller may have meant, the likeliest first."""
    live = Release.objects.filter(status=Release.Status.EFFECTIVE)
    stages: dict[str, list[str]] = {}
    for api, env in live.values_list("api_id", "env__name"):
        stages.setdefault(api, []).append(env)
    apis = Api.objects.all()
    if record.group_id:
        apis = apis.filter(group=record.group_id)
    ranked = sorted(apis, key=_likeness(record), reverse=True)[:_NEAREST]
    return [
        (_where(api, stages.get(api.pk, [])), api.get_absolute_url()) for api in ranked
    ]


def _likeness(record: AccessLog) -> Callable[[Api], float]:
    def of(api: Api) -> float:
        same = api.req_method in (record.request_method, "ANY")
        path = SequenceMatcher(None, api.req_uri, record.router_uri).quick_ratio()
        return path + 0.25 * same

    return of


def _where(api: Api, stages: Iterable[str]) -> str:
    published = ", ".join(sorted(stages))
    state = f"published in {published}" if published else "not published"
    return f"{api.req_method} {api.req_uri} ({api.name}, {state})"


def _links(record: AccessLog) -> list[Link]:
    """The objects that the call was about, as far as they still are there."""
    found: list[Link] = []
    for noun, model, pk in (
        ("API", Api, record.api_id),
        ("Credential", Credential, record.app_id),
        ("Custom authorizer", Authorizer, record.authorizer_id),
    ):
        target = model._default_manager.filter(pk=pk).first() if pk else None
        if target is not None:
            found.append((f"{noun} {target}", target.get_absolute_url()))
    if Trace.objects.filter(request_id=record.request_id).exists():
        trace = reverse("trace-detail", args=[record.request_id])
        found.append(("The request as it came", trace))
        if record.apig_err_code == "APIG.0303":
            url = f"{reverse('signature')}?request_id={record.request_id}"
            found.append(("Debug the signature", url))
    return found
