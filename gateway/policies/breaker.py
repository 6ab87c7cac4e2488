"""The circuit breaker (policies.md section 4.4).

A backend that was unhealthy too often gets no calls for a while: they go to the
downgrade backend, or are refused. Then the breaker is closed again, without a trial
in between. The first rule that matches a call may have a breaker and a downgrade of
its own; what it leaves out comes from the policy's defaults.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.call import Call, Watch
from gateway.errors import BackendTimeout, BackendUnavailable, BreakerOpen
from gateway.http import Response
from gateway.policies.conditions import (
    Parameters,
    Test,
    parse_condition,
    parse_parameters,
)
from gateway.policies.document import Part
from gateway.policies.downgrade import Downgrade, parse_downgrade
from gateway.policies.form import Field, Table, parameters
from gateway.policies.plugins import read
from gateway.snapshot import Api, given, per_api
from gateway.state import Breaker

NAME = "breaker"
TITLE = "Circuit Breaker"
ABOUT = "Spares a backend that fails too often, and lets another answer meanwhile."
_CONDITION = "breaker_condition"
_BY_COUNT = f"{_CONDITION}.breaker_mode=counter"
_BY_SHARE = f"{_CONDITION}.breaker_mode=percentage"
FORM = (
    Field(
        "scope",
        "Effective Scope",
        "choice",
        "basic",
        choices=(("basic", "Single API"), ("share", "Shared by all bound APIs")),
    ),
    Field(
        f"{_CONDITION}.breaker_type",
        "Breaker Type",
        "choice",
        "timeout",
        choices=(("timeout", "Timeout"), ("condition", "Condition")),
    ),
    Field(
        f"{_CONDITION}.unhealthy_condition",
        "Unhealthy Condition",
        "area",
        '["OR",["$context.statusCode","in","500,501,504"],'
        '["$context.backendResponseTime",">",6000]]',
        help="An expression of $context.statusCode and $context.backendResponseTime",
        show_if=f"{_CONDITION}.breaker_type=condition",
    ),
    Field(
        f"{_CONDITION}.breaker_mode",
        "Mode",
        "choice",
        "counter",
        choices=(("counter", "Counter"), ("percentage", "Percentage")),
    ),
    Field(
        f"{_CONDITION}.unhealthy_threshold",
        "Threshold",
        "number",
        30,
        help="Unhealthy calls within the window that open the breaker",
        show_if=_BY_COUNT,
    ),
    Field(
        f"{_CONDITION}.min_call_threshold",
        "Min. Calls",
        "number",
        20,
        help="Calls within the window below which nothing is decided",
        show_if=_BY_SHARE,
    ),
    Field(
        f"{_CONDITION}.unhealthy_percentage",
        "Threshold (%)",
        "number",
        51,
        show_if=_BY_SHARE,
    ),
    Field(f"{_CONDITION}.time_window", "Time Window (s)", "number", 15),
    Field(f"{_CONDITION}.open_breaker_time", "Open Duration (s)", "number", 15),
    Field(
        "downgrade_default",
        "Backend Policy",
        "json",
        help='What answers while the breaker is open, such as {"type": "mock", '
        '"mock_info": {"status_code": 200, "result_content": "later"}}; the types are '
        "http, http_vpc, function, mock and passthrough. Blank: calls get 503.",
    ),
    parameters("downgrade_parameters"),
    Table(
        "downgrade_rules",
        "Rules",
        "Add Rule",
        (
            Field("rule_name", "Name", required=True),
            Field("match_regex", "Match Expression"),
            Field("breaker_condition", "Condition", "json"),
            Field("downgrade_backend", "Backend Policy", "json"),
        ),
        help="The first that matches a call applies; what it leaves blank is as above.",
    ),
)
MAX_RULES = 100
STATUS, TIME = "$context.statusCode", "$context.backendResponseTime"
_OBSERVED = {STATUS: None, TIME: None}


@dataclass(frozen=True)
class Fuse:
    """When a call was unhealthy, and how many open the breaker."""

    unhealthy: Test | None
    breaker: Breaker

    @classmethod
    def parse(cls, part: Part) -> "Fuse":
        kind = part.choice("breaker_type", ("timeout", "condition"))
        mode = part.choice("breaker_mode", ("counter", "percentage"))
        test = None
        if kind == "condition":
            test = parse_condition(part, "unhealthy_condition", _OBSERVED)
        window = part.number("time_window", low=1)
        opened = part.number("open_breaker_time", low=1)
        if mode == "counter":
            threshold = part.number("unhealthy_threshold", low=1)
            return cls(test, Breaker("", threshold, window, opened))
        percent = part.number("unhealthy_percentage", low=1, high=100)
        least = part.number("min_call_threshold", low=1)
        return cls(test, Breaker("", percent, window, opened, True, least))


@dataclass(frozen=True)
class Rule:
    """`name` is empty for the defaults."""

    name: str
    matches: Test | None
    fuse: Fuse
    downgrade: Downgrade | None

    def under(self, key: str) -> "Rule":
        """The same with its breaker known by a key."""
        breaker = replace(self.fuse.breaker, key=key)
        return replace(self, fuse=replace(self.fuse, breaker=breaker))


@dataclass(frozen=True)
class Config:
    scope: str
    parameters: Parameters
    rules: tuple[Rule, ...]
    default: Rule

    @classmethod
    def parse(cls, raw: object) -> "Config":
        part = Part(raw)
        parameters = parse_parameters(part, "downgrade_parameters")
        default = Rule(
            "",
            None,
            Fuse.parse(part.part("breaker_condition")),
            _downgrade(part, "downgrade_default"),
        )
        rules = part.parts("downgrade_rules", most=MAX_RULES)
        return cls(
            part.choice("scope", ("basic", "share"), "basic"),
            parameters,
            tuple(_rule(each, parameters, default) for each in rules),
            default,
        )

    def under(self, prefix: str) -> "Config":
        """The same with its breakers named: by the prefix, and by their rules.

        A rule without a breaker of its own shares the default one.
        """
        common = self.default.fuse
        rules = (
            rule.under(prefix if rule.fuse is common else prefix + rule.name)
            for rule in self.rules
        )
        return replace(self, rules=tuple(rules), default=self.default.under(prefix))

    def rule(self, call: Call) -> Rule:
        """The first rule that matches a call, or the defaults."""
        if not self.rules:
            return self.default
        values = self.parameters.of(call)
        for rule in self.rules:
            if rule.matches is None or rule.matches(values):
                return rule
        return self.default


def _downgrade(part: Part, name: str) -> Downgrade | None:
    return parse_downgrade(part.part(name)) if part.has(name) else None


def _rule(part: Part, parameters: Parameters, default: Rule) -> Rule:
    matches = None
    if part.has("match_regex"):
        matches = parse_condition(part, "match_regex", parameters.known)
    own = part.has("breaker_condition")
    return Rule(
        part.text("rule_name", most=255),
        matches,
        Fuse.parse(part.part("breaker_condition")) if own else default.fuse,
        _downgrade(part, "downgrade_backend") or default.downgrade,
    )


@per_api
def config(api: Api) -> Config | None:
    return read(api, NAME, Config.parse)


@per_api
def named(api: Api) -> Config:
    """With breakers of this API's own, or of all that it is bound to."""
    policy = config(api)
    assert policy is not None
    scope = "" if policy.scope == "share" else f"{api.id}:{api.stage}"
    return policy.under(f"breaker:{api.plugins[NAME].id}:{scope}:")


def skips(api: Api) -> str:
    return "" if config(api) else "no circuit breaker policy is bound"


@given(named)
def check(policy: Config, call: Call) -> Response | None:
    """Let the call through to its backend, or to what stands in for it."""
    rule = policy.rule(call)
    fuse = rule.fuse
    left = call.services.state.open_left(fuse.breaker)
    if call.trace is not None:
        call.explain(rule=rule.name or "default", open_seconds_left=round(left, 1))
    if left <= 0:
        call.watch = Watch(fuse.breaker, fuse.unhealthy, time.perf_counter())
        return None
    if rule.downgrade is None:
        raise BreakerOpen(reason=f"the circuit breaker is open for {left:.0f} s")
    # The phases that follow build the request of what stands in.
    call.explain(downgrade=rule.downgrade.kind)
    call.backend = rule.downgrade.stand_in(call)
    return None


def stands_in(api: Api) -> bool:
    """Whether something may answer in place of the API's backends.

    It may need the body whole, where they take it as it comes.
    """
    policy = config(api)
    return policy is not None and any(
        rule.downgrade for rule in (*policy.rules, policy.default)
    )


def record(call: Call, answer: Response) -> Response | None:
    """Tell the breaker how its backend did; a call that never got there, nothing."""
    watch = call.watch
    if watch is None:
        return None
    failed = call.error
    if failed is not None and not isinstance(
        failed, BackendTimeout | BackendUnavailable
    ):
        return None  # It never got there.
    if watch.unhealthy is None:
        healthy = not isinstance(failed, BackendTimeout)
    else:
        spent = (time.perf_counter() - watch.started) * 1000
        seen: Mapping[str, float] = {STATUS: answer.status, TIME: spent}
        healthy = not watch.unhealthy(seen)
    # By count only the unhealthy matter: their window starts with the first of them.
    if not healthy or watch.breaker.percentage:
        call.services.state.note(watch.breaker, healthy)
    return None
