"""What handing calls on to an HTTP backend costs.

    .venv/bin/python tests/bench/proxy.py [--rounds 5] [--seconds 3]

A GET of 1 KB through the gateway, beside a minimal aiohttp proxy (server and client,
no checks) and the backend alone, each in one process, measured in turn with wrk
(Debian package `wrk`), 32 connections; then 1,000 calls at once of a backend that
takes a second; then 1 GB down and up, with what the gateway's memory grows by.
"""

import argparse
import asyncio
import http.client
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import uvloop  # noqa: E402
from aiohttp import ClientSession, web  # noqa: E402
from cryptography.fernet import Fernet  # noqa: E402

from gateway.snapshot import (  # noqa: E402
    Api,
    Backend,
    BackendApi,
    Group,
    Settings,
    Snapshot,
)
from gateway.source import write  # noqa: E402

BACKEND, PROXY, GATEWAY = 18401, 18402, 18403
NAMES = {"backend alone": BACKEND, "aiohttp proxy": PROXY, "gateway": GATEWAY}
KILOBYTE, GIGABYTE, PIECE = 1024, 1 << 30, 1 << 20
WAITING = 1000
TICKS = os.sysconf("SC_CLK_TCK")
# What the project holds itself to: a ratio, seconds, MB.
RATIO, WAIT, WAIT_GROWS, STREAM_GROWS = 0.6, 3.0, 100.0, 20.0


class Upstream(asyncio.Protocol):
    """The backend: as little work as an answer takes."""

    transport: asyncio.Transport
    left = 0
    writable: asyncio.Event

    def connection_made(self, transport: Any) -> None:
        self.transport, self.writable = transport, asyncio.Event()
        self.writable.set()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        if not self.left:
            head, _, data = data.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            self.left = int(length[1]) if length else 0
            if not self.left:
                self.answer(head)
                return
        self.left -= len(data)
        if not self.left:
            self.whole(b"received")

    def answer(self, head: bytes) -> None:
        if head.startswith(b"GET /slow"):
            asyncio.get_running_loop().call_later(1, self.whole, b"slow")
        elif head.startswith(b"GET /big"):
            self.task = asyncio.ensure_future(self.big())
        else:
            self.whole(b"x" * KILOBYTE)

    def whole(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.transport.write(head + body)

    async def big(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIGABYTE
        self.transport.write(head)
        for _ in range(GIGABYTE // PIECE):
            self.transport.write(b"x" * PIECE)
            await self.writable.wait()


async def serve_backend() -> None:
    _raise_file_limit()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Upstream, "127.0.0.1", BACKEND, backlog=2048)
    await server.serve_forever()


async def serve_proxy() -> None:
    """The floor to compare with: what aiohttp alone can do."""
    async with ClientSession() as session:

        async def proxy(request: web.Request) -> web.Response:
            url = f"http://127.0.0.1:{BACKEND}{request.path_qs}"
            async with session.request(
                request.method, url, headers=request.headers
            ) as answer:
                return web.Response(body=await answer.read(), status=answer.status)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", proxy)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", PROXY).start()
        await asyncio.Event().wait()


def snapshot() -> Snapshot:
    apis = tuple(
        Api(
            path, path, "group", "RELEASE", "BOTH", "ANY", path,
            backend=Backend(
                BackendApi(f"127.0.0.1:{BACKEND}", req_uri=path, timeout=10_000)
            ),
        )
        for path in ("/small", "/slow", "/big")
    )  # fmt: skip
    return Snapshot(
        groups=(Group("group", "group", True),),
        apis=apis,
        settings=Settings(request_body_size=2 * GIGABYTE),
    )


@contextmanager
def process(arguments: list[str], port: int) -> Iterator[int]:
    """A child that listens on a port; its process id."""
    child = subprocess.Popen([sys.executable, *arguments], cwd=ROOT)
    try:
        for _ in range(200):
            try:
                get(port, "/small")
                break
            except OSError:
                time.sleep(0.05)
        yield child.pid
    finally:
        child.terminate()
        child.wait()


@contextmanager
def contestants(scratch: Path) -> Iterator[dict[str, int]]:
    """Process ids of what is measured, by name."""
    key_file, file = scratch / "key", scratch / "snapshot"
    key_file.write_text(Fernet.generate_key().decode())
    write(snapshot(), file, key_file)
    gateway = ["-m", "gateway", "--snapshot", str(file), "--key-file", str(key_file)]
    gateway += ["--packages", str(scratch), "--http", f"127.0.0.1:{GATEWAY}"]
    with ExitStack() as stack:
        ids = [
            stack.enter_context(process([__file__, "--serve", "backend"], BACKEND)),
            stack.enter_context(process([__file__, "--serve", "proxy"], PROXY)),
            stack.enter_context(process(gateway, GATEWAY)),
        ]
        yield dict(zip(NAMES, ids, strict=True))


def get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"port {port} answered {answer.status}: {answer.read()!r}")
    return answer.read()


def rate(port: int, pid: int, seconds: int) -> tuple[float, float]:
    """Requests per second, and what each costs the process in µs of CPU."""
    before = _cpu(pid)
    url = f"http://127.0.0.1:{port}/small"
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s", url]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    spent = _cpu(pid) - before
    found, done = (
        re.search(r"Requests/sec:\s+([\d.]+)", out),
        re.search(r"(\d+) requests in", out),
    )
    if not found or not done or "Non-2xx" in out:
        raise SystemExit(f"wrong answers under load:\n{out}")
    return float(found[1]), spent / int(done[1]) * 1e6


async def wait_for_many(port: int) -> float:
    """Seconds that calls of the slow path take, all at once."""
    begun = time.perf_counter()
    await asyncio.gather(*(_slow(port) for _ in range(WAITING)))
    return time.perf_counter() - begun


async def _slow(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    if not (await reader.read()).endswith(b"slow"):
        raise SystemExit("a slow call had no answer")
    writer.close()


async def stream(port: int, pid: int) -> dict[str, tuple[float, float]]:
    """Seconds and growth in MB of a download and an upload."""
    return {
        "1 GB down": await _watched(pid, _download(port)),
        "1 GB up": await _watched(pid, _upload(port)),
    }


async def _watched(pid: int, work: Any) -> tuple[float, float]:
    before, most, begun = memory(pid), 0.0, time.perf_counter()
    task = asyncio.ensure_future(work)
    while not task.done():
        most = max(most, memory(pid))
        await asyncio.sleep(0.02)
    await task
    return time.perf_counter() - begun, most - before


async def _download(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /big HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    left = GIGABYTE
    while left:
        left -= len(await reader.read(min(left, PIECE))) or left + 1
    writer.close()
    if left:
        raise SystemExit("the download broke off")


async def _upload(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /big HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n"
    writer.write(head % GIGABYTE)
    for _ in range(GIGABYTE // PIECE):
        writer.write(b"x" * PIECE)
        await writer.drain()
    await reader.readuntil(b"received")
    writer.close()


def memory(pid: int) -> float:
    """What a process has resident, in MB."""
    text = Path(f"/proc/{pid}/statm").read_text()
    return int(text.split()[1]) * resource.getpagesize() / 1e6


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _raise_file_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--serve", choices=("backend", "proxy"))
    chosen = options.parse_args()
    if chosen.serve:
        serving = serve_backend if chosen.serve == "backend" else serve_proxy
        return uvloop.run(serving())
    _raise_file_limit()
    with tempfile.TemporaryDirectory() as scratch, contestants(Path(scratch)) as ids:
        rounds = [
            {n: rate(NAMES[n], pid, chosen.seconds) for n, pid in ids.items()}
            for _ in range(chosen.rounds)
        ]
        report_rates(rounds)
        report_streams(uvloop.run(stream(GATEWAY, ids["gateway"])))
        before = memory(ids["gateway"])
        spent = uvloop.run(wait_for_many(GATEWAY))
        grown = memory(ids["gateway"]) - before
    print(f"{WAITING} calls of 1 s at once: {spent:.2f} s (goal {WAIT}),", end=" ")
    print(f"grows {grown:.1f} MB (goal {WAIT_GROWS})")
    return None


def report_streams(found: dict[str, tuple[float, float]]) -> None:
    for name, (spent, grown) in found.items():
        print(f"{name}: {spent:.1f} s, grows {grown:.1f} MB (goal {STREAM_GROWS})")


def report_rates(rounds: list[dict[str, tuple[float, float]]]) -> None:
    print(f"{'':20}{'req/s':>9}{'CPU µs':>9}  ratio to the aiohttp proxy (range)")
    for name in NAMES:
        calls, cpu = (statistics.median(r[name][i] for r in rounds) for i in (0, 1))
        ratios = [r[name][0] / r["aiohttp proxy"][0] for r in rounds]
        middle, low, high = statistics.median(ratios), min(ratios), max(ratios)
        print(f"{name:20}{calls:9.0f}{cpu:9.0f}  {middle:.2f} ({low:.2f}-{high:.2f})")
    print(f"{'goal':20}{'':18}  {RATIO}")


if __name__ == "__main__":
    main()
