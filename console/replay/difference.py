"""What two answers differ in: status, error code, headers, body. In words.

Values that let others call in somebody's name are not shown, and not compared.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff

from console.models import AccessLog, Trace
from console.replay import text
from console.templatetags.ui import pretty
from gateway.access import HIDDEN, MAX_BODY, SECRET
from gateway.http import BODILESS, RawHeaders, decode_text

# They differ with every call.
_OF_EACH_CALL = (b"x-request-id", b"date", b"x-apig-latency", b"x-apig-ratelimit")
# Of two bodies that are compared line by line, in characters and lines; of what is
# shown of it, in lines.
MAX_CHARACTERS, MAX_COMPARED = 512 * 1024, 20_000
MAX_LINES = 1000
SAME, CHANGED = "same", "changed"
BEFORE, NOW = "only recorded", "only now"
UNKNOWN, OF_EACH = "not recorded", "differs with each call"
NOT_SHOWN = "not shown"


@dataclass(frozen=True)
class Answer:
    """An answer as far as it is known: None is what is not. `cut` is a cut body."""

    request_id: str
    status: int
    code: str | None = None
    headers: RawHeaders | None = None
    body: bytes | None = None
    cut: bool = False

    @classmethod
    def of(cls, trace: Trace | None, log: AccessLog | None) -> "Answer":
        """The answer of a call on record; one of the two is there."""
        code = log.apig_err_code if log else None
        if trace is None or not trace.response:
            known = log or trace
            assert known is not None
            return cls(known.request_id, known.status, code)
        headers, body = text.answer_of(trace.response)
        whole: bytes | None = trace.binary or body
        length = dict(headers).get(b"content-length", b"")
        live = trace.origin == Trace.Origin.LIVE
        if live and not body and length != b"0" and trace.status not in BODILESS:
            # It was passed on in pieces.
            whole = None
        cut = live and len(body) >= MAX_BODY
        return cls(trace.request_id, trace.status, code, headers, whole, cut)


@dataclass(frozen=True)
class Line:
    """One thing that was compared; `verdict` is one of the words above."""

    name: str
    before: str
    now: str
    verdict: str


@dataclass(frozen=True)
class Difference:
    """Lines, and of bodies that are text their unified difference."""

    lines: list[Line]
    body: str

    @property
    def changed(self) -> list[str]:
        """The names of what differs."""
        differing = (CHANGED, BEFORE, NOW)
        return [line.name for line in self.lines if line.verdict in differing]

    @property
    def summary(self) -> str:
        unknown = [line.name for line in self.lines if line.verdict == UNKNOWN]
        left = f" Not recorded: {', '.join(unknown)}." if unknown else ""
        if not self.changed:
            return f"The answers are the same.{left}"
        return f"The answers differ in: {', '.join(self.changed)}.{left}"


def compare(before: Answer, now: Answer) -> Difference:
    body, shown = _body(before, now)
    lines = [
        _line("Status", str(before.status), str(now.status)),
        _line("Error code", before.code, now.code),
        *_headers(before.headers, now.headers or []),
        body,
    ]
    return Difference(lines, shown)


def _line(name: str, before: str | None, now: str | None) -> Line:
    if before is None:
        return Line(name, "", now or "", UNKNOWN)
    verdict = SAME if before == now else CHANGED
    return Line(name, before, now or "", verdict)


def _headers(before: RawHeaders | None, now: RawHeaders) -> Iterator[Line]:
    if before is None:
        yield Line("Headers", "", f"{len(now)} headers", UNKNOWN)
        return
    old, new = _grouped(before), _grouped(now)
    for name in sorted(old.keys() | new.keys()):
        shown = name.decode("latin-1").title()
        yield _header(shown, name, old.get(name), new.get(name))


def _header(shown: str, name: bytes, before: str | None, now: str | None) -> Line:
    if before is None or now is None:
        verdict = NOW if before is None else BEFORE
    elif name in SECRET:
        verdict = NOT_SHOWN
    elif name.startswith(_OF_EACH_CALL):
        verdict = OF_EACH
    else:
        verdict = SAME if before == now else CHANGED
    if name in SECRET:
        before, now = before and HIDDEN, now and HIDDEN
    return Line(shown, before or "", now or "", verdict)


def _grouped(headers: RawHeaders) -> dict[bytes, str]:
    values: dict[bytes, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(decode_text(value))
    return {name: ", ".join(sorted(found)) for name, found in values.items()}


def _body(before: Answer, now: Answer) -> tuple[Line, str]:
    if before.body is None:
        return Line("Body", "", _size(now.body or b""), UNKNOWN), ""
    old, new = before.body, now.body or b""
    if before.cut:
        new = new[: len(old)]
    sizes = _size(old) + " recorded" * before.cut, _size(new)
    one, other = _lines(old, before.request_id), _lines(new, now.request_id)
    if old == new or (one is not None and one == other):
        return Line("Body", *sizes, SAME), ""
    shown = ""
    if one is not None and other is not None:
        shown = _unified(one, other)
    return Line("Body", *sizes, CHANGED), shown


def _unified(before: list[str], now: list[str]) -> str:
    both = [*before, *now]
    if len(both) > MAX_COMPARED or sum(map(len, both)) > MAX_CHARACTERS:
        return "The bodies are too long to be compared line by line."
    found = list(unified_diff(before, now, "recorded", "now", lineterm=""))
    cut = ["... (cut)"] if len(found) > MAX_LINES else []
    return "\n".join(found[:MAX_LINES] + cut)


def _size(body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()[:12]
    return f"{len(body):,} bytes, SHA-256 {digest}" if body else "empty"


def _lines(body: bytes, request_id: str) -> list[str] | None:
    """A body that is text, line by line; JSON indented. None of another.

    The request ID differs with each call, so a word stands for it.
    """
    try:
        found = body.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in found:
        return None
    return pretty(found.replace(request_id, "(request ID)")).splitlines()
