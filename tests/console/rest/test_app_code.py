"""AppCodes through the management API."""

import pytest

from tests.console import world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
CODE = "a" * 63 + "z"


@pytest.fixture
def path() -> str:
    return f"~/apps/{world.credential().pk}/app-codes"


def test_one_is_created_shown_and_deleted(api: Api, path: str) -> None:
    made = api("POST", path, {"app_code": CODE})
    assert made.status_code == 201
    code = made.json()
    assert (code["app_code"], code["app_id"]) == (CODE, path.split("/")[2])
    own = f"{path}/{code['id']}"
    shown = api("GET", own)
    assert (shown.status_code, shown.json()) == (201, code)
    [listed] = api("GET", path).json()["app_codes"]
    assert listed == code | {"app_code": "a****z"}
    assert api("DELETE", own).status_code == 204
    assert refused(api("GET", own)) == (404, "APIG.3082")


def test_one_is_generated(api: Api, path: str) -> None:
    made = api("PUT", path)
    assert (made.status_code, len(made.json()["app_code"])) == (201, 64)


def test_there_are_five_at_most(api: Api, path: str) -> None:
    for _ in range(5):
        api("PUT", path)
    assert refused(api("PUT", path)) == (403, "APIG.3131")


@pytest.mark.parametrize(
    ("code", "error"),
    [(None, "APIG.2001"), ("", "APIG.2001"), ("short", "APIG.2012"), (7, "APIG.2012")],
)
def test_what_is_wrong_is_named(api: Api, path: str, code: object, error: str) -> None:
    assert refused(api("POST", path, {"app_code": code})) == (400, error)


def test_one_belongs_to_one_credential(api: Api, path: str) -> None:
    code = api("POST", path, {"app_code": CODE}).json()
    assert refused(api("POST", path, {"app_code": CODE})) == (400, "APIG.2012")
    other = f"~/apps/{world.credential().pk}/app-codes"
    assert refused(api("GET", f"{other}/{code['id']}")) == (404, "APIG.3082")
    nowhere = f"~/apps/{'0' * 32}/app-codes"
    assert refused(api("GET", nowhere)) == (404, "APIG.3004")
