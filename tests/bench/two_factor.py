"""The warm two-factor request beside a bare ASGI hello and a Django view.

    .venv/bin/python tests/bench/two_factor.py [--rounds 5] [--seconds 3]

Starts three servers of one process each, checks what they answer, then measures
them in turn with wrk (Debian package `wrk`), 32 connections, and prints medians
and ratios per round. The hello runs on uvicorn as it comes, without the limits
that the gateway's server adds.
"""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cryptography.fernet import Fernet  # noqa: E402

from gateway import signing  # noqa: E402
from gateway.app import Receive, Scope, Send  # noqa: E402
from gateway.functions.package import Store  # noqa: E402
from gateway.http import Headers, Request  # noqa: E402
from gateway.snapshot import (  # noqa: E402
    Api,
    Authorizer,
    Backend,
    Credential,
    Function,
    Group,
    Identity,
    MockInfo,
    Settings,
    Snapshot,
    Target,
)
from gateway.source import write  # noqa: E402

HOST, PATH, QUERY = "bench.apig.localhost", "/api/two_factor", "test=user%40123"
KEY, SECRET, TOKEN = "benchKey0123456789", "benchSecret-abcdefgh", "Basic dXNlcjE6"
CODE = """
import json
def handler(event, context):
    good = event["headers"].get("token") == "Basic dXNlcjE6"
    return {"statusCode": 200,
            "body": json.dumps({"status": "allow" if good else "deny"})}
"""
BODY = '{"result":"ok","orders":[1,2,3]}'
Addressed = tuple[str, int, list[str]]


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """The floor: what the server alone can do."""
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(BODY)),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY.encode()})


def snapshot(ttl: int, packages: Path) -> Snapshot:
    """One two-factor API; `ttl` 0 calls the authorizer every time."""
    function = Function(
        "urn:bench",
        "bench",
        "Python3.9",
        "index.handler",
        Store(packages).put({"index.py": CODE.encode()}),
    )
    sources = (Identity("HEADER", "token"), Identity("QUERY", "test"))
    guard = Authorizer(
        "guard", "guard", "FRONTEND", "1", Target(function), sources, ttl
    )
    api = Api(
        "api", "api", "group", "RELEASE", "BOTH", "GET", PATH,
        auth_type="APP",
        authorizer=guard,
        backend=Backend(MockInfo(200, BODY)),
        credentials=frozenset({"app"}),
    )  # fmt: skip
    return Snapshot(
        groups=(Group("group", "group", True, (HOST,)),),
        apis=(api,),
        credentials=(Credential("app", "app", KEY, SECRET),),
        authorizers=(guard,),
        functions=(function,),
        settings=Settings(sl_domain_calls=10**9),
    )


def signed(token: str = TOKEN, secret: str = SECRET) -> dict[str, str]:
    """The request's headers, signed as the vendor's SDK does."""
    headers = {"host": HOST, "token": token}
    raw = [(k.encode(), v.encode()) for k, v in headers.items()]
    request = Request("GET", PATH, QUERY, Headers(raw))
    proof = signing.sign(request, KEY, signing.Key(secret.encode()), time.time())
    return headers | {k.decode(): v.decode() for k, v in proof}


def serve_hello(port: int) -> None:
    """On uvicorn as it comes, in the gateway's configuration."""
    import uvicorn

    uvicorn.run(
        hello,
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_level="error",
        access_log=False,
    )


@contextmanager
def process(arguments: list[str], port: int, env: dict[str, str]) -> Iterator[None]:
    child = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=os.environ | env
    )
    try:
        for _ in range(200):
            try:
                status(port, {"host": HOST})
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        child.terminate()
        child.wait()


def status(port: int, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", f"{PATH}?{QUERY}", headers=headers)
    return connection.getresponse().status


def measure(port: int, seconds: int) -> tuple[float, float, float]:
    """Requests per second, p50 and p99 in ms."""
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "--latency"]
    for name, value in signed().items():
        # wrk knows its own Host header in this spelling only.
        command += ["-H", f"{name.title()}: {value}"]
    command.append(f"http://127.0.0.1:{port}{PATH}?{QUERY}")
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"wrong answers under load:\n{out}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found
    return float(found[1]), _latency(out, "50%"), _latency(out, "99%")


def _latency(out: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)", out)
    assert found
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


@contextmanager
def contestants(scratch: Path) -> Iterator[dict[str, int]]:
    """Names and ports of everything that is measured, running and checked."""
    key_file = scratch / "key"
    key_file.write_text(Fernet.generate_key().decode())
    ports = {"bare ASGI hello": 18301, "two-factor, cached": 18302}
    ports |= {"two-factor, called each time": 18303, "Django view": 18304}
    with ExitStack() as stack:
        stack.enter_context(process([__file__, "--hello", "18301"], 18301, {}))
        for port, ttl in ((18302, 3600), (18303, 0)):
            file = scratch / f"{port}.bin"
            write(snapshot(ttl, scratch / "packages"), file, key_file)
            arguments = ["-m", "gateway", "--snapshot", str(file)]
            arguments += ["--packages", str(scratch / "packages")]
            arguments += ["--key-file", str(key_file), "--http", f"127.0.0.1:{port}"]
            stack.enter_context(process(arguments, port, {}))
            check(port)
        django = ["-m", "granian", "--interface", "wsgi", "--port", "18304"]
        django += [
            "--workers",
            "1",
            "--blocking-threads",
            "1",
            "--no-ws",
            "tests.bench.django_view:application",
        ]
        stack.enter_context(process(django, 18304, {"PYTHONPATH": str(ROOT)}))
        yield ports


def check(port: int) -> None:
    """200 to the right call, 401 to a bad signature and to a bad token."""
    answers = [
        status(port, signed()),
        status(port, signed(secret="wrongSecret-abcdefgh")),
        status(port, signed(token="wrong")),
    ]
    if answers != [200, 401, 401]:
        raise SystemExit(f"wrong answers before the load: {answers}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--hello", type=int, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.hello:
        return serve_hello(chosen.hello)
    with tempfile.TemporaryDirectory() as scratch, contestants(Path(scratch)) as ports:
        rounds = [
            {name: measure(port, chosen.seconds) for name, port in ports.items()}
            for _ in range(chosen.rounds)
        ]
    report(rounds)
    return None


def report(rounds: list[dict[str, tuple[float, float, float]]]) -> None:
    print(f"{'':30}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}  ratio to hello (range)")
    for name in rounds[0]:
        rate, p50, p99 = (
            statistics.median(r[name][i] for r in rounds) for i in range(3)
        )
        ratios = [r[name][0] / r["bare ASGI hello"][0] for r in rounds]
        print(
            f"{name:30}{rate:9.0f}{p50:9.2f}{p99:9.2f}  {statistics.median(ratios):.2f}"
            f" ({min(ratios):.2f}-{max(ratios):.2f})"
        )
    print(json.dumps(rounds))


if __name__ == "__main__":
    main()
