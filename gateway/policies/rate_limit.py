"""Request throttling 2.0, a plug-in (policies.md section 1.3).

Bound beside a traditional policy, it is the one that counts. Its rules come on top
of its basic limits: every rule that a call matches counts it, and limits it.
"""

from dataclasses import dataclass

from gateway.policies.conditions import (
    Parameters,
    Test,
    parse_condition,
    parse_parameters,
)
from gateway.policies.document import Part
from gateway.policies.form import Field, Table, choices
from gateway.policies.form import parameters as parameter_table
from gateway.snapshot import Throttle

NAME = "rate_limit"
TITLE = "Request Throttling 2.0"
ABOUT = "Limits calls by API, user, credential and address, and by rules of your own."
UNITS = ("second", "minute", "hour", "day")
ALGORITHMS = ("counter", "haht", "local")
MAX_SPECIALS, MAX_RULES = 30, 100
NO_LIMIT = -1


FORM = (
    Field(
        "scope",
        "Policy Scope",
        "choice",
        "basic",
        choices=(("basic", "Single API"), ("share", "All bound APIs together")),
    ),
    Field("default_interval", "Period", "number", 1, required=True),
    Field("default_time_unit", "Unit", "choice", "second", choices=choices(*UNITS)),
    Field("api_limit", "Max. API Requests", "number", 100, required=True),
    Field("user_limit", "Max. User Requests", "number"),
    Field("app_limit", "Max. Credential Requests", "number"),
    Field("ip_limit", "Max. IP Address Requests", "number"),
    Field(
        "algorithm",
        "Algorithm",
        "choice",
        "counter",
        choices=(
            ("counter", "High precision"),
            ("haht", "High performance"),
            ("local", "Single node"),
        ),
    ),
    Field(
        "specials",
        "Excluded Credentials and Tenants",
        "json",
        help='[{"type": "app", "policies": [{"key": "credential ID", "limit": 10}]}]',
    ),
    parameter_table(),
    Table(
        "rules",
        "Rules",
        "Add Rule",
        (
            Field("rule_name", "Name", required=True),
            Field("match_regex", "Condition", required=True),
            Field("interval", "Period", "number"),
            Field("time_unit", "Unit", "choice", "second", choices=choices(*UNITS)),
            Field("limit", "Max. Requests", "number", required=True),
        ),
        most=MAX_RULES,
        help='Each counts the calls that match, as in ["method", "==", "GET"].',
    ),
)


@dataclass(frozen=True)
class Rule:
    """A limit of its own for the calls that match."""

    name: str
    matches: Test
    limit: int
    interval: int
    unit: str


@dataclass(frozen=True)
class Config:
    """`basic` has its id from the plug-in, once that is known."""

    basic: Throttle
    parameters: Parameters
    rules: tuple[Rule, ...]

    @classmethod
    def parse(cls, raw: object) -> "Config":
        part = Part(raw)
        parameters = parse_parameters(part)
        basic = _basic(part)
        return cls(
            basic,
            parameters,
            tuple(
                _rule(rule, parameters, basic)
                for rule in part.parts("rules", most=MAX_RULES)
            ),
        )


def _basic(part: Part) -> Throttle:
    api_limit = part.number("api_limit", low=NO_LIMIT)
    if api_limit == 0:
        raise part.refuse("api_limit", "a number of calls, or -1 for no limit")
    apps, users = _specials(part, api_limit)
    return Throttle(
        id="",
        name="",
        interval=part.number("default_interval", 1, low=1),
        unit=part.choice("default_time_unit", UNITS, "second"),
        api_limit=max(0, api_limit),
        user_limit=_at_most(part, "user_limit", api_limit),
        app_limit=_at_most(part, "app_limit", api_limit),
        ip_limit=_at_most(part, "ip_limit", api_limit),
        shared=part.choice("scope", ("basic", "share"), "basic") == "share",
        local=part.choice("algorithm", ALGORITHMS, "counter") == "local",
        apps=apps,
        users=users,
    )


def _at_most(part: Part, name: str, most: int) -> int:
    """A limit no higher than that of the API; 0 is none."""
    value = part.number(name, 0, low=0)
    if most != NO_LIMIT and value > most:
        raise part.refuse(name, f"at most {most}, as api_limit says")
    return value


def _specials(part: Part, most: int) -> tuple[dict[str, int], dict[str, int]]:
    """The excluded credentials and tenants, with their limits."""
    found: dict[str, dict[str, int]] = {"app": {}, "user": {}}
    for group in part.parts("specials", most=2):
        kind = found[group.choice("type", found)]
        for policy in group.parts("policies", most=MAX_SPECIALS):
            limit = policy.number("limit", low=1)
            if most != NO_LIMIT and limit > most:
                raise policy.refuse("limit", f"at most {most}, as api_limit says")
            kind[policy.text("key", most=64)] = limit
    return found["app"], found["user"]


def _rule(part: Part, parameters: Parameters, basic: Throttle) -> Rule:
    return Rule(
        name=part.text("rule_name", most=255),
        matches=parse_condition(part, "match_regex", parameters.known),
        limit=part.number("limit", low=1),
        interval=part.number("interval", basic.interval, low=1),
        unit=part.choice("time_unit", UNITS, basic.unit),
    )
