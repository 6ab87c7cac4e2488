"""Records up: sent in batches with proof, lost by nobody's absence."""

import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.access import FIELDS
from gateway.delivery import (
    MAX_BYTES,
    MAX_WAITING,
    PATH,
    PROOF_HEADER,
    Sender,
    batches,
    proof,
)
from gateway.records import Recorder
from gateway.snapshot import Backend, MockInfo
from tests.gateway.notes import note
from tests.gateway.world import World, request

KEY = b"the gateways' key\n"


class Console(ThreadingHTTPServer):
    """A console that keeps what it is sent; `status` is what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[str, str, bytes]] = []
        self.status = 204

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def records(self) -> list[dict[str, Any]]:
        return [r for batch in self.batches for r in batch["invocations"]]

    @property
    def batches(self) -> list[dict[str, Any]]:
        return [orjson.loads(body) for _, _, body in self.received]


class Handler(BaseHTTPRequestHandler):
    server: Console

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status == 204:
            given = self.headers[PROOF_HEADER]
            self.server.received.append((self.path, given, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def console() -> Iterator[Console]:
    with Console() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "records.key"
    path.write_bytes(KEY)
    return path


def numbered(number: int, urn: str = "urn") -> dict[str, Any]:
    return {"func_urn": urn, "number": number}


def test_a_batch_goes_out_with_its_proof(console: Console, key_file: Path) -> None:
    recorder = Recorder()
    recorder.add(numbered(1))
    assert Sender(recorder, console.url, key_file).send()
    ((path, given, body),) = console.received
    moment, _, signature = given.partition(".")
    assert path == PATH and abs(int(moment) - time.time()) < 60
    expected = hmac.new(KEY, f"{moment}.".encode() + body, hashlib.sha256)
    assert signature == expected.hexdigest()
    assert proof(KEY, int(moment), body) == given


def test_nothing_is_lost_while_the_console_is_away(
    console: Console, key_file: Path
) -> None:
    recorder = Recorder()
    sender = Sender(recorder, console.url, key_file)
    recorder.add(numbered(1))
    console.status = 503
    assert not sender.send()
    recorder.add(numbered(2))
    console.status = 204
    assert sender.send()
    assert [r["number"] for r in console.records] == [1, 2]


def test_what_the_console_refuses_does_not_block_the_rest(
    console: Console, key_file: Path
) -> None:
    recorder = Recorder()
    sender = Sender(recorder, console.url, key_file)
    recorder.add(numbered(1))
    console.status = 400
    assert sender.send()
    console.status = 204
    recorder.add(numbered(2))
    assert sender.send()
    assert [r["number"] for r in console.records] == [2]


def test_many_go_in_batches(console: Console, key_file: Path) -> None:
    recorder = Recorder()
    for number in range(250):
        recorder.add(numbered(number, f"urn{number % 5}"))
    assert Sender(recorder, console.url, key_file).send()
    sizes = [len(batch["invocations"]) for batch in console.batches]
    assert sizes == [100, 100, 50]


def test_a_thread_sends_and_the_rest_goes_at_the_end(
    console: Console, key_file: Path
) -> None:
    recorder = Recorder()
    sender = Sender(recorder, console.url, key_file)
    sender.start()
    recorder.add(numbered(1))
    sender.stop()
    sender.join(10)
    assert [r["number"] for r in console.records] == [1]


def test_calls_are_rows_and_refused_ones_are_kept(world: World) -> None:
    world.publish()
    world.send(request("GET", "/orders"))
    refused = world.send(request("GET", "/nowhere", ("cookie", "secret=1")))
    (batch,) = batches(world.gateway.services.records)
    rows = [dict(zip(FIELDS, row, strict=True)) for row in batch["calls"]]
    assert [row["status"] for row in rows] == [200, 404]
    assert rows[1]["apig_err_code"] == "APIG.0101"
    (kept,) = batch["kept"]
    assert kept["request_id"] == refused.headers("X-Request-Id")[0]
    assert kept["request"].startswith("GET /nowhere HTTP/1.1\r\n")
    assert "secret=1" not in kept["request"]
    assert kept["response"].startswith("HTTP/1.1 404\r\n")


def test_a_traced_answer_is_kept_without_its_session(world: World) -> None:
    session = (("Set-Cookie", "id=the-value"),)
    world.publish(traced=100, backend=Backend(MockInfo(200, "ok", session)))
    world.send(request("GET", "/orders"))
    (batch,) = batches(world.gateway.services.records)
    response = batch["kept"][0]["response"]
    assert "Set-Cookie: ***" in response and "the-value" not in response


def test_each_batch_has_a_number_and_comes_again_as_it_was(
    console: Console, key_file: Path
) -> None:
    recorder = Recorder()
    sender = Sender(recorder, console.url, key_file)
    for number in range(2):
        recorder.add(numbered(number))
        console.status = 503
        assert not sender.send()
        console.status = 204
        assert sender.send()
    assert [batch["number"] for batch in console.batches] == [1, 2]
    assert len({batch["sender"] for batch in console.batches}) == 1
    other = Sender(recorder, console.url, key_file)
    recorder.add(numbered(2))
    other.send()
    assert console.batches[2]["sender"] != console.batches[0]["sender"]


def test_a_console_away_for_long_costs_the_oldest_which_are_counted_once(
    console: Console, key_file: Path
) -> None:
    recorder = Recorder(most_calls=10)
    sender = Sender(recorder, console.url, key_file)
    console.status = 503
    for round in range(MAX_WAITING + 5):
        for number in range(10):
            recorder.note(note(request_id=f"{round}-{number}"))
        assert not sender.send()
    console.status = 204
    assert sender.send() and sender.send()
    recorder.note(note())
    assert sender.send()
    calls = [row for batch in console.batches for row in batch["calls"]]
    assert len(calls) == MAX_WAITING * 10 + 11
    assert sum(batch["dropped"] for batch in console.batches) == 40


def test_a_refused_batch_counts_as_lost(console: Console, key_file: Path) -> None:
    recorder = Recorder()
    sender = Sender(recorder, console.url, key_file)
    recorder.note(note(request_id="1"))
    console.status = 400
    assert sender.send()
    console.status = 204
    recorder.note(note(request_id="2"))
    assert sender.send()
    (batch,) = console.batches
    ids = [row[FIELDS.index("request_id")] for row in batch["calls"]]
    assert (ids, batch["dropped"]) == (["2"], 1)


@pytest.mark.parametrize("text", ["\ud800", "\0", "\x1b[31m", "\u202e", "x" * 2**20])
def test_no_text_keeps_a_batch_from_going(
    console: Console, key_file: Path, text: str
) -> None:
    recorder = Recorder()
    recorder.add({"func_urn": "urn", "log": text, "number": 2**70})
    assert Sender(recorder, console.url, key_file).send()
    (record,) = console.records
    assert record["log"] == text.replace("\ud800", "?")


def test_large_records_go_in_several_deliveries(
    console: Console, key_file: Path
) -> None:
    recorder = Recorder()
    recorder.add({"func_urn": "urn", "log": "x" * 2**20})
    for number in range(2000):
        recorder.note(note(status=number, router_uri="\x01" * 1024))
    assert Sender(recorder, console.url, key_file).send()
    assert max(len(body) for _, _, body in console.received) <= MAX_BYTES
    status = FIELDS.index("status")
    calls = [row[status] for batch in console.batches for row in batch["calls"]]
    assert calls == list(range(2000)) and len(console.records) == 1
    numbers = [batch["number"] for batch in console.batches]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_console_that_speaks_no_http_is_waited_for(key_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_nonsense, args=(listener,))
        thread.start()
        recorder = Recorder()
        recorder.add(numbered(1))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert not Sender(recorder, url, key_file).send()
        thread.join()


def answer_nonsense(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"nonsense\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


def test_nothing_new_is_no_batch() -> None:
    assert batches(Recorder()) == []
