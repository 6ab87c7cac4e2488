"""The server around the connections: listeners, draining, signals."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvloop

from gateway.framing import Limits
from gateway.server import GatewayServer, Listener, bind, raise_file_limit, serve
from gateway.tls import ensure_certificates, ssl_context

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Held:
    """An app that answers the scheme, once it is released."""

    def __init__(self) -> None:
        self.entered, self.release = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.entered.set()
        await self.release.wait()
        body = scope["scheme"].encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def run(main: Any) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def given(context: ssl.SSLContext, _name: str | None) -> ssl.SSLContext:
    return context


@contextlib.asynccontextmanager
async def serving(
    app: Any, *contexts: ssl.SSLContext | None, limits: Limits | None = None
) -> AsyncIterator[tuple[GatewayServer, "asyncio.Task[None]", list[int]]]:
    listeners: list[Listener] = [
        (bind("127.0.0.1", 0), partial(given, context) if context else None)
        for context in contexts
    ]
    server = GatewayServer(app, listeners, limits)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    try:
        yield server, task, [sock.getsockname()[1] for sock, _ in listeners]
    finally:
        server.should_exit = True
        await task


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[int, bytes, bytes]:
    """Status, head and body of one answer to GET."""
    writer.write(GET)
    return await answer(reader)


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head.split()[1]), head, await reader.readexactly(length)


def client_context(ca: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca))


def test_one_app_answers_in_clear_and_in_tls(tmp_path: Path) -> None:
    ca = ensure_certificates(tmp_path, ["localhost"])

    async def main() -> None:
        app = Held()
        app.release.set()
        async with serving(app, None, ssl_context(tmp_path)) as (_, _, ports):
            clear = await asyncio.open_connection("127.0.0.1", ports[0])
            assert (await ask(*clear))[::2] == (200, b"http")
            sealed = await asyncio.open_connection(
                "127.0.0.1",
                ports[1],
                ssl=client_context(ca),
                server_hostname="localhost",
            )
            assert (await ask(*sealed))[::2] == (200, b"https")
            sealed[1].write(b"nonsense\r\n\r\n")
            assert (await answer(sealed[0]))[0] == 400

    run(main())


@pytest.mark.parametrize(
    "sent",
    [GET, b"", b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x01\xff\xff" + b"\0" * 70_000],
    ids=["plain HTTP", "nothing", "a broken hello", "an endless hello"],
)
def test_noise_on_the_tls_port_harms_nobody(
    tmp_path: Path, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    ca = ensure_certificates(tmp_path, ["localhost"])

    async def main() -> None:
        app = Held()
        app.release.set()
        async with serving(app, ssl_context(tmp_path)) as (_, _, ports):
            reader, writer = await asyncio.open_connection("127.0.0.1", ports[0])
            writer.write(sent)
            writer.write_eof()
            with contextlib.suppress(ConnectionError):
                await reader.read()
            good = await asyncio.open_connection(
                "127.0.0.1",
                ports[0],
                ssl=client_context(ca),
                server_hostname="localhost",
            )
            assert (await ask(*good))[0] == 200

    run(main())
    assert "Traceback" not in capfd.readouterr().err


def test_a_stop_finishes_the_request_in_flight_and_closes_idle_ones() -> None:
    async def main() -> None:
        app = Held()
        app.release.set()
        async with serving(app, None) as (server, task, ports):
            idle = await asyncio.open_connection("127.0.0.1", ports[0])
            assert (await ask(*idle))[0] == 200
            app.release.clear()
            app.entered.clear()
            busy = await asyncio.open_connection("127.0.0.1", ports[0])
            busy[1].write(GET)
            await app.entered.wait()
            server.should_exit = True
            assert await idle[0].read() == b""
            assert not task.done()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", ports[0])
            app.release.set()
            status, head, _ = await answer(busy[0])
            assert status == 200 and b"connection: close" in head
            await task

    run(main())


def test_a_stop_does_not_wait_for_ever() -> None:
    async def main() -> None:
        app = Held()
        limits = Limits(drain=1)
        async with serving(app, None, limits=limits) as (server, task, ports):
            _, writer = await asyncio.open_connection("127.0.0.1", ports[0])
            writer.write(GET)
            await app.entered.wait()
            server.should_exit = True
            await asyncio.wait_for(task, 5)

    run(main())


def test_sigterm_stops_serving_and_closes_the_app() -> None:
    closed = threading.Event()

    async def close() -> None:
        closed.set()

    async def main() -> None:
        app = Held()
        listener = bind("127.0.0.1", 0)
        port = listener.getsockname()[1]
        task = asyncio.create_task(serve(app, [(listener, None)], close))
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except ConnectionRefusedError:
                await asyncio.sleep(0)
        writer.write(GET)
        await app.entered.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        app.release.set()
        assert (await answer(reader))[0] == 200
        await asyncio.wait_for(task, 5)

    run(main())
    assert closed.is_set()


def test_a_reader_that_never_reads_is_given_up_by_the_kernel() -> None:
    async def main() -> None:
        app = Held()
        app.release.set()
        async with serving(app, None, limits=Limits(unsent=7)) as (server, _, ports):
            connection = await asyncio.open_connection("127.0.0.1", ports[0])
            assert (await ask(*connection))[0] == 200
            (protocol,) = server.server_state.connections
            accepted = protocol.transport.get_extra_info("socket")
            option = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            assert option == 7000

    run(main())


def test_an_address_in_use_is_an_os_error() -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            bind("127.0.0.1", taken.getsockname()[1])


def test_ipv6_can_be_bound() -> None:
    with bind("::1", 0) as listener:
        assert listener.family == socket.AF_INET6


def test_as_many_files_as_the_host_allows_may_be_open() -> None:
    files = raise_file_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == files
