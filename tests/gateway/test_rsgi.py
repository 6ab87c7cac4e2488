"""What granian does otherwise than the other server, and how it stops."""

import asyncio
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop

from gateway.errors import GatewayError
from gateway.framing import Limits
from gateway.http import BodyBroken, Request, Response
from gateway.rsgi import GranianServer
from gateway.server import bind
from gateway.tls import ensure_certificates

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Held:
    """Answers the scheme, at once or when it is released; reads bodies."""

    def __init__(self, *, wait: bool = False) -> None:
        self.wait = wait
        self.entered, self.release = asyncio.Event(), asyncio.Event()
        self.seen: list[Request] = []
        self.problems: list[Exception] = []

    def answer(self, request: Request) -> Any:
        self.seen.append(request)
        answer = Response(200, [(b"X-Kind", b"caf\xe9")], request.scheme.encode())
        return self._later(request, answer) if self.wait else answer

    async def _later(self, request: Request, answer: Response) -> Response:
        self.entered.set()
        try:
            while request.read is not None and (await request.read())[1]:
                pass
        except (ConnectionError, GatewayError) as error:
            self.problems.append(error)
            self.release.set()
            raise
        await self.release.wait()
        return answer


def run(main: Any) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


@asynccontextmanager
async def serving(
    held: Held, *folders: Path | None, limits: Limits | None = None
) -> AsyncIterator[tuple[GranianServer, "asyncio.Task[None]", list[int]]]:
    listeners = [(bind("127.0.0.1", 0), folder) for folder in folders]
    ports = [listener.getsockname()[1] for listener, _ in listeners]
    limits = limits or Limits(connections=16)
    server = GranianServer(held.answer, listeners, limits)
    task = asyncio.create_task(server.serve())
    while not (server.started or task.done()):
        await asyncio.sleep(0)
    try:
        yield server, task, ports
    finally:
        server.stop()
        await task


async def exchange(port: int, sent: bytes, **options: Any) -> bytes:
    """All that comes back on a connection of its own, of which one side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **options)
    writer.write(sent.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
    return await asyncio.wait_for(reader.read(), 10)


def test_one_process_answers_in_clear_and_in_tls(tmp_path: Path) -> None:
    ca = ensure_certificates(tmp_path, ["localhost"])
    context = ssl.create_default_context(cafile=str(ca))

    async def main() -> None:
        async with serving(Held(), None, tmp_path) as (_, _, ports):
            assert (await exchange(ports[0], GET)).endswith(b"\r\n\r\nhttp")
            options = {"ssl": context, "server_hostname": "localhost"}
            assert (await exchange(ports[1], GET, **options)).endswith(b"\r\n\r\nhttps")

    run(main())


def test_a_request_is_what_was_sent_as_far_as_granian_tells() -> None:
    async def main() -> None:
        held = Held()
        async with serving(held, None) as (_, _, [port]):
            sent = b"GET /a%2Fb/%C3%A9%25?q=%41+ HTTP/1.1\r\nHost: h:1\r\n"
            await exchange(port, sent + b"X-A: 1\r\nx-a: 2\r\nX-B: \xe9\r\n\r\n")
            [seen] = held.seen
            assert (seen.method, seen.raw_path) == ("GET", "/a/b/%C3%A9%25")
            assert (seen.query, seen.scheme) == ("q=%41+", "http")
            assert (seen.client, seen.port) == ("127.0.0.1", port)
            assert seen.headers.getlist(b"x-a") == ["1", "2"]
            assert b"x-b" not in seen.headers
            assert seen.read is None

    run(main())


def test_response_headers_go_out_lower_case_and_as_utf_8() -> None:
    async def main() -> None:
        async with serving(Held(), None) as (_, _, [port]):
            assert "x-kind: café\r\n".encode() in await exchange(port, GET)

    run(main())


@pytest.mark.parametrize(
    ("sent", "status", "length"),
    [
        (b"GET /%FF HTTP/1.1\r\nHost: a\r\n\r\n", b"400", None),
        (b"GARBAGE\r\n\r\n", b"400", b"content-length: 0"),
        (
            GET[:-2] + b"X: " + b"a" * 400_000 + b"\r\n\r\n",
            b"431",
            b"content-length: 0",
        ),
    ],
    ids=["path of other bytes", "not HTTP", "endless head"],
)
def test_what_cannot_become_a_request_is_refused(
    sent: bytes, status: bytes, length: bytes | None
) -> None:
    async def main() -> None:
        held = Held()
        async with serving(held, None) as (_, _, [port]):
            answer = await exchange(port, sent)
            assert answer.split()[1] == status
            assert length in answer if length else b"APIG.0201" in answer
            assert held.seen == []

    run(main())


def test_an_idle_connection_is_closed() -> None:
    async def main() -> None:
        limits = Limits(keep_alive=1, connections=4)
        async with serving(Held(), None, limits=limits) as (_, _, [port]):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET)
            assert (await reader.readuntil(b"http")).startswith(b"HTTP/1.1 200")
            assert await asyncio.wait_for(reader.read(), 5) == b""

    run(main())


@pytest.mark.parametrize(
    "sent",
    [
        b"Content-Length: 9\r\n\r\nhalf",
        b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense",
    ],
)
def test_a_body_that_breaks_off_is_never_taken_for_a_whole_one(sent: bytes) -> None:
    async def main() -> None:
        held = Held(wait=True)
        async with serving(held, None) as (_, _, [port]):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST / HTTP/1.1\r\nHost: a\r\n" + sent)
            await held.entered.wait()
            writer.close()
            await asyncio.wait_for(held.release.wait(), 5)
            assert [type(p).__name__ for p in held.problems] == ["BadRequest"]
            assert b" 200 " in await exchange(port, GET)

    run(main())


def test_trailers_are_refused() -> None:
    async def main() -> None:
        async with serving(Held(wait=True), None) as (_, _, [port]):
            body = b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\n\r\n"
            answer = await exchange(port, b"POST / HTTP/1.1\r\nHost: a\r\n" + body)
            assert answer.split()[1] == b"400" and b"APIG.0201" in answer

    run(main())


class Pieces:
    """A body of two pieces, the second of which may not come."""

    def __init__(self, broken: bool = False) -> None:
        self.broken, self.closed = broken, False

    def close(self) -> None:
        self.closed = True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"first "
        if self.broken:
            raise BodyBroken("the backend left")
        yield b"second"


def test_an_answer_in_pieces_is_sent_in_chunks() -> None:
    async def main() -> None:
        held, pieces = Held(), Pieces()
        held.answer = lambda request: Response(200, [], pieces)  # type: ignore[method-assign]
        async with serving(held, None) as (_, _, [port]):
            answer = await exchange(port, GET)
            assert answer.endswith(b"6\r\nfirst \r\n6\r\nsecond\r\n0\r\n\r\n")
            assert pieces.closed

    run(main())


def test_an_answer_that_breaks_off_is_shorter_than_it_said() -> None:
    async def main() -> None:
        held, pieces = Held(), Pieces(broken=True)
        headers = [(b"Content-Length", b"12")]
        held.answer = lambda request: Response(200, headers, pieces)  # type: ignore[method-assign]
        async with serving(held, None) as (_, _, [port]):
            assert (await exchange(port, GET)).endswith(b"\r\n\r\nfirst ")
            assert pieces.closed

    run(main())


def test_whoever_works_for_a_client_that_leaves_is_told() -> None:
    async def main() -> None:
        held = Held(wait=True)
        async with serving(held, None) as (_, _, [port]):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET)
            await held.entered.wait()
            gone = asyncio.Event()
            held.seen[0].gone = gone.set
            writer.close()
            await asyncio.wait_for(gone.wait(), 5)
            held.release.set()

    run(main())


def test_a_failure_outside_the_pipeline_is_a_500(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        held = Held()
        held.answer = lambda request: 1 / 0  # type: ignore[method-assign]
        async with serving(held, None) as (_, _, [port]):
            answer = await exchange(port, GET)
            assert answer.split()[1] == b"500" and b"APIG.0601" in answer

    run(main())
    assert "outside the pipeline" in caplog.text


def test_a_stop_finishes_the_request_in_flight() -> None:
    async def main() -> None:
        held = Held(wait=True)
        async with serving(held, None) as (_, task, [port]):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET)
            await held.entered.wait()
            os.kill(os.getpid(), signal.SIGTERM)
            held.release.set()
            assert (await reader.readuntil(b"http")).startswith(b"HTTP/1.1 200")
            await asyncio.wait_for(task, 5)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))

    run(main())


def test_a_stop_does_not_wait_for_ever() -> None:
    async def main() -> None:
        held = Held(wait=True)
        limits = Limits(drain=1, connections=4)
        async with serving(held, None, limits=limits) as (server, task, [port]):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET)
            await held.entered.wait()
            server.stop()
            await asyncio.wait_for(task, 5)

    run(main())


def test_an_answer_that_cannot_be_sent_is_500_and_no_other_call_s_matter() -> None:
    class Odd(Held):
        def answer(self, request: Request) -> Any:
            if request.raw_path == "/odd":
                return Response(-1, [], b"")
            return super().answer(request)

    async def main() -> None:
        async with serving(Odd(), None) as (_, _, [port]):
            odd = GET.replace(b" / ", b" /odd ")
            sent = [exchange(port, odd if n % 2 else GET) for n in range(8)]
            answers = await asyncio.gather(*sent)
            statuses = [answer.split(b" ")[1] for answer in answers]
            assert statuses == [b"200", b"500"] * 4

    run(main())
