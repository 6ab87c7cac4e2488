"""A signed request from what a person has at hand: curl, raw HTTP, or an error.

Each gives the request as it would arrive at the gateway.
"""

import json
import re
import shlex
from collections.abc import Iterator
from urllib.parse import urlsplit

from console.signature.attempt import Evidence
from gateway import signing
from gateway.http import Headers, Request
from gateway.policies.app_auth import DEBUG_HEADER

MAX_TEXT = 2 * 1024 * 1024
_BODY_FLAGS = ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json")
# Flags of curl that take a value and change nothing that is signed.
_IGNORED = (
    *("-o", "--output", "-w", "--write-out", "--cacert", "--cert", "--key"),
    *("--connect-timeout", "-m", "--max-time", "--resolve", "--connect-to"),
    *("--retry", "-x", "--proxy"),
)
_REQUEST_LINE = re.compile(r"([A-Za-z]+) (\S+)(?: HTTP/[\d.]+)?\s*\Z")


class Unreadable(ValueError):
    """The text is none of the known forms; it says what was expected."""


def evidence(text: str) -> Evidence:
    """The request in a text, with its Authorization; Unreadable when there is none."""
    request = _request(text.strip("\ufeff").lstrip())
    headers = request.headers
    for name in (DEBUG_HEADER, b"authorization"):
        if value := headers.get(name):
            try:
                return Evidence(request, signing.parse_authorization(value))
            except signing.SignatureError as error:
                raise Unreadable(f"{name.decode().title()}: {error}.") from None
    raise Unreadable("The request has no Authorization header: it is not signed.")


def request_id(text: str) -> str | None:
    """The request id of an error that the gateway sent, or a bare one."""
    text = text.strip()
    if re.fullmatch(r"[0-9a-f]{32}", text):
        return text
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = document.get("request_id") if isinstance(document, dict) else None
    return found if isinstance(found, str) else None


def _request(text: str) -> Request:
    if len(text) > MAX_TEXT:
        raise Unreadable("The text is longer than 2 MB.")
    if re.match(r"(\$ )?curl\s", text):
        return _curl(text.removeprefix("$ "))
    return _raw(text)


def _raw(text: str) -> Request:
    """Request line, headers, blank line, body."""
    head, *rest = re.split(r"\r?\n\r?\n", text, maxsplit=1)
    body = rest[0] if rest else ""
    first, *lines = head.splitlines() or [""]
    found = _REQUEST_LINE.match(first)
    if found is None:
        raise Unreadable(
            "This is neither a curl command nor a request. A request begins like "
            "GET /path?query HTTP/1.1, then come its headers, a blank line, its body."
        )
    pairs = [line.partition(":") for line in lines if line.strip()]
    bad = next((name for name, colon, _ in pairs if not colon), None)
    if bad is not None:
        raise Unreadable(f"{bad[:60]!r} is no header: a header has a colon.")
    headers = [(name, value) for name, _, value in pairs]
    return _made(found[1], found[2], headers, body.encode())


def _curl(text: str) -> Request:
    try:
        words = shlex.split(re.sub(r"\\\r?\n", " ", text))[1:]
    except ValueError as error:
        raise Unreadable(f"The curl command is incomplete: {error}.") from None
    method, url, headers, bodies, get = "", "", list[tuple[str, str]](), [], False
    for flag, value in _options(words):
        if flag in ("-X", "--request"):
            method = value
        elif flag in ("-H", "--header"):
            name, _, content = value.partition(":")
            headers.append((name, content))
        elif flag in _BODY_FLAGS:
            bodies.append(_curl_body(flag, value))
        elif flag in ("-G", "--get"):
            get = True
        elif flag in ("-I", "--head"):
            method = "HEAD"
        elif flag in ("", "--url"):
            url = value
    if not url:
        raise Unreadable("The curl command has no URL.")
    body = "&".join(bodies)
    if get and body:
        url, body = f"{url}{'&' if '?' in url else '?'}{body}", ""
    return _made(method or ("POST" if body else "GET"), url, headers, body.encode())


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """(flag, value) of each; a word alone has an empty flag."""
    valued = {"-X", "--request", "-H", "--header", "--url", *_BODY_FLAGS, *_IGNORED}
    valued |= {"-b", "--cookie", "-A", "--user-agent", "-e", "--referer", "-u"}
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        if word.startswith("--") and equals and flag in valued:
            yield flag, value
        elif word in valued:
            yield word, next(rest, "")
        elif word[:2] in ("-X", "-H", "-d") and len(word) > 2:
            yield word[:2], word[2:]
        else:
            yield (word, "") if word.startswith("-") else ("", word)


def _curl_body(flag: str, value: str) -> str:
    if value.startswith("@") and flag != "--data-raw":
        raise Unreadable(f"The body is in a file, {value[1:]}: paste it instead.")
    # curl takes line ends out of --data, as from a file.
    plain = flag in ("-d", "--data", "--data-ascii")
    return re.sub(r"[\r\n]", "", value) if plain else value


def _made(
    method: str, target: str, headers: list[tuple[str, str]], body: bytes
) -> Request:
    """As it arrives: names in small letters, values trimmed, Host from the URL."""
    try:
        url = urlsplit(target)
    except ValueError as error:
        raise Unreadable(f"{target[:80]} is no URL: {error}.") from None
    received = [
        (name.strip().lower().encode(), value.strip(" \t").encode())
        for name, value in headers
    ]
    if url.netloc and not any(name == b"host" for name, _ in received):
        received.append((b"host", url.netloc.rpartition("@")[2].encode()))
    path = (url.path or "/").encode().decode("latin-1")
    query = url.query.encode().decode("latin-1")
    return Request(method, path, query, Headers(received), body=body)
