"""Messages as traces keep them, in HTTP/1.1 form, read again (`gateway.access`)."""

from collections.abc import Iterator

from gateway import signing
from gateway.access import MAX_BODY, SECRET
from gateway.http import Headers, RawHeaders, Request


def request_of(text: str) -> Request:
    """The request in a text, with names in small letters; an empty one without text."""
    first, named, body = _parts(text)
    method, _, target = first.removesuffix(" HTTP/1.1").partition(" ")
    path, _, query = target.partition("?")
    headers = Headers(named)
    return Request(method, path, query, headers, body=_bytes(body, headers))


def answer_of(text: str) -> tuple[RawHeaders, bytes]:
    """Headers, names in small letters, and body of an answer that is text."""
    _, named, body = _parts(text)
    return named, _bytes(body, Headers(named))


def hidden(headers: Headers) -> Iterator[str]:
    """The names of headers whose values are not kept."""
    for name, value in headers.first.items():
        # A signature is no secret: it is for one request.
        if name in SECRET and not value.startswith(signing.ALGORITHM.encode()):
            yield name.decode("latin-1").title()


def lacking(request: Request) -> str:
    """What of the body was not recorded, in a sentence; empty when nothing is."""
    declared = request.headers.get(b"content-length") or "0"
    length = int(declared) if declared.isdecimal() else 0
    have = len(request.body)
    if b"transfer-encoding" in request.headers and not have:
        return "Body: it came in pieces that were passed on, and was not recorded."
    if length > have and not have:
        return f"Body: its {length:,} bytes were passed on, and not recorded."
    if length > have or have >= MAX_BODY:
        return f"Body: only the first {MAX_BODY:,} of {length:,} bytes are recorded."
    return ""


def _parts(text: str) -> tuple[str, RawHeaders, str]:
    """First line, headers, body. Lines of debug calls end in LF, of live ones in CRLF.

    Not `splitlines`: some characters that it splits at may stand in a value.
    """
    end = "\r\n" if "\r\n" in text.partition("\n\n")[0] else "\n"
    head, _, body = text.partition(end * 2)
    first, *lines = head.split(end)
    pairs = (line.partition(":") for line in lines)
    named = [(_wire(n.lower()), _wire(v.strip(" \t"))) for n, _, v in pairs]
    return first, named, body


def _wire(text: str) -> bytes:
    """Heads of live calls are latin-1, those of debug calls UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def _bytes(body: str, headers: Headers) -> bytes:
    """A body that was read as UTF-8 where it could be, else as latin-1."""
    declared = headers.get(b"content-length")
    raw = _wire(body)
    return raw if declared == str(len(raw)) else body.encode()
