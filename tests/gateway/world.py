"""A gateway to call in tests: real phases, real functions, clocks that stand still."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from gateway.app import Gateway
from gateway.call import Call, Step
from gateway.framing import Limits
from gateway.functions.pool import Pool
from gateway.http import Headers, Request, Response
from gateway.pipeline import run
from gateway.rsgi import GranianServer
from gateway.server import GatewayServer, bind
from gateway.signing import format_date
from gateway.snapshot import (
    AccessKey,
    Api,
    Authorizer,
    Backend,
    Credential,
    Function,
    Group,
    MockInfo,
    ResponseRule,
    Settings,
    Snapshot,
    Target,
    User,
)
from gateway.state.memory import ExpiringCache
from tests.packages import put

T = TypeVar("T")
HOST = "g1.apig.localhost"
OTHER_HOST = "g2.apig.localhost"
KEY, SECRET = "demoAppKey0123456789", "demoAppSecret-abcdefghijklmnop"
STRANGER, STRANGER_SECRET = "strangerKey0", "strangerSecret"
AK, SK = "demoAccessKey0000001", "demoSecretKey-abcdefghijklmnop"
APP_CODE = "a" * 64
TOKEN_KEY = "c2FsbHlwb3J0LXNhbGx5cG9ydC1zYWxseXBvcnQtMDE="
NOW = 1_704_164_645.0
DATE = "20240102T030405Z"

USER = User("u1", "alice", "d1", "account", "first", (AccessKey(AK, SK),))


@dataclass(frozen=True)
class Answer:
    """A response, and the trace of the call when it was traced."""

    response: Response
    trace: list[Step]

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def json(self) -> Any:
        return json.loads(self.response.whole)

    def headers(self, name: str) -> list[str]:
        wanted = name.lower().encode()
        return [v.decode() for k, v in self.response.headers if k.lower() == wanted]

    def step(self, phase: str) -> Step:
        return next(step for step in self.trace if step.phase == phase)


class World:
    """A configuration that a test edits, and a gateway that runs on it."""

    def __init__(self, runner: asyncio.Runner, pool: Pool) -> None:
        self.runner = runner
        # What serves it over the wire: uvicorn or granian.
        self.server = "uvicorn"
        self.now = NOW
        self.monotonic = 1000.0
        self.snapshot = Snapshot(
            groups=(
                Group("g1", "DEFAULT", True, (HOST,)),
                Group("g2", "other", False, (OTHER_HOST,)),
            ),
            credentials=(
                Credential("c1", "app", KEY, SECRET, (APP_CODE,)),
                Credential("c2", "stranger", STRANGER, STRANGER_SECRET),
            ),
            users=(USER,),
            settings=Settings(token_keys=TOKEN_KEY),
        ).prepare()
        self.gateway = Gateway(
            self,
            pool,
            verdicts=ExpiringCache(clock=lambda: self.monotonic),
            clock=lambda: self.now,
        )

    def current(self) -> Snapshot:
        return self.snapshot

    def publish(self, **fields: Any) -> Api:
        """Add an API: GET /orders for everybody, unless the fields say otherwise."""
        number = len(self.snapshot.apis) + 1
        defaults: dict[str, Any] = {
            "id": f"a{number}",
            "name": f"api{number}",
            "group_id": "g1",
            "stage": "RELEASE",
            "req_protocol": "BOTH",
            "req_method": "GET",
            "req_uri": "/orders",
            "backend": Backend(MockInfo(200, f"mock {number}")),
        }
        api = Api(**defaults | fields)
        self._put(apis=(*self.snapshot.apis, api))
        return api

    def publish_app(self, **fields: Any) -> Api:
        """Add an API with App authentication, the credential bound to it."""
        bound: frozenset[str] = frozenset({"c1"})
        return self.publish(**{"auth_type": "APP", "credentials": bound} | fields)

    def publish_iam(self, **fields: Any) -> Api:
        """Add an API with IAM authentication."""
        return self.publish(**{"auth_type": "IAM"} | fields)

    def users(self, *users: User) -> None:
        """Change the users."""
        self._put(users=users)

    def change(self, **fields: Any) -> None:
        """Change every API."""
        self._put(apis=tuple(replace(api, **fields) for api in self.snapshot.apis))

    def guards(self, *authorizers: Authorizer) -> None:
        """Change the custom authorizers."""
        self._put(authorizers=authorizers)

    def limit(self, **limits: Any) -> None:
        """Change limits of the gateway."""
        self._put(settings=replace(self.snapshot.settings, **limits))

    def customise(self, rules: dict[str, ResponseRule]) -> None:
        """Edit gateway responses of every group and API."""
        self.change(responses=rules)
        self._put(
            groups=tuple(replace(g, responses=rules) for g in self.snapshot.groups)
        )

    def send(self, request: Request) -> Answer:
        return Answer(self.runner.run(self.gateway.handle(request)), [])

    def trace(self, request: Request) -> Answer:
        call = Call(request, self.gateway.services, traced=True)
        return Answer(self.runner.run(run(call)), call.trace or [])

    def asgi(self, request: Request) -> Answer:
        """Send a request through the ASGI interface, its body in two pieces."""
        half = len(request.body) // 2
        pieces = [request.body[:half], request.body[half:]]
        length = (b"content-length", str(len(request.body)).encode())
        scope = {
            "type": "http",
            "method": request.method,
            "scheme": request.scheme,
            "raw_path": request.raw_path.encode("latin-1"),
            "query_string": request.query.encode("latin-1"),
            "headers": [*request.headers, length],
            "client": (request.client, 50000),
            "server": ("127.0.0.1", request.port),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(message)

        self.runner.run(self.gateway(scope, receive, send))
        start, body = sent
        return Answer(Response(start["status"], start["headers"], body["body"]), [])

    def over_the_wire(self, client: Callable[[int], T]) -> T:
        """What `client(port)` gives, run on a thread against the real server."""
        return self.runner.run(self._serve(client))

    async def _serve(self, client: Callable[[int], T]) -> T:
        listener = bind("127.0.0.1", 0)
        port: int = listener.getsockname()[1]
        server: GatewayServer | GranianServer
        if self.server == "granian":
            limits = Limits(connections=64)
            server = GranianServer(self.gateway.answer, [(listener, None)], limits)
        else:
            server = GatewayServer(self.gateway, [(listener, None)])
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        try:
            return await asyncio.to_thread(client, port)
        finally:
            server.stop()
            await serving

    def _put(self, **fields: Any) -> None:
        self.snapshot = replace(self.snapshot, **fields).prepare()


def guard(code: str, **fields: Any) -> Authorizer:
    """A custom authorizer on a function of its own, so no child is shared."""
    name = f"guard{uuid4().hex}"
    defaults: dict[str, Any] = {
        "id": uuid4().hex,
        "name": name,
        "type": "FRONTEND",
        "revision": "1",
        "target": Target(function(code, name)),
    }
    return Authorizer(**defaults | fields)


def function(code: str, name: str, **fields: Any) -> Function:
    urn = f"urn:fss:local:p:function:default:{name}"
    defaults: dict[str, Any] = {
        "urn": urn,
        "func_name": name,
        "runtime": "Python3.9",
        "handler": "index.handler",
        "code_hash": put(code),
    }
    return Function(**defaults | fields)


def replying(reply: str) -> str:
    """Code of a function that returns a Python expression."""
    return f"import json\ndef handler(event, context):\n    return {reply}\n"


def request(
    method: str = "GET", target: str = "/orders", *headers: tuple[str, str], **more: Any
) -> Request:
    """An unsigned request, with a Host unless the headers name one."""
    path, _, query = target.partition("?")
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    if not any(name == b"host" for name, _ in pairs):
        pairs.insert(0, (b"host", HOST.encode()))
    defaults: dict[str, Any] = {"client": "192.0.2.7", "port": 80}
    return Request(method, path, query, Headers(pairs), **defaults | more)


def signed(
    method: str = "GET",
    path: str = "/orders",
    query: list[tuple[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    *,
    key: str = KEY,
    secret: str = SECRET,
    at: float = NOW,
) -> Request:
    """A request signed by the vendor's SDK, in the form it goes over the wire."""
    sdk = SdkRequest(
        method=method,
        host=HOST,
        resource_path=path,
        query_params=list(query or []),
        header_params={"X-Sdk-Date": format_date(at)} | (headers or {}),
        body=body,
    )
    Signer(BasicCredentials(key, secret, "project")).sign(sdk)
    pairs = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in sdk.header_params.items()
    ]
    return Request(
        method,
        quote(path, safe="%/:@!$&'()*+,;=~"),
        sdk.uri[len(path) + 1 :],
        Headers(pairs),
        client="192.0.2.7",
        port=80,
        body=body,
    )


def with_header(request: Request, name: str, value: str | None) -> Request:
    """The request with another value of a header, or without it."""
    key = name.encode()
    kept = [pair for pair in request.headers if pair[0] != key]
    added = [] if value is None else [(key, value.encode("latin-1"))]
    request.headers = Headers([*kept, *added])
    return request


def streamed(pieces: AsyncIterator[bytes], *headers: tuple[str, str]) -> Request:
    """A POST whose body arrives piece by piece."""

    async def read() -> tuple[bytes, bool]:
        piece = await anext(pieces, None)
        return piece or b"", piece is not None

    return request("POST", "/orders", *headers, read=read)


async def never() -> tuple[bytes, bool]:
    """The body of a client that sends none, and stays."""
    await asyncio.Event().wait()
    raise AssertionError


async def unread() -> tuple[bytes, bool]:
    """A body that nobody may ask for."""
    raise AssertionError("the body must not be read")


def guarded(world: World, code: str, **fields: Any) -> Request:
    """A rightly signed call of an API with this authorizer function."""
    world.publish_app(authorizer=guard(code, **fields))
    return signed(query=[("test", "1")], headers={"token": "t"})
