"""The benchmark's request, and the gateway's configuration that answers it."""

import time
from collections.abc import Sequence
from pathlib import Path

from gateway import signing
from gateway.functions.package import Store
from gateway.http import Headers, Request
from gateway.snapshot import (
    Api,
    Authorizer,
    Backend,
    BackendApi,
    Credential,
    Function,
    Group,
    Identity,
    MockInfo,
    Settings,
    Snapshot,
    Target,
)
from tests.bench import bound

HOST, PATH, QUERY = "bench.apig.localhost", "/api/two_factor", "test=user%40123"
KEY, SECRET, TOKEN = (
    "benchKey0123456789",
    "benchSecret-abcdefgh",
    "good-token-0123456789",
)
BODY = '{"result":"ok","orders":[1,2,3]}'
CODE = f"""
import json
def handler(event, context):
    good = event["headers"].get("token") == "{TOKEN}"
    good = good and event["queryStringParameters"].get("test") == "user@123"
    return {{"statusCode": 200,
             "body": json.dumps({{"status": "allow" if good else "deny"}})}}
"""
# What proves who calls, by the name of a case.
NONE, APP, TWO = "none", "app", "two"


def snapshot(
    packages: Path,
    *,
    factors: str = TWO,
    ttl: int = 3600,
    backend: str = "",
    path: str = PATH,
    others: int = 0,
    policies: Sequence[str] = (),
) -> Snapshot:
    """One API; `ttl` 0 calls its authorizer each time, `backend` is host:port.

    `others` is how many more APIs, credentials and authorizers there are, `policies`
    what is bound (`bound.BIND`).
    """
    code = Store(packages).put({"index.py": CODE.encode()})
    function = Function("urn:bench", "bench", "Python3.9", "index.handler", code)
    sources = (Identity("HEADER", "token"), Identity("QUERY", "test"))
    target = Target(function)
    guard = Authorizer("guard", "guard", "FRONTEND", "1", target, sources, ttl)
    api = Api(
        "api",
        "api",
        "group",
        "RELEASE",
        "BOTH",
        "GET",
        path,
        auth_type="NONE" if factors == NONE else "APP",
        authorizer=guard if factors == TWO else None,
        backend=Backend(
            BackendApi(backend, "HTTP", "GET", path) if backend else MockInfo(200, BODY)
        ),
        credentials=frozenset({"app"}),
    )
    more = range(others)
    made = Snapshot(
        groups=(Group("group", "group", True, (HOST,)),),
        apis=(*(_other(n, api) for n in more), api),
        credentials=(
            *(Credential(f"c{n}", f"c{n}", f"key{n}", f"secret{n}") for n in more),
            Credential("app", "app", KEY, SECRET),
        ),
        authorizers=(
            *(
                Authorizer(f"g{n}", f"g{n}", "FRONTEND", "1", target, sources, ttl)
                for n in more
            ),
            guard,
        ),
        functions=(function,),
        settings=Settings(sl_domain_calls=10**9),
    )
    return bound.bind(made, policies)


def _other(number: int, api: Api) -> Api:
    return Api(
        f"a{number}",
        f"a{number}",
        "group",
        "RELEASE",
        "BOTH",
        "GET",
        f"/other/{number}/{{id}}",
        auth_type=api.auth_type,
        authorizer=api.authorizer,
        backend=api.backend,
        credentials=frozenset({"app", f"c{number}"}),
    )


def signed(token: str = TOKEN, secret: str = SECRET) -> dict[str, str]:
    """The request's headers, signed at this moment as the vendor's SDK does."""
    headers = {"host": HOST, "token": token}
    raw = [(k.encode(), v.encode()) for k, v in headers.items()]
    request = Request("GET", PATH, QUERY, Headers(raw))
    proof = signing.sign(request, KEY, signing.Key(secret.encode()), time.time())
    return headers | {k.decode(): v.decode() for k, v in proof}
