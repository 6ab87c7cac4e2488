"""The table of management errors."""

import re

import pytest

from console.errors import ERRORS
from console.limits import LIMITS
from console.rest.errors import status_of


def test_every_error_has_a_code_a_status_and_a_text() -> None:
    for code, (status, text) in ERRORS.items():
        assert re.fullmatch(r"APIG\.[1-9]\d{3}", code)
        assert status in (400, 401, 403, 404, 409, 412, 500)
        assert re.fullmatch(r"[A-Z][A-Za-z0-9 ,()-]+", text), text


@pytest.mark.parametrize(
    ("code", "status", "text"),
    [
        ("APIG.1002", 401, "The token is incorrect"),
        ("APIG.1005", 403, "No permissions to request this method"),
        ("APIG.2011", 400, "Invalid parameter value"),
        ("APIG.3001", 404, "The API group does not exist"),
        ("APIG.3073", 400, "The IP address is missing"),
        ("APIG.3102", 403, "There are too many APIs"),
        ("APIG.3148", 400, "The certificate expires too late"),
        ("APIG.3201", 400, "The API group name already exists"),
        ("APIG.3416", 409, "The API is published"),
        ("APIG.3418", 403, "APIs are published in the environment"),
        ("APIG.3713", 412, "The mapped parameter cannot be changed"),
        ("APIG.9999", 500, "System error"),
    ],
)
def test_codes_have_their_documented_status(code: str, status: int, text: str) -> None:
    assert ERRORS[code] == (status, text)
    assert status_of(code) == status


def test_every_limit_s_code_is_in_the_table() -> None:
    assert {rule.code for rule in LIMITS.values()} <= ERRORS.keys()
