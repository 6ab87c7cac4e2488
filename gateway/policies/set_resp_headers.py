"""HTTP response headers: set, add, append, skip, delete (policies.md section 4.2).

The entries act in list order, on every answer to a call of the API, also on the
gateway's own. Headers that name the request or belong to CORS stay out of reach.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from gateway.call import Call
from gateway.http import RawHeaders, Response, clean_value
from gateway.policies.document import Part
from gateway.policies.form import Field, Table, choices
from gateway.policies.plugins import read
from gateway.snapshot import Api, given, per_api

NAME = "set_resp_headers"
TITLE = "HTTP Response Header Management"
ABOUT = "Sets, adds, appends, skips or deletes headers of responses."
MOST = 10
ACTIONS = ("override", "append", "add", "skip", "delete")
CACHE_STATUS = "$context.cacheStatus"
FORM = (
    Table(
        "response_headers",
        "Response Headers",
        "Add Response Header",
        (
            Field("name", "Name", required=True),
            Field(
                "value_type",
                "Value Type",
                "choice",
                "custom_value",
                choices=(
                    ("custom_value", "Custom value"),
                    ("system_parameter", "System parameter"),
                ),
            ),
            Field("value", "Value"),
            Field("action", "Action", "choice", "override", choices=choices(*ACTIONS)),
        ),
        most=MOST,
        help="The entries act in their order. A deleted header needs no value.",
    ),
)
_NAME = r"[A-Za-z][A-Za-z0-9-]{0,31}"
# The gateway frames and names the message by these.
_RESERVED = ("connection", "content-length", "server", "transfer-encoding")
_PROTECTED = re.compile(r"x-apig-.*|x-request-id|access-control-.*")


@dataclass(frozen=True)
class Change:
    """One entry; `name` in wire spelling. `system` takes the value from the call."""

    name: bytes
    value: bytes
    action: str
    system: bool = False


@dataclass(frozen=True)
class Config:
    changes: tuple[Change, ...]

    @classmethod
    def parse(cls, raw: object) -> "Config":
        parts = Part(raw).parts("response_headers", most=MOST)
        changes = tuple(map(_change, parts))
        seen: set[bytes] = set()
        for part, change in zip(parts, changes, strict=True):
            if change.name.lower() in seen:
                raise part.refuse("name", "each name once, whatever its case")
            seen.add(change.name.lower())
        return cls(changes)

    @cached_property
    def gone(self) -> frozenset[bytes]:
        """What is not to be there any more, in lower case."""
        ends = (change for change in self.changes if change.action in _ENDS)
        return frozenset(change.name.lower() for change in ends)

    @cached_property
    def added(self) -> tuple[Change, ...]:
        return tuple(c for c in self.changes if c.action != "delete")


def _change(part: Part) -> Change:
    rule = "1 to 32 letters, digits and -, a letter first"
    name = part.text("name", pattern=_NAME, rule=rule)
    if _PROTECTED.fullmatch(name.lower()) or name.lower() in _RESERVED:
        raise part.refuse("name", f"{name} cannot be changed by a policy")
    action = part.text("action").lower()
    if action not in ACTIONS:
        raise part.refuse("action", f"one of {', '.join(ACTIONS)}")
    kind = part.choice(
        "value_type", ("custom_value", "system_parameter"), "custom_value"
    )
    if action == "delete":
        return Change(name.encode(), b"", action)
    value = part.text("value", "", most=255)
    system = kind == "system_parameter"
    if system and (value != CACHE_STATUS or action not in ("add", "append")):
        rule = f"a system parameter is {CACHE_STATUS}, with action add or append"
        raise part.refuse("value", rule)
    return Change(name.encode(), clean_value(value), action, system)


@per_api
def config(api: Api) -> Config | None:
    return read(api, NAME, Config.parse)


def skips(api: Api) -> str:
    return "" if config(api) else "no response header policy is bound"


@given(config)
def apply(policy: Config, call: Call, answer: Response) -> Response | None:
    """The answer with its headers changed."""
    gone = policy.gone
    # A name has one entry, so what ends may go first.
    headers = [pair for pair in answer.headers if pair[0].lower() not in gone]
    for change in policy.added:
        value = call.cache_status.encode() if change.system else change.value
        if value or not change.system:
            _ADD[change.action](headers, change.name, value)
    return answer.with_headers(headers)


def _add(headers: RawHeaders, name: bytes, value: bytes) -> None:
    headers.append((name, value))


def _skip(headers: RawHeaders, name: bytes, value: bytes) -> None:
    if not any(key.lower() == name.lower() for key, _ in headers):
        headers.append((name, value))


def _append(headers: RawHeaders, name: bytes, value: bytes) -> None:
    """Join to the first value that is there."""
    for place, (key, old) in enumerate(headers):
        if key.lower() == name.lower():
            headers[place] = key, old + b"," + value
            return
    headers.append((name, value))


_ENDS = frozenset(("override", "delete"))
_ADD: dict[str, Callable[[RawHeaders, bytes, bytes], None]] = {
    "override": _add,
    "append": _append,
    "add": _add,
    "skip": _skip,
}
