"""Validation of declared request parameters (reference: api.md section 4.1).

What is not declared is let through. A missing optional parameter takes its default.
Afterwards `call.parameters` has the values of the declared ones, for conditions of
backend policies and for backend parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.call import Call
from gateway.cookies import cookie_values
from gateway.errors import BadParameter
from gateway.events import path_parameters
from gateway.http import decode_text
from gateway.snapshot import Api, ReqParam, per_api

Values = list[str]


def skips(api: Api) -> str:
    return "" if api.req_params else "the API declares no parameters"


def check_parameters(call: Call) -> None:
    """Refuse a request whose parameters are not as declared."""
    path = path_parameters(call)
    found: dict[str, Values] = {}
    for param in _declared(call.api):
        values = param.values(call, path)
        if values is None:
            values = param.absent()
        else:
            for value in values:
                param.check(value)
        # Two locations may share a name: then the first has it.
        found.setdefault(param.key, values)
    call.parameters = found
    if call.trace is not None:
        call.explain(parameters=dict(found))


def lookup(call: Call, name: str) -> Values:
    """The values of a declared parameter, in any case; none when it is absent."""
    return call.parameters.get(name.lower(), [])


def received(call: Call, param: ReqParam) -> Values:
    """What a request has of a declared parameter, or its default; unchecked."""
    values = _declared_as(param).values(call, path_parameters(call))
    if values is None:
        return [param.default_value] if param.default_value else []
    return values


@dataclass(frozen=True, slots=True)
class _Declared:
    """A declared parameter, with what is worked out once for an API."""

    of: ReqParam
    key: str
    header: bytes

    def values(self, call: Call, path: Mapping[str, str]) -> Values | None:
        """What the request has of it; None when it has nothing."""
        param = self.of
        if param.location == "QUERY":
            return call.query.get(param.name)
        if param.location == "PATH":
            value = path.get(param.name)
            return None if value is None else [value]
        if param.location == "COOKIE":
            return cookie_values(call.request.headers, param.name) or None
        received = call.request.headers
        if self.header not in received:
            return None
        return [decode_text(value) for name, value in received if name == self.header]

    def absent(self) -> Values:
        """What stands in for a value that is not there."""
        if self.of.required:
            raise self._refused("is missing")
        return [self.of.default_value] if self.of.default_value else []

    def check(self, value: str) -> None:
        """Refuse a value that breaks the declared rules."""
        param = self.of
        size: float = len(value)
        low: float | None = param.min_size
        high: float | None = param.max_size
        if param.type == "NUMBER":
            size, low, high = self._number(value), param.min_num, param.max_num
        if not param.valid_enable:
            return
        what = "" if param.type == "NUMBER" else " characters"
        if low is not None and size < low:
            raise self._refused(f"is below {low:g}{what}")
        if high is not None and size > high:
            raise self._refused(f"is above {high:g}{what}")
        if param.enumerations and value not in param.enumerations:
            raise self._refused(f"is none of {', '.join(param.enumerations)}")

    def _number(self, value: str) -> float:
        try:
            # Python also reads 1_000, blanks around, and infinities.
            if not value.isascii() or set(value) - _IN_NUMBERS:
                raise ValueError
            return float(value)
        except ValueError:
            raise self._refused("is not a number") from None

    def _refused(self, rule: str) -> BadParameter:
        return BadParameter(f"{self.of.location.lower()} {self.of.name} {rule}")


_IN_NUMBERS = frozenset("0123456789+-.eE")


@per_api
def _declared(api: Api) -> tuple[_Declared, ...]:
    return tuple(map(_declared_as, api.req_params))


def _declared_as(param: ReqParam) -> _Declared:
    return _Declared(param, param.name.lower(), param.name.lower().encode())
