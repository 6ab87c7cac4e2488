"""What authentication changes of the backend's request.

It comes before that request is built, so it is noted here what shall become of it. A
caller cannot send in a header what a policy sets there: it is taken away first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from gateway.call import Call
from gateway.cookies import without_cookies
from gateway.http import clean_value
from gateway.snapshot import Api

POLICIES = ("third_auth", "jwt_auth", "oidc_auth")


@dataclass(slots=True)
class Carry:
    """Names are in lower case. What is `added` replaces what is there."""

    hidden: set[bytes] = field(default_factory=set)
    queries: set[str] = field(default_factory=set)
    cookies: set[str] = field(default_factory=set)
    added: dict[bytes, bytes] = field(default_factory=dict)
    # Set only where the caller has sent none.
    proposed: dict[bytes, bytes] = field(default_factory=dict)

    def header(self, name: str, value: str | None, *, override: bool = True) -> None:
        """Set a header; without a value it only may not come from the caller."""
        key = name.lower().encode()
        if override:
            self.hidden.add(key)
        if value is not None:
            (self.added if override else self.proposed)[key] = clean_value(value)


def of(call: Call) -> Carry:
    if call.carry is None:
        call.carry = Carry()
    found: Carry = call.carry
    return found


def skips(api: Api) -> str:
    bound = any(kind in api.plugins for kind in POLICIES)
    if bound or api.app_auths or api.auth_type == "IAM":
        return ""
    return "no policy authenticates callers"


def apply(call: Call) -> None:
    """Change the request toward the backend."""
    carry, sent = call.carry, call.outgoing
    if carry is None or sent is None:
        call.skip("there is nothing to change")
        return
    there = {name for name, _ in sent.headers} - carry.hidden
    kept = [pair for pair in sent.headers if pair[0] not in carry.hidden]
    new = {n: v for n, v in carry.proposed.items() if n not in there} | carry.added
    sent.headers = [pair for pair in kept if pair[0] not in new] + list(new.items())
    if carry.queries:
        sent.query = "&".join(_without_queries(sent.query.split("&"), carry.queries))
    if carry.cookies:
        names = {name.encode() for name in carry.cookies}
        sent.headers = without_cookies(sent.headers, names)


def _without_queries(parts: Iterable[str], names: set[str]) -> Iterable[str]:
    return (p for p in parts if unquote_plus(p.partition("=")[0]) not in names)
