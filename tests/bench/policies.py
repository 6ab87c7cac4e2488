"""What bound policies cost the warm two-factor request.

    .venv/bin/python tests/bench/policies.py [--rounds 5] [--seconds 2]

Starts a gateway without policies, one with a throttling policy and a list of
addresses, one with ten policies, and, where redis-server is installed, one that
counts in Redis; measures them in turn with wrk and prints the CPU time per request,
which neighbours on the machine disturb less than the rate. Then the time to look an
address up in a list of 100,000, and how many round trips a call makes to Redis.
"""

import argparse
import asyncio
import http.client
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cryptography.fernet import Fernet  # noqa: E402

from gateway.addresses import Addresses  # noqa: E402
from gateway.snapshot import Acl, Plugin, Quota, Snapshot, Throttle  # noqa: E402
from gateway.source import write  # noqa: E402
from gateway.state import Window  # noqa: E402
from gateway.state.redis import Redis  # noqa: E402
from tests.bench import load, scenario  # noqa: E402

MOST = 10**9
LIST = Acl("acl", "list", "PERMIT", "IP", ("10.0.0.0/8", "127.0.0.1", "192.0.2.0/24"))
LIMITS = Throttle("throttle", "limits", 1, "minute", MOST)
PLUGINS: dict[str, Any] = {
    "rate_limit": {"api_limit": MOST, "app_limit": MOST, "ip_limit": MOST},
    "set_resp_headers": {
        "response_headers": [{"name": "X-A", "value": "1", "action": "override"}]
    },
    "cors": {"allow_origin": "*", "allow_methods": "GET"},
    "breaker": {
        "scope": "basic",
        "breaker_condition": {
            "breaker_type": "timeout",
            "breaker_mode": "counter",
            "unhealthy_threshold": 30,
            "time_window": 15,
            "open_breaker_time": 15,
        },
    },
}


def plain(packages: Path) -> Snapshot:
    return scenario.snapshot(packages)


def with_two(packages: Path) -> Snapshot:
    """A throttling policy, and a list of addresses."""
    base = plain(packages)
    api = replace(base.apis[0], throttle=LIMITS, acls=(LIST,))
    return replace(base, apis=(api,), throttles=(LIMITS,), acls=(LIST,))


def with_ten(packages: Path) -> Snapshot:
    """Two lists, a quota, and plug-ins: limits for three callers make ten."""
    base = plain(packages)
    mine = replace(LIST, id="mine")
    plugins = {
        kind: Plugin(kind, kind, kind, json.dumps(document))
        for kind, document in PLUGINS.items()
    }
    api = replace(base.apis[0], acls=(LIST,), plugins=plugins)
    quota = Quota("quota", "quota", MOST, 86_400)
    app = replace(base.credentials[0], acl=mine, quota=quota)
    return replace(
        base,
        apis=(api,),
        credentials=(app,),
        acls=(LIST, mine),
        plugins=tuple(plugins.values()),
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def redis(scratch: Path) -> Iterator[str]:
    """A server of its own, or "" where there is none."""
    if shutil.which("redis-server") is None:
        yield ""
        return
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--dir", str(scratch)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def gateway(
    scratch: Path, name: str, snapshot: Snapshot, *more: str
) -> Iterator[tuple[int, int]]:
    """Port and process of a gateway."""
    file, key, port = scratch / f"{name}.bin", scratch / "key", free_port()
    write(snapshot, file, key)
    command = [sys.executable, "-m", "gateway", "--snapshot", str(file)]
    command += ["--key-file", str(key), "--packages", str(scratch / "packages")]
    command += ["--http", f"127.0.0.1:{port}", *more]
    child = subprocess.Popen(command, cwd=ROOT)
    try:
        while status(port) == 0:
            time.sleep(0.05)
        if status(port) != 200:
            raise SystemExit(f"{name}: wrong answer before the load: {status(port)}")
        yield port, child.pid
    finally:
        child.terminate()
        child.wait()


def status(port: int) -> int:
    """What a signed call is answered; 0 while nothing listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        target = f"{scenario.PATH}?{scenario.QUERY}"
        connection.request("GET", target, headers=scenario.signed())
        return connection.getresponse().status
    except ConnectionRefusedError:
        return 0


def cost(port: int, pid: int, seconds: int) -> tuple[float, float]:
    """Requests per second, and CPU time per request in µs."""
    url = f"http://127.0.0.1:{port}{scenario.PATH}?{scenario.QUERY}"
    found = load.run(url, scenario.signed(), [pid], seconds=seconds)
    return found.rate, found.cpu


def look_up() -> float:
    """Time in µs to look up an address among 100,000."""
    entries = [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(0, 200_000, 2)]
    found, asked = Addresses(entries), [*entries[:5_000], "192.0.2.1", "2001:db8::1"]
    started = time.process_time()
    for _ in range(20):
        for address in asked:
            _ = address in found
    return (time.process_time() - started) / (20 * len(asked)) * 1e6


async def round_trips(url: str) -> float:
    """Round trips of one call that is counted in four windows."""
    state = Redis(url)
    windows = [Window(f"w{n}", MOST, 60) for n in range(4)]
    for _ in range(100):
        answer = state.take(windows)
        if answer is not None and not isinstance(answer, Window):
            await answer
    await state.close()
    return state.round_trips / 100


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=2)
    chosen = options.parse_args()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (scratch / "key").write_text(Fernet.generate_key().decode())
        packages, url = scratch / "packages", stack.enter_context(redis(scratch))
        snapshots = {
            "no policy": (plain(packages), ()),
            "throttle and addresses": (with_two(packages), ()),
            "ten policies": (with_ten(packages), ()),
        }
        if url:
            (scratch / "redis.url").write_text(url)
            away = ("--redis-file", str(scratch / "redis.url"))
            snapshots["the two, in Redis"] = (with_two(packages), away)  # type: ignore[assignment]
        running = {
            name: stack.enter_context(gateway(scratch, name, snapshot, *more))
            for name, (snapshot, more) in snapshots.items()
        }
        rounds = [
            {n: cost(port, pid, chosen.seconds) for n, (port, pid) in running.items()}
            for _ in range(chosen.rounds)
        ]
        report(rounds)
        print(f"address among 100,000: {look_up():.2f} µs (goal 2)")
        if url:
            print(f"round trips a call: {asyncio.run(round_trips(url)):.2f} (goal 1)")


def report(rounds: list[dict[str, tuple[float, float]]]) -> None:
    print(f"{'':26}{'req/s':>9}{'CPU µs':>9}  more CPU than without (range)")
    for name in rounds[0]:
        rate, cpu = (statistics.median(r[name][i] for r in rounds) for i in range(2))
        more = [r[name][1] / r["no policy"][1] - 1 for r in rounds]
        print(
            f"{name:26}{rate:9.0f}{cpu:9.1f}  {statistics.median(more):+.1%}"
            f" ({min(more):+.1%} to {max(more):+.1%})"
        )


if __name__ == "__main__":
    main()
