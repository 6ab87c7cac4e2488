"""What clients get wrong, one piece at a time.

A mistake says what it is and how to mend it, and makes the signature that a client
with that mistake would have made. Two of different pieces can be made together.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote_from_bytes, unquote_to_bytes

from console.signature.attempt import Attempt, Evidence, canonical_path, encode
from gateway.signing import EMPTY_HASH, UNSIGNED

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")
PORTS = ("80", "443", "8080", "8443")
_TYPES = ("application/json", "text/plain", "application/x-www-form-urlencoded")
_CHARSETS = ("; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8")

Change = Callable[[Attempt], Attempt]


@dataclass(frozen=True)
class Mistake:
    """`piece` is what it is about; no two of one piece are tried together."""

    piece: str
    what: str
    fix: str
    change: Change


@dataclass(frozen=True)
class Secret:
    """Another secret that the client may have used, and whose it is."""

    whose: str
    value: bytes


def all_of(evidence: Evidence, others: Sequence[Secret]) -> list[Mistake]:
    """Every mistake that a client can have made with this request."""
    makers = (_method, _slash, _path, _order, _query, _headers, _body, _date)
    found = [mistake for maker in makers for mistake in maker(evidence)]
    return [*found, *_secret(evidence, others)]


def _method(evidence: Evidence) -> Iterator[Mistake]:
    sent = evidence.request.method.upper()
    fix = "Sign the method that is sent, in capitals."
    small = f"the method was signed in small letters, {sent.lower()}"
    yield Mistake("method", small, fix, lambda a: replace(a, method=sent.lower()))
    for other in METHODS:
        if other != sent:
            yield Mistake(
                "method",
                f"the request was signed as {other} and sent as {sent}",
                fix,
                lambda a, other=other: replace(a, method=other),  # type: ignore[misc]
            )


def _slash(evidence: Evidence) -> Iterator[Mistake]:
    yield Mistake(
        "trailing slash",
        "the path was signed without the slash at its end",
        "Append / to the path for signing; send it without.",
        lambda a: replace(a, slash=False),
    )


def _path(evidence: Evidence) -> Iterator[Mistake]:
    raw, query = evidence.request.raw_path, evidence.request.query
    decoded = unquote_to_bytes(raw.encode("latin-1")).decode("latin-1")
    clean = canonical_path(raw, encode)
    fix = "Decode the path, then encode each segment once: all but A-Z a-z 0-9 - _ . ~"
    yield from _paths(
        fix,
        {
            "the path was signed without encoding it": decoded,
            "the path was signed as it was sent, not in canonical encoding": raw,
            "the path was encoded twice": quote_from_bytes(clean.encode(), safe="/~"),
            "a space in the path was signed as +": clean.replace("%20", "+"),
            "~ in the path was signed as %7E": clean.replace("~", "%7E"),
            "the path was signed with small hexadecimal digits": _small_hex(clean),
            "characters such as * : @ in the path were left unencoded": canonical_path(
                raw, lambda part: quote_from_bytes(part, safe="~!$&'()*+,;=:@")
            ),
        },
    )
    if query:
        what = "the query was signed as part of the path"
        with_query = f"{raw}?{query}"
        yield from _paths(
            "Sign path and query on lines of their own.", {what: with_query}
        )


def _paths(fix: str, paths: dict[str, str]) -> Iterator[Mistake]:
    for what, path in paths.items():
        yield Mistake(
            "path",
            what,
            fix,
            lambda a, path=path: replace(a, path=path),  # type: ignore[misc]
        )


def _order(evidence: Evidence) -> Iterator[Mistake]:
    yield Mistake(
        "order of the query",
        "the query was signed in the order it was sent, not sorted",
        "Sort the query by name, then by value.",
        lambda a: replace(a, sort=False),
    )


def _query(evidence: Evidence) -> Iterator[Mistake]:
    raw = evidence.request.query
    if not raw:
        return
    fix = "Encode names and values once: all but A-Z a-z 0-9 - _ . ~; a space is %20."
    encoders = {
        "a space in the query was signed as +": lambda p: encode(p).replace("%20", "+"),
        "~ in the query was signed as %7E": lambda p: encode(p).replace("~", "%7E"),
        "* in the query was left unencoded": lambda p: quote_from_bytes(p, safe="~*"),
        "the query was signed without encoding it": lambda p: p.decode("latin-1"),
        "the query was encoded twice": lambda p: encode(encode(p).encode()),
        "+ in the query was signed as a space": (
            lambda p: encode(p.replace(b"+", b" "))
        ),
        "the query was signed with small hexadecimal digits": (
            lambda p: _small_hex(encode(p))
        ),
        "characters such as / : @ in the query were left unencoded": (
            lambda p: quote_from_bytes(p, safe="~!$'()*,;:@/?")
        ),
    }
    for what, encoder in encoders.items():
        yield Mistake(
            "query",
            what,
            fix,
            lambda a, encoder=encoder: replace(a, encode=encoder),  # type: ignore[misc]
        )
    yield Mistake(
        "query",
        "the query was signed exactly as it was sent",
        "Sort the query, and encode it in canonical form.",
        lambda a: replace(a, query=raw),
    )
    yield from _pairs()


def _pairs() -> Iterator[Mistake]:
    yield Mistake(
        "query",
        "the query was not signed",
        "Sign the query on the third line.",
        lambda a: replace(a, query=""),
    )
    yield Mistake(
        "query",
        "a parameter without value was signed without its =",
        "Sign an empty value as name=.",
        lambda a: replace(a, query=re.sub(r"=(?=&|$)", "", a.canonical_query)),
    )
    fix = "Sign a pair for each value of a repeated parameter."
    yield Mistake(
        "query",
        "of a repeated parameter only the last value was signed",
        fix,
        lambda a: replace(a, pairs=tuple(dict(a.pairs).items())),
    )
    yield Mistake(
        "query",
        "of a repeated parameter only the first value was signed",
        fix,
        lambda a: replace(a, pairs=tuple(dict(reversed(a.pairs)).items())),
    )


def _headers(evidence: Evidence) -> Iterator[Mistake]:
    yield from _host(evidence)
    yield from _content_type(evidence)
    fix = "Sign each header as it is sent: name in small letters, value trimmed."
    shapes: dict[str, Callable[[str, str], tuple[str, str]]] = {
        "values of headers were signed in small letters": lambda n, v: (n, v.lower()),
        "header names were signed with capitals": lambda n, v: (n.title(), v),
        "runs of blanks inside header values were signed as one": (
            lambda n, v: (n, re.sub(r"\s+", " ", v))
        ),
        "a blank stood between the colon and the value": lambda n, v: (n, f" {v}"),
        "a blank at the end of header values was signed": lambda n, v: (n, f"{v} "),
    }
    for what, shape in shapes.items():
        yield Mistake(
            "headers",
            what,
            fix,
            lambda a, shape=shape: replace(  # type: ignore[misc]
                a, headers=tuple(shape(*line) for line in a.headers)
            ),
        )
    yield Mistake(
        "headers",
        "the headers were not signed in the order of their names",
        "Sort the signed headers by name.",
        lambda a: replace(a, headers=_as_sent(evidence, a)),
    )


def _as_sent(evidence: Evidence, attempt: Attempt) -> tuple[tuple[str, str], ...]:
    sent = [name.decode("latin-1") for name, _ in evidence.request.headers]
    place = {name: number for number, name in reversed(list(enumerate(sent)))}
    return tuple(sorted(attempt.headers, key=lambda line: place.get(line[0], -1)))


def _host(evidence: Evidence) -> Iterator[Mistake]:
    host = evidence.request.headers.get(b"host") or ""
    name, colon, port = host.partition(":")
    fix = f"Sign Host exactly as it is sent: {host}."
    if colon:
        what = f"Host was signed without its port, {port}"
        yield _with("headers", what, fix, "host", name)
    else:
        for number in PORTS:
            what = f"Host was signed with the port {number}, and sent without"
            yield _with("headers", what, fix, "host", f"{name}:{number}")


def _content_type(evidence: Evidence) -> Iterator[Mistake]:
    sent = evidence.request.headers.get(b"content-type")
    if sent is None:
        return
    fix = f"Sign Content-Type exactly as it is sent: {sent}."
    bare = sent.partition(";")[0].strip()
    others = {bare, *(bare + charset for charset in _CHARSETS), *_TYPES, ""} - {sent}
    for other in sorted(others):
        what = f"Content-Type was signed as {other or 'nothing'}, and sent as {sent}"
        yield _with("content-type", what, fix, "content-type", other)


def _with(piece: str, what: str, fix: str, name: str, value: str) -> Mistake:
    return Mistake(
        piece,
        what,
        fix,
        lambda a: replace(
            a, headers=tuple((n, value if n == name else v) for n, v in a.headers)
        ),
    )


def _body(evidence: Evidence) -> Iterator[Mistake]:
    body = evidence.request.body
    fix = "Hash exactly the bytes that are sent."
    yield _hashed("the body was signed as UNSIGNED-PAYLOAD", fix, UNSIGNED)
    yield _hashed("nothing stood in the place of the body's hash", fix, "")
    if not body:
        return
    yield _hashed("the body was signed as if it were empty", fix, EMPTY_HASH)
    digest = hashlib.sha256(body).hexdigest()
    yield _hashed("the body's hash was signed in capitals", fix, digest.upper())
    for what, other in _bodies(body).items():
        if other != body:
            yield _hashed(what, fix, hashlib.sha256(other).hexdigest())


def _hashed(what: str, fix: str, payload: str) -> Mistake:
    return Mistake("body", what, fix, lambda a: replace(a, payload=payload))


def _bodies(body: bytes) -> dict[str, bytes]:
    """Bodies that may have been hashed instead, by what happened to them."""
    found = {
        "a line end was added to the body after signing": body.rstrip(b"\r\n"),
        "the line end of the body was lost after signing": body + b"\n",
        "the body's line ends were changed from LF to CRLF": body.replace(
            b"\r\n", b"\n"
        ),
        "the body's line ends were changed from CRLF to LF": body.replace(
            b"\r\n", b"\n"
        ).replace(b"\n", b"\r\n"),
    }
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return found
    for name, options in _JSON.items():
        what = f"the JSON body was written anew after signing it {name}"
        found[what] = json.dumps(value, **options).encode()  # type: ignore[arg-type]
    return found


_JSON: dict[str, dict[str, object]] = {
    "without blanks": {"separators": (",", ":")},
    "without blanks, in plain Unicode": {
        "separators": (",", ":"),
        "ensure_ascii": False,
    },
    "with blanks after , and :": {},
    "with blanks, in plain Unicode": {"ensure_ascii": False},
    "with sorted keys": {"sort_keys": True},
    "with sorted keys, without blanks": {
        "sort_keys": True,
        "separators": (",", ":"),
    },
    "indented by two": {"indent": 2},
    "indented by four": {"indent": 4},
}


def _date(evidence: Evidence) -> Iterator[Mistake]:
    date = evidence.date
    fix = "The second line of the string to sign is X-Sdk-Date, as it is sent."
    for other in {date[:8], f"{date[:4]}-{date[4:6]}-{date[6:11]}", ""} - {date}:
        what = f"{other or 'nothing'} was signed in the place of the date"
        yield Mistake(
            "date",
            what,
            fix,
            lambda a, other=other: replace(a, date=other),  # type: ignore[misc]
        )


def _secret(evidence: Evidence, others: Sequence[Secret]) -> Iterator[Mistake]:
    ends = {"a line end": b"\n", "CR and LF": b"\r\n", "a blank": b" ", "a tab": b"\t"}
    fix = "Read the secret without white space around it."
    for name, end in ends.items():
        what = f"the secret was used with {name} behind it"
        yield _keyed(what, fix, lambda secret, end=end: secret + end)  # type: ignore[misc]
    yield _keyed("the secret was used with a blank before it", fix, lambda s: b" " + s)
    yield _keyed(
        "the Base64 form of the secret was used",
        "Use the secret as it is shown.",
        base64.b64encode,
    )
    key = evidence.given.access.encode("latin-1")
    fix = "Sign with the secret, not with the key."
    yield _keyed("the key was used in the place of the secret", fix, lambda s: key)
    for other in others:
        yield _keyed(
            f"the signature was made with {other.whose}",
            "Use key and secret of the same credential, both current.",
            lambda secret, other=other: other.value,  # type: ignore[misc]
        )


def _keyed(what: str, fix: str, change: Callable[[bytes], bytes]) -> Mistake:
    return Mistake("secret", what, fix, lambda a: replace(a, secret=change(a.secret)))


def _small_hex(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), text)
