"""The code of functions through the management API."""

import base64

import pytest

from console import models
from gateway.functions.package import write_zip
from tests.console.rest.conftest import Api, refused
from tests.console.rest.fgs.conftest import CODE, Make, encoded

pytestmark = pytest.mark.django_db


def test_inline_code_is_one_file_and_is_deployed(api: Api, make: Make) -> None:
    path = f"fgs/functions/{make()['func_urn']}/code"
    shown = api("GET", path).json()
    assert base64.b64decode(shown["func_code"]["file"]).decode() == CODE
    changed = api(
        "PUT", path, {"code_type": "inline", "func_code": {"file": encoded("x = 2\n")}}
    )
    assert changed.json()["digest"] != shown["digest"]
    row = models.Function.objects.get()
    assert row.deployed and row.deployed.files() == {"index.py": b"x = 2\n"}


def test_an_archive_has_many_files(api: Api, make: Make) -> None:
    path = f"fgs/functions/{make()['func_urn']}/code"
    files = {"index.py": b"import lib.a\n", "lib/a.py": b"y = 1\n"}
    body = {"code_type": "zip", "func_code": {"file": encoded(write_zip(files))}}
    assert api("PUT", path, body).json()["code_type"] == "zip"
    assert models.Function.objects.get().draft.files() == files


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"code_type": "zip", "func_code": {"file": encoded("no zip")}}, 400, "1011"),
        ({"code_type": "inline", "func_code": {"file": "!"}}, 400, "0400"),
        ({"code_type": "jar", "func_code": {"file": encoded("x")}}, 400, "1006"),
        ({"code_type": "inline"}, 400, "1012"),
        ({"func_code": {"file": encoded("x")}}, 400, "1006"),
        (
            {"code_type": "inline", "func_code": {"file": encoded("#" * 10_241)}},
            413,
            "1072",
        ),
    ],
)
def test_what_cannot_be_code_is_refused(
    api: Api, make: Make, body: dict[str, object], status: int, code: str
) -> None:
    path = f"fgs/functions/{make()['func_urn']}/code"
    assert refused(api("PUT", path, body)) == (status, f"FSS.{code}")
    assert models.Function.objects.get().draft.files() == {"index.py": CODE.encode()}


def test_requirements_that_cannot_be_met_leave_the_old_code_live(
    api: Api, make: Make
) -> None:
    path = f"fgs/functions/{make()['func_urn']}/code"
    files = {"index.py": b"x = 1\n", "requirements.txt": b"-e ../elsewhere\n"}
    body = {"code_type": "zip", "func_code": {"file": encoded(write_zip(files))}}
    assert api("PUT", path, body).status_code == 400
    row = models.Function.objects.get()
    assert row.deployed and row.deployed.files() == {"index.py": CODE.encode()}
