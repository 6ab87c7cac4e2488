"""What a client signed beside what was expected, piece by piece.

Characters that cannot be seen are made visible: most mistakes are made of them.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from console.signature.attempt import Attempt, Evidence
from gateway import signing

_BLANK, _LINE_END, _TAB = "\u2423", "\u21b5", "\u21e5"
_ZONE_SECONDS = 15 * 60
_MOST_ZONE = 14 * 3600 + 60


@dataclass(frozen=True)
class Row:
    """One piece. `client` is None when what the client did is not known."""

    label: str
    client: str | None
    expected: str

    @property
    def same(self) -> bool:
        return self.client is None or self.client == self.expected

    @property
    def client_shown(self) -> str:
        return "" if self.client is None else visible(self.client)

    @property
    def expected_shown(self) -> str:
        return visible(self.expected)


def rows(expected: Attempt, client: Attempt | None) -> list[Row]:
    """Every piece of a signature, the expected one beside the client's."""
    theirs = dict(_pieces(client)) if client else {}
    return [
        Row(label, theirs.get(label, "") if client else None, text)
        for label, text in _pieces(expected)
    ]


def given_rows(expected: Attempt, canonical: str) -> list[Row]:
    """The expected lines beside those of a canonical request that a client printed."""
    theirs = canonical.replace("\r\n", "\n").rstrip("\n").split("\n")
    ours = expected.canonical.split("\n")
    labels = ["Method", "Path", "Query"]
    labels += ["Header"] * (len(ours) - 6) + ["Blank line", "Signed headers"]
    labels += ["Payload hash"]
    count = max(len(theirs), len(ours))
    theirs += [""] * (count - len(theirs))
    ours += [""] * (count - len(ours))
    labels += ["Line too many"] * (count - len(labels))
    pairs = zip(labels, theirs, ours, strict=True)
    return [Row(label, one, other) for label, one, other in pairs]


def clock(evidence: Evidence, now: float) -> str | None:
    """What is wrong with the date, by the gateway's clock; None when nothing is."""
    try:
        ahead = signing.parse_date(evidence.date) - now
    except signing.SignatureError as error:
        return f"{error}: X-Sdk-Date is {evidence.date or 'missing'}"
    if abs(ahead) <= signing.SKEW_SECONDS:
        return None
    which = "ahead of" if ahead > 0 else "behind"
    text = f"X-Sdk-Date is {_span(abs(ahead))} {which} the gateway's clock"
    off = abs(abs(ahead) % _ZONE_SECONDS)
    close = min(off, _ZONE_SECONDS - off) < 120
    if close and abs(ahead) < _MOST_ZONE:
        return f"{text}: the client seems to write local time, and must write UTC"
    time = datetime.fromtimestamp(now, UTC)
    return f"{text}, which says {time:%Y%m%dT%H%M%SZ}; at most 15 minutes are allowed"


def visible(text: str) -> str:
    """A text whose invisible characters can be seen.

    Blanks at the ends of lines and in runs become open boxes, line ends and tabs
    arrows; anything else that cannot be seen becomes its code.
    """
    lines = text.split("\n")
    shown = ["".join(_seen(line, at) for at in range(len(line))) for line in lines]
    return f"{_LINE_END}\n".join(shown)


def _seen(line: str, at: int) -> str:
    character = line[at]
    if character == " ":
        beside = (line[at - 1 : at], line[at + 1 : at + 2])
        return _BLANK if "" in beside or " " in beside else " "
    if character == "\t":
        return _TAB
    if unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp", "Co", "Cn"):
        return f"\u27e8U+{ord(character):04X}\u27e9"
    return character


def _pieces(attempt: Attempt) -> Iterator[tuple[str, str]]:
    yield "Method", attempt.method
    yield "Path", attempt.canonical_uri
    yield "Query", attempt.canonical_query
    for name in dict.fromkeys(name.lower() for name, _ in attempt.headers):
        values = [value for n, value in attempt.headers if n.lower() == name]
        yield f"Header {name}", "\n".join(values)
    yield "Signed headers", attempt.signed
    yield "Payload hash", attempt.payload
    yield "Canonical request", attempt.canonical
    yield "String to sign", attempt.string_to_sign


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"
