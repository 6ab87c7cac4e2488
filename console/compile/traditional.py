"""Traditional policies, by (API id, environment id), and those of credentials."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from console import models
from console.models.app_quota import RESET_FORMAT
from gateway import snapshot as data
from gateway.snapshot.throttle import DEFAULT, SECONDS

Pair = tuple[str, str]


class Traditional:
    """Reads policies and bindings once.

    `ratelimit` is the gateway's own limit; `local` counts for each gateway alone.
    """

    def __init__(self, ratelimit: int, local: bool) -> None:
        throttles = models.Throttle.objects.prefetch_related("specials")
        self.throttles = {row.pk: _throttle(row, local) for row in throttles}
        self.acls = {row.pk: _acl(row) for row in models.Acl.objects.all()}
        self._throttle_of = {
            pair: self.throttles[policy]
            for pair, policy in _bound(models.ThrottleBinding)
        }
        self._acls_of: dict[Pair, list[data.Acl]] = defaultdict(list)
        for pair, policy in _bound(models.AclBinding):
            self._acls_of[pair].append(self.acls[policy])
        self.default = data.Throttle(
            DEFAULT, "default", 1, "second", ratelimit, local=local
        )

    def throttle(self, api: str, env: str) -> data.Throttle:
        return self._throttle_of.get((api, env), self.default)

    def acls_of(self, api: str, env: str) -> tuple[data.Acl, ...]:
        return tuple(self._acls_of.get((api, env), ()))

    def every_throttle(self) -> tuple[data.Throttle, ...]:
        return (self.default, *self.throttles.values())


class CallerPolicies:
    """What credentials have: lists of addresses, and quotas."""

    def __init__(self) -> None:
        rows = models.AppAcl.objects.all()
        self.acls = {row.app_id: _app_acl(row) for row in rows}
        bindings = models.AppQuotaBinding.objects.select_related("quota")
        self._quotas = {row.app_id: _quota(row.quota) for row in bindings}

    def acl(self, app: str) -> data.Acl | None:
        return self.acls.get(app)

    def quota(self, app: str) -> data.Quota | None:
        return self._quotas.get(app)


def _bound(model: type[models.Binding]) -> Iterable[tuple[Pair, str]]:
    rows = model.objects.values_list("api_id", "env_id", "policy_id")  # type: ignore[attr-defined]
    return [((api, env), policy) for api, env, policy in rows]


def _throttle(row: models.Throttle, local: bool) -> data.Throttle:
    specials: dict[str, dict[str, int]] = {"APP": {}, "USER": {}}
    for special in row.specials.all():
        specials[special.object_type][special.object_id] = special.call_limits
    return data.Throttle(
        id=row.pk,
        name=row.name,
        interval=row.time_interval,
        unit=row.time_unit.lower(),
        api_limit=row.api_call_limits,
        user_limit=row.user_call_limits,
        app_limit=row.app_call_limits,
        ip_limit=row.ip_call_limits,
        shared=row.type == models.Throttle.Type.SHARED,
        local=local,
        apps=specials["APP"],
        users=specials["USER"],
    )


def _acl(row: models.Acl) -> data.Acl:
    values = tuple(row.values)
    return data.Acl(row.pk, row.acl_name, row.acl_type, row.entity_type, values)


def _app_acl(row: models.AppAcl) -> data.Acl:
    name, values = f"the list of {row.app_id}", tuple(row.app_acl_values)
    return data.Acl(row.pk, name, row.app_acl_type, "IP", values)


def _quota(row: models.AppQuota) -> data.Quota:
    reset = None
    if row.reset_time:
        local = datetime.strptime(row.reset_time, RESET_FORMAT)
        reset = local.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)).timestamp()
    seconds = row.time_interval * SECONDS[row.time_unit.lower()]
    return data.Quota(row.pk, row.name, row.call_limits, seconds, reset)
