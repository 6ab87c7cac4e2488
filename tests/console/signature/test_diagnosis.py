"""Why a signature was refused, and what is never told."""

from dataclasses import replace
from typing import Any

import pytest

from console import models
from console.signature import parse
from console.signature.attempt import Attempt, Evidence, expected
from console.signature.diagnosis import Diagnosis, diagnose
from gateway import signing
from tests.console import world

pytestmark = pytest.mark.django_db

NOW = signing.parse_date("20240102T030405Z")
TEXT = """GET /a?b=1 HTTP/1.1
Host: h
X-Sdk-Date: 20240102T030405Z
Authorization: SDK-HMAC-SHA256 Access={key}, SignedHeaders={names}, Signature={sign}
"""


def evidence(key: str, sign: str = "ab", names: str = "host;x-sdk-date") -> Evidence:
    return parse.evidence(TEXT.format(key=key, sign=sign, names=names))


@pytest.fixture
def app() -> models.Credential:
    return world.credential(name="client", app_secret="the-secret-of-client")


def signed(app: models.Credential, secret: str = "", **pieces: Any) -> Diagnosis:
    """What is said of a request that was signed with these pieces changed."""
    key = (secret or app.app_secret).encode()
    client: Attempt = replace(expected(evidence(app.app_key), key), **pieces)
    return diagnose(evidence(app.app_key, client.signature), now=NOW)


def test_a_right_signature_is_right(app: models.Credential) -> None:
    found = signed(app)
    assert found.ok and found.verdict == "The signature is right."


def test_a_mistake_is_named_with_its_remedy(app: models.Credential) -> None:
    found = signed(app, slash=False)
    assert "without the slash" in found.verdict and not found.ok
    assert found.advice and found.credential == app
    assert [row.label for row in found.rows if not row.same][:1] == ["Path"]


def test_another_credentials_secret_is_recognised(app: models.Credential) -> None:
    world.credential(name="neighbour", app_secret="the-secret-of-neighbour")
    assert "neighbour" in signed(app, "the-secret-of-neighbour").verdict


def test_an_old_secret_is_recognised(app: models.Credential) -> None:
    app.reset_secret()
    app.reset_secret()
    found = signed(app, "the-secret-of-client")
    assert "had before a reset" in found.verdict


def test_a_foreign_secret_is_not_found_out(app: models.Credential) -> None:
    found = signed(app, "nobody-has-this-secret")
    assert "was not made with the secret of client" in found.verdict
    assert found.wanted != found.signature


def test_when_the_canonical_requests_agree_the_secret_differs(
    app: models.Credential,
) -> None:
    foreign = expected(evidence(app.app_key), b"nobody-has-this-secret")
    arrived = evidence(app.app_key, foreign.signature)
    found = diagnose(arrived, foreign.canonical, NOW)
    assert found.verdict.startswith("The canonical requests agree")
    assert all(row.same for row in found.rows)


def test_an_unknown_key_is_said(app: models.Credential) -> None:
    found = diagnose(evidence("no-such-key"), now=NOW)
    assert found.verdict == "No credential has the key no-such-key."
    assert found.wanted == ""


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("x-sdk-date;host", "must be sorted"),
        ("host", "X-Sdk-Date is not among"),
        ("host;x-gone;x-sdk-date", "signed header x-gone is not in the request"),
    ],
)
def test_a_wrong_list_is_said(app: models.Credential, names: str, said: str) -> None:
    found = diagnose(evidence(app.app_key, names=names), now=NOW)
    assert said.lower() in found.verdict.lower() and not found.ok


def test_a_late_request_is_not_right(app: models.Credential) -> None:
    client = expected(evidence(app.app_key), app.app_secret.encode())
    arrived = evidence(app.app_key, client.signature)
    found = diagnose(arrived, now=NOW + 8 * 3600)
    assert not found.ok
    assert found.clock and "local time" in found.clock


def test_no_secret_is_told(app: models.Credential) -> None:
    world.credential(name="neighbour", app_secret="the-secret-of-neighbour")
    for found in (signed(app), signed(app, "the-secret-of-neighbour")):
        assert "the-secret" not in repr(found)
