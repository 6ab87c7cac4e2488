"""Records up: kept in rings, sent with proof, lost by nobody's absence."""

import hashlib
import hmac
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.records import MAX_RECORDS, PATH, PROOF_HEADER, Recorder, Sender, proof
from tests.gateway.world import World, guard, replying, request

KEY = b"the gateways' key\n"
ALLOW = "{'statusCode': 200, 'body': json.dumps({'status': 'allow'})}"


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
        return [r for _, _, body in self.received for r in orjson.loads(body)]


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


def test_a_ring_keeps_the_last_of_each_function() -> None:
    recorder = Recorder()
    recorder.add(numbered(0, "other"))
    for number in range(MAX_RECORDS + 5):
        recorder.add(numbered(number))
    taken = recorder.take()
    assert [r["number"] for r in taken if r["func_urn"] == "urn"] == list(
        range(5, MAX_RECORDS + 5)
    )
    assert len(taken) == MAX_RECORDS + 1
    assert recorder.take() == []


def test_what_comes_back_stands_before_what_came_meanwhile() -> None:
    recorder = Recorder()
    recorder.add(numbered(1))
    taken = recorder.take()
    recorder.add(numbered(2))
    recorder.put_back(taken)
    assert [r["number"] for r in recorder.take()] == [1, 2]


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
    batches = [orjson.loads(body) for _, _, body in console.received]
    assert [len(batch) for batch in batches] == [100, 100, 50]


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


def test_a_call_of_an_authorizer_leaves_a_record(world: World) -> None:
    own = guard(replying(ALLOW))
    world.publish(auth_type="AUTHORIZER", authorizer=own)
    answer = world.send(request("GET", "/orders", ("token", "t")))
    assert answer.status == 200
    (made,) = world.gateway.services.records.take()
    assert own.target is not None
    assert made["func_urn"] == own.target.function.urn
    assert made["code_hash"] == own.target.function.code_hash
    assert made["request_id"] == answer.headers("X-Request-Id")[0]
    assert (made["origin"], made["ok"], made["version"]) == ("gateway", True, "latest")
    assert orjson.loads(made["event"])["headers"]["token"] == "t"


def test_long_texts_are_cut(world: World) -> None:
    world.publish(
        auth_type="AUTHORIZER",
        authorizer=guard(
            "import json\ndef handler(event, context):\n    print('x' * 20_000)\n"
            f"    return {ALLOW}"
        ),
    )
    world.send(request("GET", "/orders", ("long", "y" * 20_000)))
    (made,) = world.gateway.services.records.take()
    assert made["event"].endswith("... (cut)") and made["log"].startswith("... (cut)")
    assert len(made["event"]) + len(made["log"]) < 20_000
