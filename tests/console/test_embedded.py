"""The gateway's core inside the console."""

import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from console import compile
from console.compile import Compiler
from console.embedded import Embedded, embedded
from gateway.http import Headers, Request
from gateway.snapshot import Api, Backend, BackendApi, Group, Snapshot
from tests.console import world


@pytest.fixture
def own() -> Iterator[Embedded]:
    made = Embedded()
    yield made
    made.close()


def request(path: str, host: str, **headers: str) -> Request:
    named = [(b"host", host.encode())]
    named += [(k.encode(), v.encode()) for k, v in headers.items()]
    return Request("GET", path, "", Headers(named), scheme="https")


@pytest.mark.django_db(transaction=True)
def test_the_next_request_sees_what_was_just_published(own: Embedded) -> None:
    host = world.default_group().sl_domain
    assert own.serve(request("/orders", host)).status == 404
    world.published(req_uri="/orders", auth_type="NONE")
    answer = own.serve(request("/orders", host))
    assert (answer.status, answer.body) == (200, b"mock")


@pytest.mark.django_db
def test_a_debug_call_runs_on_the_snapshot_it_is_given(own: Embedded) -> None:
    row = world.api(auth_type="NONE")
    snapshot = Compiler().snapshot().with_draft(Compiler().draft(row))
    asked = request(row.req_uri, row.group.sl_domain)
    answer, done = own.debug(asked, snapshot, policies=False)
    assert answer.status == 200
    assert [step.phase for step in done.trace or ()][-1] == "backend"
    assert own.serve(request(row.req_uri, row.group.sl_domain)).status == 404


@pytest.mark.django_db
def test_a_function_is_called_from_any_thread(own: Embedded) -> None:
    function = compile.function(world.function())
    results: list[bool] = []

    def invoke() -> None:
        results.append(own.invoke(function, {}, "request").ok)

    threads = [threading.Thread(target=invoke) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 3


@pytest.mark.django_db
def test_closing_ends_its_thread() -> None:
    before = set(threading.enumerate())
    made = Embedded()
    assert made.invoke(compile.function(world.function()), {}, "request").ok
    made.close()
    assert set(threading.enumerate()) <= before


def test_a_process_has_one() -> None:
    assert embedded() is embedded()


class Large(BaseHTTPRequestHandler):
    """A backend whose answer is too large to be sent on whole."""

    body = bytes(range(256)) * 2048

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def drafted() -> Iterator[Snapshot]:
    """An API, in a group of its own, whose backend answers at length."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Large) as server:
        threading.Thread(target=server.serve_forever).start()
        to = BackendApi(f"127.0.0.1:{server.server_port}")
        end = Backend(to)
        api = Api("a", "a", "g", "RELEASE", "BOTH", "GET", "/large", backend=end)
        yield Snapshot(groups=(Group("g", "g", True),), apis=(api,))
        server.shutdown()


@pytest.mark.django_db
def test_a_streamed_answer_is_shown_whole_to_a_debug_call(
    own: Embedded, drafted: Snapshot
) -> None:
    answer, done = own.debug(request("/large", "127.0.0.1"), drafted, policies=True)
    assert (answer.status, answer.whole) == (200, Large.body)
    detail = next(step.detail for step in done.trace or () if step.phase == "backend")
    assert detail["backend_status"] == 200


@pytest.mark.django_db
def test_the_address_of_the_console_is_no_backend(own: Embedded) -> None:
    end = Backend(BackendApi("127.0.0.1:8000"))
    api = Api("a", "a", "g", "RELEASE", "BOTH", "GET", "/console", backend=end)
    snapshot = Snapshot(groups=(Group("g", "g", True),), apis=(api,))
    answer, _ = own.debug(request("/console", "127.0.0.1"), snapshot, policies=True)
    assert (answer.status, b"APIG.0404" in answer.whole) == (403, True)


class Pieces:
    """A body in two pieces."""

    closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    def close(self) -> None:
        self.closed = True


def test_a_server_that_waits_gets_piece_after_piece(own: Embedded) -> None:
    body = Pieces()
    assert list(own.pieces(body)) == [b"one", b"two"]
