"""Certificates to test with: a CA of one's own, and what it issues."""

import datetime
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Pair:
    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def key_pem(self, password: bytes = b"") -> str:
        sealed = BestAvailableEncryption(password) if password else NoEncryption()
        form = PrivateFormat.PKCS8
        return self.key.private_bytes(Encoding.PEM, form, sealed).decode()


@cache
def authority(name: str = "Test CA") -> Pair:
    """A CA, made once for each name."""
    return _sign(name, None, ec.generate_private_key(ec.SECP256R1()), (), ca=True)


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Making one takes long, so there is one."""
    return rsa.generate_private_key(65537, 2048)


def issue(
    *names: str,
    ca: Pair | None = None,
    key: Key | None = None,
    start: datetime.datetime | None = None,
    days: int = 30,
    is_ca: bool = False,
) -> Pair:
    """A certificate for host names; the first is its common name too."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    common = names[0] if names else "nobody"
    return _sign(
        common, ca or authority(), key, names, ca=is_ca, start=start, days=days
    )


def _sign(
    common: str,
    issuer: Pair | None,
    key: Key,
    names: tuple[str, ...],
    *,
    ca: bool,
    start: datetime.datetime | None = None,
    days: int = 30,
) -> Pair:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    begin = start or NOW - DAY
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(n) for n in names])
        builder = builder.add_extension(alternatives, critical=False)
    signer = issuer.key if issuer else key
    return Pair(builder.sign(signer, hashes.SHA256()), key)
