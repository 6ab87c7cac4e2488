"""Connections to HTTPS backends: verified, and with a certificate where asked."""

import asyncio
import datetime
import json
import ssl
from datetime import UTC
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from gateway.backends.balance import Balancer
from gateway.backends.health import Watcher
from gateway.client import Client, tls_context
from gateway.snapshot import Channel, ClientTls, HealthCheck, Member
from gateway.tls import ensure_certificates, ssl_context
from tests.gateway.backends.wire import OK, backend, call, publish, sending, serving
from tests.gateway.world import World


def trusting(folder: Path) -> tuple[ssl.SSLContext, ClientTls]:
    """A backend's TLS, and what trusts it and shows a certificate of the same CA."""
    ca = ensure_certificates(folder, ["localhost", "127.0.0.1"])
    content, key = client_certificate(folder)
    return ssl_context(folder), ClientTls(ca.read_text(), content, key)


def client_certificate(folder: Path) -> tuple[str, str]:
    """A certificate and its key, PEM, signed by the CA of a folder."""
    ca = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    ca_key = load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .sign(ca_key, hashes.SHA256())
    )
    form = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    return made.public_bytes(Encoding.PEM).decode(), key.private_bytes(*form).decode()


def status(world: World, context: ssl.SSLContext, tls: ClientTls | None) -> int:
    """What a call of an HTTPS backend comes to."""

    async def main() -> int:
        async with (
            serving(world) as port,
            backend(sending(OK), ssl=context) as peer,
        ):
            address = f"localhost:{peer.port}"
            publish(world, address, req_protocol="HTTPS", tls=tls, retry_count=0)
            reply = await call(port)
            if reply.status != 200:
                assert json.loads(reply.body)["error_code"] == "APIG.0202"
            return reply.status

    return world.runner.run(main())


def test_a_backend_of_its_own_authority_is_trusted(
    world: World, tmp_path: Path
) -> None:
    context, shown = trusting(tmp_path)
    assert status(world, context, ClientTls(shown.ca)) == 200


def test_a_backend_of_an_unknown_authority_is_502(world: World, tmp_path: Path) -> None:
    context, _ = trusting(tmp_path)
    assert status(world, context, None) == 502


def test_a_backend_under_another_name_is_502(world: World, tmp_path: Path) -> None:
    ca = ensure_certificates(tmp_path, ["elsewhere.test"])
    tls = ClientTls(ca.read_text())
    assert status(world, ssl_context(tmp_path), tls) == 502


@pytest.mark.parametrize("shows", [True, False])
def test_a_certificate_is_shown_where_one_is_asked_for(
    world: World, tmp_path: Path, shows: bool
) -> None:
    context, shown = trusting(tmp_path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(tmp_path / "ca.pem")
    tls = shown if shows else ClientTls(shown.ca)
    assert (status(world, context, tls) == 200) is shows


@pytest.mark.parametrize("shows", [True, False])
def test_a_health_check_shows_it_too(tmp_path: Path, shows: bool) -> None:
    context, shown = trusting(tmp_path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(tmp_path / "ca.pem")
    tls = shown if shows else ClientTls(shown.ca)
    check = HealthCheck(
        "HTTPS",
        threshold_abnormal=1,
        http_code=((200, 200),),
        enable_client_ssl=True,
        tls=tls,
    )

    async def main() -> bool:
        client = Client()
        async with backend(sending(OK), ssl=context) as peer:
            member = Member("m", "localhost", peer.port)
            balancer = Balancer(Channel("c", "c", members=(member,), health=check))
            await Watcher(client).look(balancer)
        await client.close()
        return balancer.loads[member.address].healthy

    assert asyncio.run(main()) is shows


def test_plain_http_at_an_https_port_is_502(world: World, tmp_path: Path) -> None:
    context, _ = trusting(tmp_path)

    async def main() -> None:
        async with serving(world) as port, backend(sending(OK), ssl=context) as peer:
            publish(world, peer)
            assert (await call(port)).status == 502

    world.runner.run(main())


def test_a_context_is_made_once(tmp_path: Path) -> None:
    _, shown = trusting(tmp_path)
    assert tls_context(shown) is tls_context(
        ClientTls(shown.ca, shown.content, shown.key)
    )
    assert tls_context(None) is not tls_context(shown)


@pytest.mark.parametrize("spoilt", ["ca", "content", "key"])
def test_what_cannot_be_used_is_an_error(tmp_path: Path, spoilt: str) -> None:
    _, shown = trusting(tmp_path)
    fields = {"ca": shown.ca, "content": shown.content, "key": shown.key}
    with pytest.raises(ValueError, match="TLS"):
        tls_context(ClientTls(**fields | {spoilt: "no PEM"}))


def test_closing_twice_or_unused_does_no_harm() -> None:
    async def main() -> None:
        client = Client()
        await client.close()
        assert client.session is client.session
        await client.close()
        await client.close()

    asyncio.run(main())
