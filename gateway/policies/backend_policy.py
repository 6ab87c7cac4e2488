"""Backend policies: another backend for some calls (reference: api.md section 5).

Tried in order; the first whose conditions are met decides.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.addresses import Addresses, NoAddress
from gateway.call import Call
from gateway.cookies import cookie_values
from gateway.patterns import pattern
from gateway.policies.orchestration import mapped
from gateway.policies.parameters import lookup
from gateway.snapshot import Api, BackendPolicy, Condition, given, per_api

Test = Callable[[Call], bool]


def skips(api: Api) -> str:
    return "" if api.policies else "the API has no backend policy"


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy with its conditions made ready."""

    policy: BackendPolicy
    tests: tuple[Test, ...]

    def applies(self, call: Call) -> bool:
        """The first test that is unlike what all, or none, should be decides."""
        every = self.policy.effect_mode == "ALL"
        for test in self.tests:
            if test(call) is not every:
                return not every
        return every


@per_api
def rules(api: Api) -> tuple[Rule, ...]:
    return tuple(
        Rule(policy, tuple(map(_test, policy.conditions))) for policy in api.policies
    )


@given(rules)
def choose_backend(rules: tuple[Rule, ...], call: Call) -> None:
    """Take the backend of the first policy that applies, else the default one."""
    for rule in rules:
        if rule.applies(call):
            call.backend = rule.policy.backend
            if call.trace is not None:
                call.explain(policy=rule.policy.name)
            return
    if call.trace is not None:
        call.explain(policy="none applies: the default backend")


def _test(condition: Condition) -> Test:
    if condition.origin == "source":
        return _from_source(condition.value)
    matches, name = _matcher(condition), condition.name
    if condition.origin == "orchestration":
        location = condition.location
        return lambda call: any(map(matches, mapped(call, location, name)))
    read = _READ[condition.origin]
    return lambda call: any(map(matches, read(call, name)))


def _matcher(condition: Condition) -> Callable[[str], bool]:
    """Whether one value is what a condition wants."""
    wanted = condition.value
    if condition.type == "pattern":
        return pattern(wanted).search
    if condition.type == "enum":
        known = frozenset(word.strip() for word in wanted.split(","))
        return known.__contains__
    if condition.origin == "frontend_authorizer":
        return lambda value: value in (wanted, _truth(wanted))
    return wanted.__eq__


def _truth(text: str) -> str:
    """Truth values compare in lower case."""
    return text.lower() if text.lower() in ("true", "false") else text


def _from_source(value: str) -> Test:
    """Whether the caller's address is one of these, or in one of these ranges."""
    addresses = Addresses(value.split(","))

    def matches(call: Call) -> bool:
        try:
            return call.request.client in addresses
        except NoAddress:
            return False

    return matches


def _system(call: Call, name: str) -> list[str]:
    if name == "req_method":
        return [call.request.method]
    return [call.path]


def _cookie(call: Call, name: str) -> list[str]:
    return cookie_values(call.request.headers, name)


def _context(call: Call, name: str) -> list[str]:
    value = call.frontend.get(name)
    return [] if value is None else [value]


_READ: dict[str, Callable[[Call, str], list[str]]] = {
    "param": lookup,
    "system": _system,
    "cookie": _cookie,
    "frontend_authorizer": _context,
}
