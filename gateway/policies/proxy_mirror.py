"""Request mirroring: a copy of the backend's request for somebody else (policies 4.7).

The copy goes on its own way. Nobody waits for it, its answer is thrown away, and when
too many are under way a copy is left out: a target that hangs never delays a call.
"""

import logging
import random
from dataclasses import dataclass

from yarl import URL

from gateway import metrics
from gateway.call import Call
from gateway.client import Client
from gateway.fetch import FetchError, Pairs, fetch
from gateway.http import decode_text
from gateway.policies.document import Part
from gateway.policies.form import Field, choices
from gateway.policies.plugins import read
from gateway.snapshot import Api, MockInfo, per_api

NAME = "proxy_mirror"
TITLE = "Request Mirroring"
ABOUT = "Sends a copy of requests to another address. Its answer is thrown away."
FORM = (
    Field("protocol", "Protocol", "choice", "HTTP", choices=choices("HTTP", "HTTPS")),
    Field("host", "Address", required=True, help="host:port"),
    Field("path", "Path", help="Blank: the original path"),
    Field(
        "path_concat_mode",
        "Path Mode",
        "choice",
        "replace",
        choices=(("replace", "In place of the path"), ("prefix", "Before the path")),
    ),
    Field("sample_ratio", "Sampling Ratio", "number", 1, help="0.00001 to 1"),
    Field("timeout", "Timeout (ms)", "number", 5000),
    Field("mirror_request_body_enabled", "Mirror Request Body", "flag", True),
)
# Copies under way at once, of all policies.
MOST = 256
_NOT_COPIED = frozenset((b"host", b"content-length", b"transfer-encoding"))
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Config:
    """`ratio` of the calls are copied; `timeout` is in seconds."""

    base: str
    path: str
    prefix: bool
    ratio: float
    timeout: float
    body: bool

    @classmethod
    def parse(cls, raw: object) -> "Config":
        part = Part(raw)
        protocol = part.choice("protocol", ("HTTP", "HTTPS"))
        host = part.text(
            "host", most=255, pattern=r"[A-Za-z0-9._\[\]:-]+", rule="host:port"
        )
        base = f"{protocol.lower()}://{host}"
        try:
            URL(base)
        except ValueError:
            raise part.refuse("host", "host:port") from None
        ratio = part.get("sample_ratio", 1)
        if type(ratio) not in (int, float) or not 0.00001 <= ratio <= 1:
            raise part.refuse("sample_ratio", "a number from 0.00001 to 1")
        return cls(
            base,
            part.text("path", "", most=512, pattern=r"/[!-~]*", rule="a path"),
            part.choice("path_concat_mode", ("replace", "prefix"), "replace")
            == "prefix",
            ratio,
            part.number("timeout", 5000, low=1, high=600_000) / 1000,
            part.flag("mirror_request_body_enabled", True),
        )

    def url(self, path: str, query: str) -> URL:
        path = self.path.rstrip("/") + path if self.prefix else self.path or path
        return URL(f"{self.base}{path}" + f"?{query}" * bool(query), encoded=True)


@per_api
def config(api: Api) -> Config | None:
    return read(api, NAME, Config.parse)


def skips(api: Api) -> str:
    if config(api) is None:
        return "no mirroring policy is bound"
    mocks = all(isinstance(end.to, MockInfo) for end in api.backends)
    return "a Mock is not mirrored" if mocks else ""


def needs_body(api: Api) -> bool:
    policy = config(api)
    return policy is not None and policy.body


async def mirror(call: Call) -> None:
    """Send the copy off, unless this call is not among the sampled."""
    policy, sent = config(call.api), call.outgoing
    assert policy is not None
    if sent is None:
        call.skip("a Mock is not mirrored")
        return
    if random.random() >= policy.ratio:
        call.skip("the call is not among the sampled")
        return
    body = call.request.body if policy.body else b""
    headers = [
        (name.decode("latin-1"), decode_text(value))
        for name, value in sent.headers
        if name not in _NOT_COPIED
    ]
    url = policy.url(sent.path, sent.query)
    copy = _send(call.services.client, sent.method, url, headers, body, policy.timeout)
    if not call.services.background.spawn(NAME, copy, MOST):
        metrics.MIRRORS_DROPPED.inc()
        call.explain(because=f"{MOST} copies are under way already")


async def _send(
    client: Client, method: str, url: URL, headers: Pairs, body: bytes, timeout: float
) -> None:
    try:
        await fetch(client, method, url, headers=headers, body=body, timeout=timeout)
    except FetchError as error:
        log.debug("the copy for %s was lost: %s", url.host, error)
