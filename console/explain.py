"""Why was this call refused: the rule, the object it is about, and the remedy.

The words are in `console.remedies` (reference: auth.md sections 1.2 and 6).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.urls import reverse

from console import unmatched
from console.models import AccessLog, Api, Authorizer, Credential, Release, Trace
from console.remedies import CODES, NOT_ITS_OWN, TYPES, UNKNOWN

Link = tuple[str, str]
_NEAREST = 5


@dataclass(frozen=True)
class Explanation:
    """`rule` is what was broken, `remedy` what to do, `links` where to do it."""

    rule: str
    remedy: str
    links: list[Link] = field(default_factory=list)
    nearest: list[Link] = field(default_factory=list)


def explain(record: AccessLog) -> Explanation:
    """What a refused call broke; of one that passed, that it did."""
    if not record.apig_err_code:
        passed = f"The gateway let the call through; its status is {record.status}."
        return Explanation(passed, "Look at the backend's answer.", _links(record))
    known = TYPES.get(record.error_type) or CODES.get(record.apig_err_code, UNKNOWN)
    if record.apig_err_code != "APIG.0101":
        return Explanation(*known, _links(record))
    if record.debug:
        return Explanation(*NOT_ITS_OWN, _links(record))
    near, found = nearest(record), unmatched.find(record)
    if found is None:
        return Explanation(*known, _links(record), near)
    links = [*found.links, *_links(record)]
    return Explanation(found.sentence, found.fix, links, near)


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
    if record.authorizer_time == 0 and record.authorizer_id:
        cache = f"{reverse('authorizer-cache')}?authorizer={record.authorizer_id}"
        found.append(("The authorizer's answer was remembered", cache))
    if Trace.objects.filter(request_id=record.request_id).exists():
        trace = reverse("trace-detail", args=[record.request_id])
        found.append(("The request as it came", trace))
        if record.apig_err_code == "APIG.0303":
            url = f"{reverse('signature')}?request_id={record.request_id}"
            found.append(("Debug the signature", url))
    return found
