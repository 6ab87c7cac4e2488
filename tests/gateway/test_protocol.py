"""What the gateway's server makes of bytes that are not a proper request."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvloop

from gateway.framing import Limits
from gateway.server import GatewayServer, bind

KB = 1024
HOST = b"Host: a\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with what arrived, as one JSON object."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        more = message["more_body"]
    seen = {
        "method": scope["method"],
        "raw_path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": [[k.decode(), v.decode("latin-1")] for k, v in scope["headers"]],
        "body": body.decode("latin-1"),
    }
    answer = json.dumps(seen).encode()
    length = str(len(answer)).encode()
    headers = [(b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@contextmanager
def serving(app: Any = echo, limits: Limits | None = None) -> Iterator[int]:
    """A server on a loop of its own, on the port it gives."""
    listener = bind("127.0.0.1", 0)
    server = GatewayServer(app, [(listener, None)], limits)
    ready = threading.Event()

    async def serve() -> None:
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        ready.set()
        await serving

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    port: int = listener.getsockname()[1]
    thread.start()
    assert ready.wait(5)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as number:
        yield number


class Answer:
    """One response taken off a connection."""

    def __init__(self, stream: Any, *, has_body: bool = True) -> None:
        self.status = int(stream.readline().split()[1])
        self.headers: dict[str, str] = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value
        length = int(self.headers["content-length"]) if has_body else 0
        self.body = stream.read(length)
        self.json: Any = json.loads(self.body) if has_body else None


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def ask(port: int, sent: bytes, *, has_body: bool = True) -> Answer:
    """One answer to some bytes, from a connection that stays open for more."""
    with connect(port) as peer:
        peer.sendall(sent)
        return Answer(peer.makefile("rb"), has_body=has_body)


def assert_refused(answer: Answer, status: int, message: str) -> None:
    assert answer.status == status
    assert answer.headers["server"] == "api-gateway"
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-type"] == "application/json"
    request_id = answer.headers["x-request-id"]
    assert len(request_id) == 32 and set(request_id) <= set("0123456789abcdef")
    assert answer.json == {
        "error_code": "APIG.0201",
        "error_msg": message,
        "request_id": request_id,
    }


def request(*lines: bytes, host: bytes = HOST) -> bytes:
    """A request of these lines; the Host header goes below the first."""
    head, *rest = lines
    return head + b"\r\n" + host + b"".join(line + b"\r\n" for line in rest) + b"\r\n"


MALFORMED = {
    "bytes that are no HTTP": b"\x00\xff\x17 garbage\r\n\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "an unknown method": request(b"FETCH / HTTP/1.1"),
    "a lower-case method": request(b"get / HTTP/1.1"),
    "no version": b"GET /\r\n\r\n",
    "version 0.9": request(b"GET / HTTP/0.9"),
    "version 2.0": request(b"GET / HTTP/2.0"),
    "the HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a space in the path": request(b"GET /a b HTTP/1.1"),
    "a raw non-ASCII path": request(b"GET /\xc3\xa9 HTTP/1.1"),
    "a control character in the path": request(b"GET /\x01 HTTP/1.1"),
    "a relative path": request(b"GET path HTTP/1.1"),
    "a target of another scheme": request(b"GET ftp://h/x HTTP/1.1"),
    "CONNECT": request(b"CONNECT a:443 HTTP/1.1"),
    "CONNECT with a path": request(b"CONNECT / HTTP/1.1"),
    "no Host": request(b"GET / HTTP/1.1", host=b""),
    "two Hosts": request(b"GET / HTTP/1.1", b"Host: b"),
    "a line without CR": b"GET / HTTP/1.1\nHost: a\n\n",
    "a header without a name": request(b"GET / HTTP/1.1", b": v"),
    "a header without a colon": request(b"GET / HTTP/1.1", b"nonsense"),
    "a space before the colon": request(b"GET / HTTP/1.1", b"X : v"),
    "a NUL in a header": request(b"GET / HTTP/1.1", b"X: a\x00b"),
    "a bare CR in a header": request(b"GET / HTTP/1.1", b"X: a\rb"),
    "a folded header": request(b"GET / HTTP/1.1", b"X: a\r\n b"),
    "a negative Content-Length": request(b"POST / HTTP/1.1", b"Content-Length: -1"),
    "an endless Content-Length": request(
        b"POST / HTTP/1.1", b"Content-Length: 99999999999999999999"
    ),
    "two Content-Lengths": request(
        b"POST / HTTP/1.1", b"Content-Length: 1", b"Content-Length: 2"
    ),
    "Content-Length and Transfer-Encoding": request(
        b"POST / HTTP/1.1", b"Content-Length: 3", b"Transfer-Encoding: chunked"
    ),
    "Transfer-Encoding and Content-Length": request(
        b"POST / HTTP/1.1", b"Transfer-Encoding: chunked", b"Content-Length: 3"
    ),
    "a coding that is not chunked": request(
        b"POST / HTTP/1.1", b"Transfer-Encoding: identity"
    ),
    "a coding below chunked": request(
        b"POST / HTTP/1.1", b"Transfer-Encoding: gzip, chunked"
    ),
    "two Transfer-Encodings": request(
        b"POST / HTTP/1.1", b"Transfer-Encoding: chunked", b"Transfer-Encoding: x"
    ),
    "chunks in HTTP/1.0": request(b"POST / HTTP/1.0", b"Transfer-Encoding: chunked"),
    "a chunk without a size": request(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked")
    + b"zz\r\n",
    "a chunk of the wrong size": request(
        b"POST / HTTP/1.1", b"Transfer-Encoding: chunked"
    )
    + b"1\r\nabc\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_http_gets_a_documented_400(port: int, sent: bytes) -> None:
    assert_refused(ask(port, sent), 400, "API request error.")


def test_a_refused_connection_is_closed(port: int) -> None:
    with connect(port) as peer:
        peer.sendall(b"nonsense\r\n\r\n" + request(b"GET / HTTP/1.1"))
        stream = peer.makefile("rb")
        assert Answer(stream).status == 400
        assert stream.read() == b""


def test_a_refusal_of_head_has_no_body(port: int) -> None:
    with connect(port) as peer:
        peer.sendall(request(b"HEAD / HTTP/1.1", b"Host: b"))
        stream = peer.makefile("rb")
        assert Answer(stream, has_body=False).status == 400
        assert stream.read() == b""


def test_a_refusal_waits_for_the_answers_before_it(port: int) -> None:
    with connect(port) as peer:
        peer.sendall(request(b"GET /1 HTTP/1.1") + request(b"GET /2 HTTP/1.1") + b"?!")
        stream = peer.makefile("rb")
        assert Answer(stream).json["raw_path"] == "/1"
        assert Answer(stream).json["raw_path"] == "/2"
        assert_refused(Answer(stream), 400, "API request error.")


def test_a_broken_pipelined_body_is_refused_after_the_answers_before_it(
    port: int,
) -> None:
    broken = request(b"POST /2 HTTP/1.1", b"Transfer-Encoding: chunked") + b"zz\r\n"
    with connect(port) as peer:
        peer.sendall(request(b"GET /1 HTTP/1.1") + broken)
        stream = peer.makefile("rb")
        assert Answer(stream).json["raw_path"] == "/1"
        assert_refused(Answer(stream), 400, "API request error.")


def test_a_uri_of_the_limit_passes_and_one_byte_more_is_414(port: int) -> None:
    path = b"/?" + b"a" * (32 * KB - 2)
    assert ask(port, request(b"GET " + path + b" HTTP/1.1")).status == 200
    refused = ask(port, request(b"GET " + path + b"a HTTP/1.1"))
    assert_refused(refused, 414, "Request URI too large.")


def test_an_endless_uri_is_answered_while_it_arrives(port: int) -> None:
    assert_refused(ask(port, b"GET /" + b"a" * 33 * KB), 414, "Request URI too large.")


def test_a_header_of_the_limit_passes_and_one_byte_more_is_494(port: int) -> None:
    header = b"X: " + b"a" * (32 * KB - 5)
    assert ask(port, request(b"GET / HTTP/1.1", header)).status == 200
    refused = ask(port, request(b"GET / HTTP/1.1", header + b"a"))
    assert_refused(refused, 494, "Request headers too large.")


def test_headers_of_the_limit_pass_and_one_byte_more_is_494(port: int) -> None:
    headers = [b"X: " + b"a" * (16 * KB - 5)] * 7
    last = b"Y: " + b"b" * (16 * KB - 5 - len(HOST))
    assert ask(port, request(b"GET / HTTP/1.1", *headers, last)).status == 200
    refused = ask(port, request(b"GET / HTTP/1.1", *headers, last + b"b"))
    assert_refused(refused, 494, "Request headers too large.")


def test_an_endless_header_is_answered_while_it_arrives(port: int) -> None:
    with connect(port) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nX: ")
        stream = peer.makefile("rb")
        for _ in range(17):
            peer.sendall(b"a" * 64 * KB)
        assert_refused(Answer(stream), 494, "Request headers too large.")


def test_a_flood_of_headers_is_answered_while_it_arrives(port: int) -> None:
    flood = b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * 40_000
    assert_refused(ask(port, flood), 494, "Request headers too large.")


def test_an_endless_trailer_is_refused(port: int) -> None:
    head = request(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked")
    with connect(port) as peer:
        peer.sendall(head + b"0\r\nX: ")
        stream = peer.makefile("rb")
        for _ in range(9):
            peer.sendall(b"a" * 64 * KB)
        assert_refused(Answer(stream), 400, "API request error.")


def test_a_trailer_is_no_header(port: int) -> None:
    head = request(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked")
    answer = ask(port, head + b"1\r\na\r\n0\r\nHost: b\r\nX: y\r\n\r\n")
    assert answer.json["body"] == "a"
    assert answer.json["headers"] == [["host", "a"], ["transfer-encoding", "chunked"]]


def test_a_head_that_never_comes_is_408() -> None:
    with serving(limits=Limits(head=0.1)) as port:
        message = "API request error: the request head did not arrive in time."
        assert_refused(ask(port, b""), 408, message)


def test_a_head_that_drips_is_408() -> None:
    with serving(limits=Limits(head=0.3, linger=0.1)) as port, connect(port) as peer:
        stream = peer.makefile("rb")
        peer.sendall(request(b"GET / HTTP/1.1"))
        assert Answer(stream).status == 200
        peer.sendall(b"GET / HTTP/1.1\r\n")
        dripping = threading.Event()
        drip = threading.Thread(target=_drip, args=(peer, dripping))
        drip.start()
        assert Answer(stream).status == 408
        dripping.set()
        drip.join()


def _drip(peer: socket.socket, stop: threading.Event) -> None:
    while not stop.wait(0.02):
        try:
            peer.sendall(b"a")
        except OSError:
            return


def test_an_idle_connection_is_closed_even_when_it_sends_blank_lines() -> None:
    with serving(limits=Limits(keep_alive=1)) as port, connect(port) as peer:
        stream = peer.makefile("rb")
        peer.sendall(request(b"GET / HTTP/1.1"))
        assert Answer(stream).status == 200
        peer.sendall(b"\r\n")
        assert stream.read() == b""


def test_a_connection_over_the_limit_is_closed_and_the_others_live() -> None:
    with serving(limits=Limits(connections=1)) as port, connect(port) as first:
        stream = first.makefile("rb")
        first.sendall(request(b"GET / HTTP/1.1"))
        assert Answer(stream).status == 200
        with connect(port) as second:
            assert second.recv(1) == b""
        first.sendall(request(b"GET /again HTTP/1.1"))
        assert Answer(stream).json["raw_path"] == "/again"


def test_a_request_in_pieces_of_one_byte_is_understood(port: int) -> None:
    sent = request(b"POST /a?b=c HTTP/1.1", b"Content-Length: 2", b"X: y") + b"hi"
    with connect(port) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in sent:
            peer.sendall(bytes([byte]))
        seen = Answer(peer.makefile("rb")).json
    assert (seen["raw_path"], seen["query"], seen["body"]) == ("/a", "b=c", "hi")


@pytest.mark.parametrize(
    ("target", "raw_path", "query"),
    [
        (b"/a%2Fb//c/../d;x?q=%20&r", "/a%2Fb//c/../d;x", "q=%20&r"),
        (b"//a/b", "//a/b", ""),
        (b"/a?b?c", "/a", "b?c"),
        (b"http://other/a/b?c=d", "/a/b", "c=d"),
        (b"HTTPS://other:8443/a", "/a", ""),
        (b"http://other", "/", ""),
        (b"http://other?c=d", "/", "c=d"),
    ],
)
def test_the_app_sees_path_and_query_as_sent(
    port: int, target: bytes, raw_path: str, query: str
) -> None:
    seen = ask(port, request(b"GET " + target + b" HTTP/1.1")).json
    assert (seen["raw_path"], seen["query"]) == (raw_path, query)


def test_options_of_the_whole_server_reaches_the_app(port: int) -> None:
    assert ask(port, request(b"OPTIONS * HTTP/1.1")).json["raw_path"] == "*"


def test_http_1_0_needs_no_host(port: int) -> None:
    assert ask(port, request(b"GET / HTTP/1.0", host=b"")).status == 200


@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
def test_an_upgrade_is_ignored_and_its_body_kept(port: int, protocol: bytes) -> None:
    upgrade = request(
        b"POST /up HTTP/1.1",
        b"Connection: Upgrade, HTTP2-Settings",
        b"Upgrade: " + protocol,
        b"Content-Length: 3",
    )
    with connect(port) as peer:
        peer.sendall(upgrade + b"abc" + upgrade + b"def" + request(b"GET /2 HTTP/1.1"))
        stream = peer.makefile("rb")
        assert Answer(stream).json["body"] == "abc"
        assert Answer(stream).json["body"] == "def"
        assert Answer(stream).json["raw_path"] == "/2"


def test_the_server_survives_random_bytes(port: int) -> None:
    seed = b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    for position in range(len(seed)):
        for byte in (0, 10, 13, 32, 58, 128, 255):
            sent = seed[:position] + bytes([byte]) + seed[position + 1 :]
            with connect(port) as peer:
                peer.sendall(sent)
                peer.shutdown(socket.SHUT_WR)
                stream = peer.makefile("rb")
                reply = stream.read()
            assert not reply or reply[9:12] in (b"200", b"400"), (position, byte)
    assert ask(port, request(b"GET / HTTP/1.1")).status == 200
