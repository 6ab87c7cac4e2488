"""Functions as files: out and in again."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console import models, transfer
from gateway.functions.package import read_zip, write_zip
from tests.console import world

pytestmark = pytest.mark.django_db


def exported() -> tuple[models.Function, bytes]:
    row = world.function(
        func_name="guard",
        description="é",
        memory_size=256,
        timeout=9,
        initializer_handler="index.init",
        concurrency=5,
        user_data={"a": "1"},
        encrypted_user_data={"token": "s3cret"},
    )
    row.write({"index.py": b"x = 1\n", "data.bin": b"\xff"})
    row.save_valid()
    return row, transfer.export(row)


def changed(archive: bytes, **fields: Any) -> bytes:
    files = read_zip(archive)
    document = json.loads(files["function.json"]) | fields
    return write_zip(files | {"function.json": json.dumps(document).encode()})


def test_what_goes_out_comes_in_the_same() -> None:
    _, archive = exported()
    copy = transfer.load(archive, "copy")
    assert transfer.export(copy) == changed(archive, func_name="copy") or (
        json.loads(read_zip(transfer.export(copy))["function.json"])
        == json.loads(read_zip(changed(archive, func_name="copy"))["function.json"])
    )
    assert (copy.memory_size, copy.concurrency, copy.user_data) == (256, 5, {"a": "1"})
    assert copy.draft.files()["data.bin"] == b"\xff"
    assert copy.deployed is None


def test_secrets_stay_here() -> None:
    row, archive = exported()
    assert b"s3cret" not in b"".join(read_zip(archive).values())
    assert transfer.load(archive, "copy").encrypted_user_data == {"token": ""}
    assert row.encrypted_user_data == {"token": "s3cret"}


def test_documents_use_the_vendor_s_names() -> None:
    document = json.loads(read_zip(exported()[1])["function.json"])
    assert document["strategy_config"] == {"concurrency": 5}
    assert document["user_data"] == '{"a": "1"}'
    assert document["encrypted_user_data"] == '{"token": ""}'


@pytest.mark.parametrize(
    ("archive", "said"),
    [
        (b"nothing", "Not a readable ZIP archive"),
        (write_zip({"index.py": b""}), "has no function.json"),
        (write_zip({"function.json": b"{", "code/a": b""}), "is not JSON"),
        (write_zip({"function.json": b"[]", "code/a": b""}), "not a JSON object"),
        (write_zip({"function.json": b"{}"}), "no files under code/"),
    ],
)
def test_what_is_no_function_is_refused(archive: bytes, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        transfer.load(archive)
    assert not models.Function.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"func_name": "guard"}, "already exists"),
        ({"func_name": "9"}, "Function Name"),
        ({"func_name": "x", "runtime": "Cobol"}, "Cobol is unknown"),
        ({"func_name": "x", "memory_size": 5}, "not a valid choice"),
        ({"func_name": "x", "user_data": "[]"}, "user_data is not a JSON object"),
        ({"func_name": "x", "user_data": '{"RUNTIME_A": "1"}'}, "is reserved"),
    ],
)
def test_a_broken_rule_is_named(fields: dict[str, Any], said: str) -> None:
    _, archive = exported()
    with pytest.raises(ValidationError, match=said):
        transfer.load(changed(archive, **fields))
