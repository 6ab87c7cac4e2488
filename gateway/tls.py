"""TLS of the HTTPS listener: a local CA and a server certificate.

`TLS_DIR` holds `ca.pem` and `server.pem` to read, `ca.key` and `server.key` for
the owner only. The CA lives ten years; trust it once. The server certificate
lives 397 days, the most that browsers accept, and is made anew in time.
"""

import datetime
import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS = 3653
SERVER_DAYS = 397
RENEW_DAYS = 30

# Clocks differ a little, also between containers of one host.
_SKEW = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class _Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def ensure_certificates(
    tls_dir: Path, names: Sequence[str], *, now: datetime.datetime | None = None
) -> Path:
    """Make what is missing, expiring or not for all of these names.

    Names are host names, `*.` wildcards or IP addresses. Gives the path of the
    CA's certificate, which a client has to trust.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    tls_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca = _read(tls_dir, "ca")
    if ca is None or _expires(ca, now, RENEW_DAYS + SERVER_DAYS):
        ca = _make_ca(now)
        _write(tls_dir, "ca", ca)
    server = _read(tls_dir, "server")
    if server is None or not _serves(server, ca, names, now):
        _write(tls_dir, "server", _make_server(ca, names, now))
    return tls_dir / "ca.pem"


def ssl_context(tls_dir: Path) -> ssl.SSLContext:
    """The context of the local certificate: TLS 1.2 or newer, HTTP/1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls_dir / "server.pem", tls_dir / "server.key")
    context.set_alpn_protocols(["http/1.1"])
    return context


def _serves(
    server: _Pair, ca: _Pair, names: Sequence[str], now: datetime.datetime
) -> bool:
    found = server.certificate.extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    return (
        server.certificate.issuer == ca.certificate.subject
        and set(found.value) >= set(map(_alternative_name, names))
        and not _expires(server, now, RENEW_DAYS)
    )


def _expires(pair: _Pair, now: datetime.datetime, days: int) -> bool:
    left = pair.certificate.not_valid_after_utc - now
    return left < datetime.timedelta(days=days)


def _make_ca(now: datetime.datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    # A serial in the name: two CAs of one host never look alike to a client.
    name = _name(f"Sallyport local CA {os.urandom(4).hex()}")
    builder = (
        _certificate(name, name, key, now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
    )
    return _Pair(builder.sign(key, hashes.SHA256()), key)


def _make_server(ca: _Pair, names: Sequence[str], now: datetime.datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [_alternative_name(name) for name in dict.fromkeys(names)]
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key())
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = (
        _certificate(
            _name("Sallyport gateway"), ca.certificate.subject, key, now, SERVER_DAYS
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(issuer, critical=False)
    )
    return _Pair(builder.sign(ca.key, hashes.SHA256()), key)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime.datetime,
    days: int,
) -> x509.CertificateBuilder:
    start = now - _SKEW
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(identifier, critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _read(tls_dir: Path, name: str) -> _Pair | None:
    """A pair from disk; None when a file is missing or they do not belong together."""
    try:
        certificate = (tls_dir / f"{name}.pem").read_bytes()
        key = load_pem_private_key((tls_dir / f"{name}.key").read_bytes(), None)
    except FileNotFoundError:
        return None
    found = x509.load_pem_x509_certificate(certificate)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    if found.public_key() != key.public_key():
        return None
    return _Pair(found, key)


def _write(tls_dir: Path, name: str, pair: _Pair) -> None:
    key = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _replace(tls_dir / f"{name}.key", key, 0o600)
    _replace(
        tls_dir / f"{name}.pem", pair.certificate.public_bytes(Encoding.PEM), 0o644
    )


def _replace(path: Path, content: bytes, mode: int) -> None:
    """Write a file in one step, so that a reader never sees half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(fresh, path)
