"""The HTTPS listener: names, certificates of both sides, versions; real sockets."""

import asyncio
import socket
import ssl
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography import x509

from gateway import tls
from gateway.handshake import Contexts, server_name
from gateway.server import GatewayServer, bind
from gateway.snapshot import Certificate, Domain
from tests.certificates import Pair, authority, issue, rsa_key
from tests.gateway.world import HOST, World

T = TypeVar("T")
NAME = "www.example.com"
STRANGER = "Another CA"


def certificate(pair: Pair, trusted: str = "") -> Certificate:
    return Certificate(pair.pem[-40:], "own", pair.pem, pair.key_pem(), trusted)


def own(world: World, *domains: Domain) -> None:
    group = replace(world.snapshot.groups[0], domains=domains)
    world.snapshot = replace(world.snapshot, groups=(group,)).prepare()


def serve(world: World, local: Path, client: Callable[[int], T]) -> T:
    """What `client(port)` gives, run on a thread against the real listener."""
    tls.ensure_certificates(local, [HOST])
    contexts = Contexts(tls.ssl_context(local), world)

    async def main() -> T:
        listener = bind("127.0.0.1", 0)
        port = listener.getsockname()[1]
        server = GatewayServer(world.gateway, [(listener, contexts.choose)])
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
        try:
            return await asyncio.to_thread(client, port)
        finally:
            server.should_exit = True
            await serving

    return world.runner.run(main())


def trusting(*roots: str, own: Pair | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata="\n".join(roots))
    if own is not None:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(own.key_pem() + own.pem)
            file.flush()
            context.load_cert_chain(file.name)
    return context


class Client:
    """Calls a port by a name that no resolver knows."""

    def __init__(self, port: int, name: str, context: ssl.SSLContext) -> None:
        self.connection = HTTPSConnection(name, port, timeout=10)
        raw = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.tls = context.wrap_socket(raw, server_hostname=name)
        self.connection.sock = self.tls

    def get(self, host: str = NAME) -> tuple[int, bytes]:
        self.connection.request("GET", "/orders", headers={"Host": host})
        answer: HTTPResponse = self.connection.getresponse()
        return answer.status, answer.read()

    def serial(self) -> int:
        found = self.tls.getpeercert(binary_form=True)
        assert found is not None
        return x509.load_der_x509_certificate(found).serial_number


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "tls"


def test_each_name_gets_its_own_certificate(world: World, local: Path) -> None:
    world.publish()
    exact, wild = issue(NAME), issue("*.example.com")
    own(
        world,
        Domain(NAME, certificates=(certificate(exact),)),
        Domain("*.example.com", certificates=(certificate(wild),)),
        Domain("bare.test"),
    )

    def client(port: int) -> None:
        context = trusting(authority().pem)
        for name, pair in ((NAME, exact), ("api.example.com", wild)):
            called = Client(port, name, context)
            assert called.get(name) == (200, b"mock 1")
            assert called.serial() == pair.certificate.serial_number
        # The system's names, and names without a certificate, keep the local one.
        ours = trusting((local / "ca.pem").read_text())
        assert Client(port, HOST, ours).get(HOST)[0] == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            Client(port, "bare.test", ours)

    serve(world, local, client)


def test_a_change_is_seen_by_the_next_handshake(world: World, local: Path) -> None:
    world.publish()
    first, second = issue(NAME), issue(NAME)
    own(world, Domain(NAME, certificates=(certificate(first),)))

    def client(port: int) -> None:
        context = trusting(authority().pem)
        before = Client(port, NAME, context)
        assert before.serial() == first.certificate.serial_number
        own(world, Domain(NAME, certificates=(certificate(second),)))
        after = Client(port, NAME, context)
        assert after.serial() == second.certificate.serial_number
        # Who is connected stays so.
        assert before.get() == after.get() == (200, b"mock 1")

    serve(world, local, client)


def test_of_two_certificates_a_client_gets_the_one_it_can_use(
    world: World, local: Path
) -> None:
    ecc, rsa = issue(NAME), issue(NAME, key=rsa_key())
    own(world, Domain(NAME, certificates=(certificate(rsa), certificate(ecc))))

    def client(port: int) -> None:
        for ciphers, pair in (("ECDHE+aECDSA", ecc), ("ECDHE+aRSA", rsa)):
            context = trusting(authority().pem)
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers)
            called = Client(port, NAME, context)
            assert called.serial() == pair.certificate.serial_number

    serve(world, local, client)


@pytest.mark.parametrize(
    ("least", "answer"),
    [
        ("TLSv1.1", (200, b"mock 1")),
        ("TLSv1.2", (400, b"SSL protocol is not supported: TLSv1.1")),
    ],
)
def test_an_old_tls_version_is_refused_in_http_where_it_is_too_old(
    world: World, local: Path, least: str, answer: tuple[int, bytes]
) -> None:
    world.publish()
    pair = issue(NAME)
    own(world, Domain(NAME, min_ssl_version=least, certificates=(certificate(pair),)))

    def client(port: int) -> None:
        context = trusting(authority().pem)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1_1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        called = Client(port, NAME, context)
        assert called.tls.version() == "TLSv1.1"
        status, body = called.get()
        assert status == answer[0]
        assert answer[1] in body
        # The system's names take nothing older than 1.2.
        context.load_verify_locations(local / "ca.pem")
        with pytest.raises(ssl.SSLError):
            Client(port, HOST, context)

    serve(world, local, client)


def test_a_domain_may_ask_callers_for_a_certificate(world: World, local: Path) -> None:
    world.publish(wants_tls=True)
    both_ways = Domain(
        NAME,
        certificates=(certificate(issue(NAME), authority().pem),),
        verified_client_certificate_enabled=True,
    )
    open_to_all = Domain("open.test", certificates=(certificate(issue("open.test")),))
    own(world, both_ways, open_to_all)

    def client(port: int) -> None:
        root = authority().pem
        known = trusting(root, own=issue("caller"))
        assert Client(port, NAME, known).get() == (200, b"mock 1")
        status, body = Client(port, NAME, trusting(root)).get()
        assert (status, b"APIG.0205" in body) == (400, True)
        # Nobody else is asked, and a connection for one name opens no other.
        other = Client(port, "open.test", known)
        assert other.get("open.test")[0] == 200
        status, body = other.get(NAME)
        assert (status, b"APIG.0205" in body) == (400, True)
        stranger = trusting(root, own=issue("caller", ca=authority(STRANGER)))
        with pytest.raises(OSError):
            Client(port, NAME, stranger).get()

    serve(world, local, client)


def test_a_certificate_that_cannot_be_used_lets_nobody_in_by_mistake(
    world: World, local: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world.publish(wants_tls=True)
    broken = Certificate("c", "broken", "no PEM", "no PEM", authority().pem)
    own(
        world,
        Domain(
            NAME,
            certificates=(broken,),
            verified_client_certificate_enabled=True,
        ),
    )

    def client(port: int) -> None:
        context = trusting((local / "ca.pem").read_text())
        context.check_hostname = False
        status, body = Client(port, NAME, context).get()
        assert (status, b"APIG.0205" in body) == (400, True)

    serve(world, local, client)
    assert f"the certificate of {NAME} cannot be used" in caplog.text


def test_a_hello_in_pieces_is_waited_for_and_noise_is_not(
    world: World, local: Path
) -> None:
    world.publish()
    own(world, Domain(NAME, certificates=(certificate(issue(NAME)),)))

    def client(port: int) -> None:
        outgoing, arriving = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = trusting(authority().pem)
        tls = context.wrap_bio(arriving, outgoing, server_hostname=NAME)
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        hello = outgoing.read()
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            for piece in (hello[:3], hello[3:100], hello[100:]):
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                raw.sendall(piece)
            arriving.write(raw.recv(65_536))
            tls.do_handshake()
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert b"HTTP" not in raw.recv(65_536)
        assert Client(port, NAME, context).get() == (200, b"mock 1")

    serve(world, local, client)


def test_the_name_is_read_as_soon_as_it_is_whole() -> None:
    outgoing = ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(
        ssl.MemoryBIO(), outgoing, server_hostname=NAME
    )
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    hello = outgoing.read()
    assert server_name(hello) == (True, NAME)
    assert server_name(hello[:-1]) == (False, None)
    assert server_name(b"") == (False, None)
    assert server_name(b"GET / HTTP/1.1\r\n\r\n") == (True, None)


def test_the_cipher_suites_of_domains_are_the_chosen_ones(
    world: World, local: Path
) -> None:
    world.publish()
    own(world, Domain(NAME, certificates=(certificate(issue(NAME)),)))

    def suite(port: int) -> str:
        context = trusting(authority().pem)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        chosen = Client(port, NAME, context).tls.cipher()
        assert chosen is not None
        return chosen[0]

    def client(port: int) -> None:
        for one in ("AES256-SHA384", "AES128-GCM-SHA256"):
            both = tuple(f"ECDHE-{kind}-{one}" for kind in ("RSA", "ECDSA"))
            world.limit(ssl_ciphers=both)
            assert suite(port) in both
        world.limit(ssl_ciphers=())
        assert "GCM" in suite(port)

    serve(world, local, client)
