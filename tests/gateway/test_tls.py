"""The local CA, the server certificate, and the choice of one by name."""

import datetime
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509

from gateway.tls import ensure_certificates, ssl_context

NAMES = ["*.apig.localhost", "apig.localhost", "localhost", "127.0.0.1", "::1"]
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def handshake(
    server: ssl.SSLContext, client: ssl.SSLContext, name: str
) -> ssl.SSLSocket:
    """A real handshake over a socket pair; gives the client's side."""
    near, far = socket.socketpair()

    def accept() -> None:
        try:
            server.wrap_socket(far, server_side=True)
        except ssl.SSLError:
            far.close()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        return client.wrap_socket(near, server_hostname=name)
    finally:
        thread.join()


def trusting(ca: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca))


def serial(path: Path) -> int:
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


@pytest.mark.parametrize(
    "name", ["abc.apig.localhost", "apig.localhost", "localhost", "127.0.0.1", "::1"]
)
def test_a_client_that_trusts_the_ca_reaches_every_name(
    tmp_path: Path, name: str
) -> None:
    ca = ensure_certificates(tmp_path, NAMES)
    with handshake(ssl_context(tmp_path), trusting(ca), name) as connected:
        assert connected.version() == "TLSv1.3"


def test_another_name_is_not_covered(tmp_path: Path) -> None:
    ca = ensure_certificates(tmp_path, NAMES)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(ssl_context(tmp_path), trusting(ca), "example.com")


def test_a_client_that_does_not_trust_the_ca_is_not_served(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(ssl_context(tmp_path), ssl.create_default_context(), "localhost")


def test_tls_1_1_is_refused(tmp_path: Path) -> None:
    ca = ensure_certificates(tmp_path, NAMES)
    client = trusting(ca)
    client.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        client.minimum_version = ssl.TLSVersion.TLSv1_1
        client.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        handshake(ssl_context(tmp_path), client, "localhost")


def test_keys_are_for_the_owner_only(tmp_path: Path) -> None:
    ensure_certificates(tmp_path / "tls", NAMES)
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700
    for name in ("ca.key", "server.key"):
        assert stat.S_IMODE((tmp_path / "tls" / name).stat().st_mode) == 0o600


def test_the_lives_are_ten_years_and_397_days(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES)
    lives = {
        name: certificate.not_valid_after_utc - certificate.not_valid_before_utc
        for name in ("ca", "server")
        for certificate in [
            x509.load_pem_x509_certificate((tmp_path / f"{name}.pem").read_bytes())
        ]
    }
    assert lives == {"ca": 3653 * DAY, "server": 397 * DAY}


def test_a_good_certificate_is_kept(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES)
    before = (tmp_path / "server.pem").read_bytes()
    ensure_certificates(tmp_path, NAMES[:2], now=NOW + 366 * DAY)
    assert (tmp_path / "server.pem").read_bytes() == before


def test_a_certificate_with_under_thirty_days_left_is_renewed(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES)
    authority, server = serial(tmp_path / "ca.pem"), serial(tmp_path / "server.pem")
    ensure_certificates(tmp_path, NAMES, now=NOW + 368 * DAY)
    assert serial(tmp_path / "server.pem") != server
    assert serial(tmp_path / "ca.pem") == authority


def test_a_new_name_renews_the_certificate(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES)
    ca = ensure_certificates(tmp_path, [*NAMES, "gateway.test"])
    handshake(ssl_context(tmp_path), trusting(ca), "gateway.test").close()


def test_a_ca_near_its_end_is_renewed_with_its_certificate(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES)
    authority, server = serial(tmp_path / "ca.pem"), serial(tmp_path / "server.pem")
    ensure_certificates(tmp_path, NAMES, now=NOW + 3300 * DAY)
    assert serial(tmp_path / "ca.pem") != authority
    assert serial(tmp_path / "server.pem") != server


@pytest.mark.parametrize("lost", ["ca.pem", "ca.key", "server.pem", "server.key"])
def test_a_lost_file_is_made_again(tmp_path: Path, lost: str) -> None:
    ensure_certificates(tmp_path, NAMES)
    (tmp_path / lost).unlink()
    ca = ensure_certificates(tmp_path, NAMES)
    handshake(ssl_context(tmp_path), trusting(ca), "localhost").close()


def test_a_key_of_another_certificate_is_replaced(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NAMES)
    ensure_certificates(tmp_path / "other", NAMES)
    (tmp_path / "other" / "server.key").replace(tmp_path / "server.key")
    ca = ensure_certificates(tmp_path, NAMES)
    handshake(ssl_context(tmp_path), trusting(ca), "localhost").close()
