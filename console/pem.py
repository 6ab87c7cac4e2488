"""Reading and judging SSL certificates (reference: api.md section 1.3).

What cannot be served is refused when it is saved, with the documented code.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.utils import timezone

# The vendor's clocks end there.
LAST_DAY = datetime(2038, 1, 19, tzinfo=UTC)
_PARTS = {
    "organization": NameOID.ORGANIZATION_NAME,
    "organizational_unit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "state": NameOID.STATE_OR_PROVINCE_NAME,
    "country": NameOID.COUNTRY_NAME,
}


@dataclass(frozen=True)
class Facts:
    """What a certificate says of itself, as the product shows it."""

    common_name: str
    san: list[str]
    not_before: datetime
    not_after: datetime
    algorithm_type: str
    signature_algorithm: str
    serial_number: str
    version: int
    issuer: list[str]
    subject: dict[str, list[str]]


def check(cert_content: str, private_key: str) -> None:
    """Every rule of a certificate and its key; ValidationError names the field."""
    chain = load_chain(cert_content)
    if _is_for(chain[0], load_key(private_key)):
        _check_times(chain[0])
        _check_names(chain[0])
        _check_chain(chain)
        return
    raise _foreign_key()


def check_shown(content: str, key: str) -> None:
    """A certificate that a client shows: it needs no host name."""
    chain = load_chain(content)
    if not _is_for(chain[0], load_key(key)):
        raise _foreign_key()
    _check_expired(chain[0])
    _check_chain(chain)


def authorities(text: str) -> str:
    """The CAs in a text that may hold more than them, such as comments."""
    check_roots(text)
    found = load_chain(text)
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in found)


def check_roots(trusted_root_ca: str) -> None:
    """The CAs that may issue certificates of callers."""
    for root in load_chain(trusted_root_ca, "trusted_root_ca"):
        try:
            constraints = root.extensions.get_extension_for_class(x509.BasicConstraints)
        except x509.ExtensionNotFound:
            continue
        if not constraints.value.ca:
            raise _refused(
                "trusted_root_ca",
                "APIG.2106",
                "CA: a certificate in it is not one of a certification authority.",
            )


def load_chain(text: str, field: str = "cert_content") -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        label = "CA" if field == "trusted_root_ca" else "Content"
        raise _refused(
            field,
            "APIG.2106",
            f"{label}: certificates in PEM, from -----BEGIN CERTIFICATE----- on.",
        ) from None


def load_key(text: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    try:
        key: Any = load_pem_private_key(text.encode(), None)
    except TypeError:
        raise _refused(
            "private_key",
            "APIG.2105",
            "Key: it is protected by a password. Decrypt it first.",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return key
    raise _refused(
        "private_key", "APIG.2106", "Key: an RSA or ECC private key in PEM is expected."
    )


def facts(cert_content: str) -> Facts:
    """Of the certificate itself, which comes first in its chain."""
    found = load_chain(cert_content)[0]
    subject = {label: _names(found.subject, oid) for label, oid in _PARTS.items()}
    common = _names(found.subject, NameOID.COMMON_NAME)
    return Facts(
        common_name=common[0] if common else "",
        san=alternative_names(found),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        algorithm_type="RSA" if isinstance(found.public_key(), _RSA) else "ECC",
        signature_algorithm=_algorithm(found),
        serial_number=str(found.serial_number),
        version=found.version.value + 1,
        issuer=_names(found.issuer, NameOID.ORGANIZATION_NAME)
        or _names(found.issuer, NameOID.COMMON_NAME),
        subject=subject,
    )


def alternative_names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except x509.ExtensionNotFound:
        return []
    names = found.value.get_values_for_type(x509.DNSName)
    addresses = found.value.get_values_for_type(x509.IPAddress)
    return [*names, *map(str, addresses)]


def covers(san: list[str], name: str) -> bool:
    """Whether a certificate's names serve a domain; a wildcard stands for one label."""
    name = name.lower()
    above = name.partition(".")[2]
    return any(given.lower() in (name, f"*.{above}") for given in san)


_RSA = rsa.RSAPublicKey


def _is_for(certificate: x509.Certificate, key: Any) -> bool:
    return bool(certificate.public_key() == key.public_key())


def _foreign_key() -> ValidationError:
    return _refused(
        "private_key", "APIG.2101", "Key: it does not belong to this certificate."
    )


def _check_expired(certificate: x509.Certificate) -> None:
    expires = certificate.not_valid_after_utc
    if expires <= timezone.now():
        raise _refused(
            "cert_content", "APIG.2102", f"Content: it expired on {expires:%Y/%m/%d}."
        )


def _check_times(certificate: x509.Certificate) -> None:
    _check_expired(certificate)
    expires = certificate.not_valid_after_utc
    if expires > LAST_DAY:
        raise _refused(
            "cert_content",
            "APIG.3148",
            "Content: it expires after 2038/01/19, the last day that is taken.",
        )


def _check_names(certificate: x509.Certificate) -> None:
    if not alternative_names(certificate):
        raise _refused(
            "cert_content",
            "APIG.2109",
            "Content: it names no host (Subject Alternative Name).",
        )


def _check_chain(chain: list[x509.Certificate]) -> None:
    """Each must be issued by the one after it."""
    for issued, issuer in zip(chain, chain[1:], strict=False):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            raise _refused(
                "cert_content",
                "APIG.2104",
                "Content: the chain is broken. After the certificate comes the one of "
                "its issuer, and so on.",
            ) from None


def _names(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(part.value) for part in name.get_attributes_for_oid(oid)]


def _algorithm(certificate: x509.Certificate) -> str:
    """As OpenSSL spells it: SHA256-RSA, ECDSA-SHA256."""
    used = certificate.signature_hash_algorithm
    digest = used.name.upper() if used else ""
    by_rsa = "RSA" in certificate.signature_algorithm_oid._name.upper()
    return f"{digest}-RSA" if by_rsa else f"ECDSA-{digest}"


def _refused(field: str, code: str, text: str) -> ValidationError:
    return ValidationError({field: ValidationError(text, code=code)})
