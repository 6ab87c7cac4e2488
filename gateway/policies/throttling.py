"""Counting calls: throttling and quotas (policies.md sections 1 and 5.1).

What an API and an address may do is known before anybody is asked who calls, what a
user or a credential may do only after. Both are counted in one step, all or nothing,
so that a refused call is counted nowhere: where callers are authenticated, the first
phase refuses what is known to be full and leaves the rest to the second. A call that
is refused between the two counts for the API and the address.
"""

from collections.abc import Awaitable
from dataclasses import replace
from functools import lru_cache

from gateway.call import Call
from gateway.errors import GatewayError, QuotaUsedUp, Throttled
from gateway.http import RawHeaders, Response
from gateway.policies import rate_limit
from gateway.policies.plugins import read
from gateway.snapshot import Api, Credential, Quota, Throttle, given, per_api
from gateway.snapshot.throttle import DEFAULT, SECONDS
from gateway.state import Full, Window

_CALLERS = ("APP", "IAM")
QUOTA = "quota"
# Callers come again, and their windows with them; few are kept of those who do not.
_KEPT = 8192


class Meter:
    """The windows that calls of one API are counted in."""

    def __init__(
        self, api: Api, throttle: Throttle, rules: rate_limit.Config | None
    ) -> None:
        own = "" if throttle.shared else f"{api.id}:{api.stage}:"
        self._scope = f"{throttle.id}:{own}"
        self._throttle = throttle
        self._period = throttle.seconds, throttle.period, throttle.local
        self._rules = rules if rules and rules.rules else None
        each = rules.rules if rules else ()
        self._by_rule = [(rule.matches, self._of_rule(rule)) for rule in each]
        self.leaves = api.auth_type in _CALLERS
        limits = throttle.user_limit, throttle.app_limit, throttle.users, throttle.apps
        self.limits_callers = self.leaves and any(limits)
        self._first = self._window("api", "", throttle.api_limit)

    def before(self, call: Call) -> tuple[Window, ...]:
        """Of the API and the address."""
        limit = self._throttle.ip_limit
        if not limit:
            return self._first
        return self._first + self._window("ip", call.request.client, limit)

    def after(self, call: Call) -> tuple[Window, ...]:
        """Of the user, the credential, and the rules."""
        found: tuple[Window, ...] = ()
        if self.limits_callers:
            found = self._of_caller(_tenant(call), call.credential)
        return found + self._of_rules(call) if self._rules else found

    def _of_caller(self, user: str, app: Credential | None) -> tuple[Window, ...]:
        throttle = self._throttle
        limit = throttle.users.get(user, throttle.user_limit)
        found = self._window("user", user, limit)
        if app is not None:
            limit = throttle.apps.get(app.id, throttle.app_limit)
            found += self._window("app", app.id, limit)
        return found

    def _window(self, what: str, of: str, limit: int) -> tuple[Window, ...]:
        return _windows(self._scope, what, of, limit, self._period)

    def _of_rules(self, call: Call) -> tuple[Window, ...]:
        assert self._rules is not None
        values = self._rules.parameters.of(call)
        return tuple(window for matches, window in self._by_rule if matches(values))

    def _of_rule(self, rule: rate_limit.Rule) -> Window:
        return Window(
            f"{self._scope}rule:{rule.name}",
            rule.limit,
            rule.interval * SECONDS[rule.unit],
            local=self._throttle.local,
            what=rule.name,
            period=f"{rule.interval} {rule.unit}",
        )


@per_api
def meter(api: Api) -> Meter | None:
    """The plug-in's, or else the policy's that is bound, or the gateway's own."""
    rules = read(api, rate_limit.NAME, rate_limit.Config.parse)
    if rules is not None:
        plugin = api.plugins[rate_limit.NAME]
        # Without a policy there is the gateway's own limit, which knows the strategy.
        local = rules.basic.local or bool(api.throttle and api.throttle.local)
        basic = replace(rules.basic, id=plugin.id, name=plugin.name, local=local)
        return Meter(api, basic, rules)
    return Meter(api, api.throttle, None) if api.throttle else None


def skips(api: Api) -> str:
    return "" if meter(api) else "nothing limits the calls of this API"


@given(meter)
def count(counted: Meter, call: Call) -> Awaitable[None] | Response | None:
    """Count for the API and the address, or leave that to `count_caller`."""
    first = counted.before(call)
    call.due = call.due + first if call.due else first
    if not counted.leaves:
        call.due += counted.after(call)
        return _take(call)
    full = call.services.state.full(call.due)
    if full is not None:
        call.windows, call.due = call.due, ()
        raise refusal(full)
    if call.trace is not None:
        call.skip("counted once it is known who calls")
    return None


def skips_caller(api: Api) -> str:
    if api.auth_type in _CALLERS:
        return ""
    return f"the authentication mode is {api.auth_type}"


@given(meter)
def count_caller(
    counted: Meter | None, call: Call
) -> Awaitable[None] | Response | None:
    """Count for the user, the credential and its quota, and what was left."""
    app = call.credential
    if counted is not None and (more := counted.after(call)):
        call.due += more
    if app is not None and app.quota is not None:
        call.due += (_quota(app, app.quota, call.services.clock()),)
    return _take(call)


def settle(call: Call) -> None:
    """Count a call that was refused before everything was known."""
    due, call.due = call.due, ()
    call.services.state.take(due)


def refusal(full: Window) -> GatewayError:
    if full.what == QUOTA:
        return QuotaUsedUp(reason=f"{full.limit} calls were used up")
    if not full.what:
        return Throttled(reason="the debugging domain has taken its calls of a day")
    return Throttled(
        f"{Throttled.message.rstrip('.')}: policy {full.what} over ratelimit,"
        f"limit:{full.limit},time:{full.period}"
    )


def headers(call: Call) -> RawHeaders:
    """What debug mode tells of the limits (policies.md section 1.4)."""
    found: RawHeaders = []
    for window in call.windows:
        if window.what in ("api", "user", "app", "ip"):
            ours = window.key.startswith(f"{DEFAULT}:")
            if not ours:
                left = window.limit - call.services.state.seen(window.key)
                found.append(_header(window.what, left, window.limit, window.period))
    limit = call.snapshot.settings.ratelimit
    if limit and call.api.id:
        seen = call.services.state.seen(f"{DEFAULT}:{call.api.id}:{call.stage}:api:")
        found.append(_header("api-allenv", limit - max(1, seen), limit, "1 second"))
    return found


def _header(what: str, left: int, limit: int, period: str) -> tuple[bytes, bytes]:
    text = f"remain:{max(0, left)},limit:{limit},time:{period}"
    return f"X-Apig-RateLimit-{what}".encode(), text.encode()


def _take(call: Call) -> Awaitable[None] | Response | None:
    windows, call.due = call.due, ()
    call.windows = windows
    if not windows:
        return call.skip("nothing limits this caller")
    full = call.services.state.take(windows)
    if full is None:
        return None
    if isinstance(full, Window):
        raise refusal(full)
    return _wait(full)


async def _wait(full: Awaitable[Full]) -> None:
    found = await full
    if found is not None:
        raise refusal(found)


def _tenant(call: Call) -> str:
    """The account that calls: a user's, or the one that all credentials belong to."""
    return call.user.domain_id if call.user else call.snapshot.settings.tenant_id


@lru_cache(maxsize=_KEPT)
def _windows(
    scope: str, what: str, of: str, limit: int, period: tuple[int, str, bool]
) -> tuple[Window, ...]:
    """One, or none without a limit."""
    if not limit:
        return ()
    key, (seconds, text, local) = f"{scope}{what}:{of}", period
    return (Window(key, limit, seconds, False, local, what, text),)


def _quota(app: Credential, quota: Quota, now: float) -> Window:
    cycle = None
    if quota.reset is not None:
        cycle = int((now - quota.reset) // quota.seconds)
    return _quota_window(quota.id, app.id, cycle, quota.call_limits, quota.seconds)


@lru_cache(maxsize=_KEPT)
def _quota_window(
    quota: str, app: str, cycle: int | None, limit: int, seconds: int
) -> Window:
    key = f"{QUOTA}:{quota}:{app}" + ("" if cycle is None else f":{cycle}")
    return Window(key, limit, seconds, durable=True, what=QUOTA)
