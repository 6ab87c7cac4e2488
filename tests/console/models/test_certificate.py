"""SSL certificates (reference: api.md section 1.3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from console.models import Certificate
from console.pem import covers
from tests.certificates import NOW, Pair, authority, issue, rsa_key
from tests.console import world

pytestmark = pytest.mark.django_db
NAME = "www.example.com"


def refusal(field: str, **fields: Any) -> tuple[str, str]:
    """The code and the text of what is wrong with a field."""
    with pytest.raises(ValidationError) as refused:
        world.certificate(**fields)
    error, *_ = refused.value.error_dict[field]
    return str(error.code), error.messages[0]


def test_a_certificate_says_of_itself_whom_it_is_for() -> None:
    row = world.certificate(NAME, "*.example.com")
    assert (row.common_name, row.san) == (NAME, [NAME, "*.example.com"])
    assert row.algorithm_type == "ECC"
    assert row.not_after > NOW
    assert row.facts.issuer == ["Test CA"]
    assert row.facts.signature_algorithm == "ECDSA-SHA256"
    assert world.certificate(pair=issue(NAME, key=rsa_key())).algorithm_type == "RSA"


def test_the_key_is_encrypted_at_rest() -> None:
    row = world.certificate()
    with connection.cursor() as cursor:
        cursor.execute("select private_key from console_certificate")
        [[stored]] = cursor.fetchall()
    assert stored.startswith("gAAAA")
    assert Certificate.objects.get().private_key == row.private_key
    assert "PRIVATE KEY" in row.private_key


@pytest.mark.parametrize("name", ["", "abc", "1abc", "a b c", "a-bcd", "a" * 51])
def test_another_name_is_refused(name: str) -> None:
    assert refusal("name", name=name)


def test_a_key_of_another_certificate_is_refused() -> None:
    pair = issue(NAME)
    other = Pair(pair.certificate, issue(NAME).key)
    code, text = refusal("private_key", pair=other)
    assert (code, text) == (
        "APIG.2101",
        "Key: it does not belong to this certificate.",
    )


def test_a_certificate_out_of_its_time_is_refused() -> None:
    past = issue(NAME, start=NOW - timedelta(days=40), days=30)
    assert refusal("cert_content", pair=past)[0] == "APIG.2102"
    left = (datetime(2038, 1, 20, tzinfo=UTC) - NOW).days + 2
    assert refusal("cert_content", pair=issue(NAME, days=left))[0] == "APIG.3148"


def test_a_certificate_without_a_host_is_refused() -> None:
    assert refusal("cert_content", pair=issue())[0] == "APIG.2109"


def test_a_chain_is_taken_in_order_only() -> None:
    pair, middle = issue(NAME), authority()
    world.certificate(pair=pair, cert_content=pair.pem + middle.pem)
    other = pair.pem + authority("Another CA").pem
    assert refusal("cert_content", pair=pair, cert_content=other)[0] == "APIG.2104"


def test_a_key_with_a_password_is_refused() -> None:
    pair = issue(NAME)
    sealed = pair.key_pem(b"password")
    assert refusal("private_key", pair=pair, private_key=sealed)[0] == "APIG.2105"


@pytest.mark.parametrize("field", ["cert_content", "private_key", "trusted_root_ca"])
def test_what_is_no_pem_is_refused(field: str) -> None:
    assert refusal(field, **{field: "-----BEGIN NONSENSE-----"})[0] == "APIG.2106"


def test_callers_certificates_are_issued_by_an_authority() -> None:
    world.certificate(trusted_root_ca=authority().pem)
    code, _ = refusal("trusted_root_ca", trusted_root_ca=issue(NAME).pem)
    assert code == "APIG.2106"


def test_the_algorithm_is_the_certificate_s() -> None:
    assert refusal("algorithm_type", algorithm_type="RSA")[0] == "APIG.3715"


def test_a_certificate_in_use_stays_fit_for_its_domains() -> None:
    row = world.certificate(trusted_root_ca=authority().pem)
    world.domain().serve_with([row], verify=True)
    pair = issue("other.example.com")
    row.cert_content, row.private_key = pair.pem, pair.key_pem()
    with pytest.raises(ValidationError, match="not for www.example.com"):
        row.save_valid()
    row.refresh_from_db()
    row.trusted_root_ca = ""
    with pytest.raises(ValidationError, match="needs a CA"):
        row.save_valid()


@pytest.mark.parametrize(
    ("san", "name", "covered"),
    [
        (["a.test"], "a.test", True),
        (["A.test"], "a.TEST", True),
        (["*.test.com"], "a.test.com", True),
        (["*.test.com"], "*.test.com", True),
        (["*.test.com"], "a.b.test.com", False),
        (["*.test.com"], "test.com", False),
        (["a.test.com"], "*.test.com", False),
    ],
)
def test_a_wildcard_stands_for_one_label(
    san: list[str], name: str, covered: bool
) -> None:
    assert covers(san, name) is covered
