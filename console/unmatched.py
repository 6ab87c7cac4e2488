"""Why a call reached no API: where its method and path would have been answered.

In another environment, before it was taken offline, in a definition that is only
saved, with another method, or in another group (reference: api.md sections 3 and 6).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from console.models import AccessLog, Api, ApiGroup, Environment, Release
from console.models.api import METHODS
from gateway.router import Router
from gateway.snapshot import RELEASE

# Of a definition, as `Router.add` takes it.
_ROUTE = ("req_method", "req_uri", "match_mode")
_FROZEN = [f"definition__{name}" for name in _ROUTE]


@dataclass(frozen=True)
class Finding:
    """What is wrong in a sentence, what to do in another, and (label, URL) of where."""

    sentence: str
    fix: str
    links: list[tuple[str, str]] = field(default_factory=list)


def find(record: AccessLog) -> Finding | None:
    """What a call that no API answered must have meant; None when nothing is known."""
    return _Search(record).find()


class _Search:
    """A call, and the routes of its group; all of them when its host named no group."""

    def __init__(self, record: AccessLog) -> None:
        self.method, self.path = record.request_method, record.router_uri
        self.what = f"{self.method} {self.path}"
        self.host = record.host
        self.stage = record.env_name or RELEASE
        self.group = ApiGroup.objects.filter(pk=record.group_id).first()
        self.env = Environment.objects.filter(name=self.stage).first()

    def find(self) -> Finding | None:
        if self.group is None:
            return self._in_another_group()
        return (
            self._in_another_environment(self._live())
            or self._offline()
            or self._draft()
            or self._with_another_method()
            or self._in_another_group()
        )

    def _live(self) -> dict[str, Api]:
        """What answers to the same method and path in other environments, by name."""
        rows = _effective().filter(api__group=self.group).exclude(env=self.env)
        return self._matches(rows.values_list("env__name", "api_id", *_FROZEN))

    def _in_another_environment(self, live: dict[str, Api]) -> Finding | None:
        if not live:
            return None
        first, api = next(iter(live.items()))
        where = f"{self.what} is published in {', '.join(live)}, not in {self.stage}"
        if self.env is None:
            links = [("Environments", reverse("environment-list"))]
            fix = f"Send X-Stage: {first}, or create the environment {self.stage}."
            text = f"{where}: there is no environment {self.stage}."
            return Finding(text, fix, [*links, _page(api)])
        if self._retired(api):
            where += ", where it was taken offline"
        fix = f"Send X-Stage: {first}, or publish {api} in {self.stage}."
        if first == RELEASE:
            fix = f"Leave X-Stage out, or publish {api} in {self.stage}."
        return Finding(f"{where}.", fix, [self._publish(api, self.env), _page(api)])

    def _offline(self) -> Finding | None:
        rows = Release.objects.filter(api__group=self.group, env=self.env)
        gone = rows.exclude(api__in=_effective().filter(env=self.env).values("api"))
        # The oldest first: of one route, the newest record is the one that counts.
        newest = gone.order_by("publish_time")
        api = self._match(newest.values_list("api_id", *_FROZEN))
        if api is None or self.env is None:
            return None
        records = f"{reverse('api-records', args=[api.pk])}?env={self.env.pk}"
        return Finding(
            f"{self.what} was taken offline in {self.env}: {api} answered to it there.",
            f"Publish {api} in {self.env} again.",
            [
                self._publish(api, self.env),
                (f"Publication records of {api}", records),
                _page(api),
            ],
        )

    def _draft(self) -> Finding | None:
        apis = Api.objects.filter(group=self.group)
        api = self._match(apis.values_list("pk", *_ROUTE))
        if api is None or self.env is None:
            return None
        links = [self._publish(api, self.env), _page(api)]
        fix = f"Publish {api} in {self.env}, or try the draft on the debug page."
        links.append((f"Debug {api}", f"{reverse('debug')}?api={api.pk}"))
        here = _effective().filter(api=api, env=self.env)
        if old := here.values_list(*_FROZEN[:2]).first():
            return Finding(
                f"{self.what} is in the saved definition of {api} only: what is "
                f"published in {self.env} is still {old[0]} {old[1]}.",
                f"Publish the latest version of {api} in {self.env}.",
                links,
            )
        text = f"{self.what} is only a draft: {api} is not published in {self.env}."
        return Finding(text, fix, links)

    def _with_another_method(self) -> Finding | None:
        rows = _effective().filter(api__group=self.group, env=self.env)
        router = _router(rows.values_list("api_id", *_FROZEN))
        found = {m: hit for m in METHODS[:-1] if (hit := router.find(m, self.path))}
        if not found:
            return None
        api = Api.objects.get(pk=next(iter(found.values())).target)
        methods = ", ".join(found)
        return Finding(
            f"{self.path} is published in {self.stage} for {methods}, "
            f"not for {self.method}.",
            f"Call it with {methods}, or change the method of {api} and publish it.",
            [_page(api)],
        )

    def _in_another_group(self) -> Finding | None:
        rows = _effective().filter(env__name=self.stage)
        if self.group is not None:
            rows = rows.exclude(api__group=self.group)
        api = self._match(rows.values_list("api_id", *_FROZEN))
        if api is None:
            return None
        went = f"the group {self.group}" if self.group else "no group at all"
        return Finding(
            f"{self.what} is published in {self.stage} in the group {api.group}, but "
            f"the host name {self.host} leads to {went}.",
            f"Call {api.group.sl_domain}, or a domain name bound to that group.",
            [(f"Group {api.group}", api.group.get_absolute_url()), _page(api)],
        )

    def _retired(self, api: Api) -> bool:
        return Release.objects.filter(api=api, env=self.env).exists()

    def _publish(self, api: Api, env: Environment) -> tuple[str, str]:
        url = f"{reverse('api-publish', args=[api.pk])}?{urlencode({'env': env.pk})}"
        return f"Publish {api} in {env}", url

    def _match(self, routes: Iterable[tuple[str, ...]]) -> Api | None:
        """The API of the route that this call would take."""
        found = _router(routes).find(self.method, self.path)
        return Api.objects.get(pk=found.target) if found else None

    def _matches(self, rows: Iterable[tuple[str, ...]]) -> dict[str, Api]:
        """The same in each environment."""
        by_name: dict[str, list[tuple[str, ...]]] = {}
        for name, *route in rows:
            by_name.setdefault(name, []).append(tuple(route))
        pairs = {name: self._match(routes) for name, routes in by_name.items()}
        return {name: api for name, api in pairs.items() if api is not None}


def _effective() -> QuerySet[Release]:
    return Release.objects.filter(status=Release.Status.EFFECTIVE)


def _router(routes: Iterable[tuple[str, ...]]) -> Router[str]:
    router: Router[str] = Router()
    for api, method, uri, mode in routes:
        router.add(method, uri, mode, api)
    return router


def _page(api: Api) -> tuple[str, str]:
    return f"API {api}", api.get_absolute_url()
