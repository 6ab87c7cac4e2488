"""Functions and their configuration through the management API."""

import json
from typing import Any

import pytest

from console import models
from tests.console import policies, world
from tests.console.rest.conftest import Api, refused
from tests.console.rest.fgs.conftest import Make, encoded

pytestmark = pytest.mark.django_db


def test_a_function_is_made_as_it_was_described(api: Api, make: Make) -> None:
    made = make(
        description="d",
        user_data='{"test": "1"}',
        encrypted_user_data='{"token": "s3cret"}',
        initializer_handler="index.start",
        initializer_timeout=7,
    )
    assert made["func_urn"].endswith(":function:default:orders:latest")
    assert (made["memory_size"], made["timeout"], made["cpu"]) == (256, 5, 400)
    assert json.loads(made["user_data"]) == {"test": "1"}
    assert json.loads(made["encrypted_user_data"]) == {"token": ""}
    assert (made["initializer_handler"], made["initializer_timeout"]) == (
        "index.start",
        7,
    )
    path = f"fgs/functions/{made['func_urn']}/config"
    assert api("GET", path).json() == made
    row = models.Function.objects.get()
    assert row.deployed == row.draft
    assert row.encrypted_user_data == {"token": "s3cret"}


def test_without_code_it_has_what_a_new_function_starts_with(
    api: Api, make: Make
) -> None:
    make(func_code=None, code_type="inline")
    assert "index.py" in models.Function.objects.get().draft.files()


def test_configuration_changes_and_secrets_stay(api: Api, make: Make) -> None:
    urn = make(encrypted_user_data='{"a": "1", "b": "2"}')["func_urn"]
    body = {
        "func_name": "orders",
        "runtime": "Python3.9",
        "timeout": 9,
        "handler": "index.handler",
        "memory_size": 512,
        "encrypted_user_data": '{"a": "", "c": "3"}',
        "strategy_config": {"concurrency": 0, "concurrent_num": 5},
    }
    changed = api("PUT", f"fgs/functions/{urn}/config", body).json()
    assert (changed["timeout"], changed["memory_size"]) == (9, 512)
    assert changed["strategy_config"] == {"concurrency": 0, "concurrent_num": 5}
    row = models.Function.objects.get()
    assert row.encrypted_user_data == {"a": "1", "c": "3"}
    assert not row.enabled
    limited = api(
        "PUT", f"fgs/functions/{urn}/config-max-instance", {"max_instance_num": 7}
    )
    assert limited.json()["strategy_config"]["concurrent_num"] == 7


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"func_name": "1"}, "FSS.1002"),
        ({"func_name": 1}, "FSS.1002"),
        ({"handler": "nothing"}, "FSS.1003"),
        ({"package": "other"}, "FSS.1004"),
        ({"runtime": "Cobol"}, "FSS.1005"),
        ({"code_type": "obs"}, "FSS.1006"),
        ({"memory_size": 129}, "FSS.1007"),
        ({"timeout": 1}, "FSS.1008"),
        ({"user_data": "["}, "FSS.1009"),
        ({"description": "d" * 513}, "FSS.1019"),
        ({"initializer_handler": "x"}, "FSS.1404"),
    ],
)
def test_what_is_wrong_has_its_own_code(
    api: Api, fields: dict[str, Any], code: str
) -> None:
    given = {"func_name": "f", "runtime": "Python3.9", "handler": "index.handler"}
    code_given = {"func_code": {"file": encoded("x = 1")}}
    reply = api("POST", "fgs/functions", given | code_given | fields)
    assert refused(reply) == (400, code)
    assert not models.Function.objects.exists()


def test_a_name_is_taken_once(api: Api, make: Make) -> None:
    make()
    body = {"func_name": "orders", "runtime": "Python3.9", "handler": "index.handler"}
    assert refused(api("POST", "fgs/functions", body)) == (409, "FSS.1061")


def test_a_list_has_pages_and_filters(api: Api, make: Make) -> None:
    for name in ("one", "two", "three"):
        make(func_name=name)
    first = api("GET", "fgs/functions?maxitems=2").json()
    assert (first["count"], first["next_marker"], len(first["functions"])) == (3, 2, 2)
    rest = api("GET", "fgs/functions?maxitems=2&marker=2").json()
    assert [f["func_name"] for f in rest["functions"]] == ["two"]
    found = api("GET", "fgs/functions?func_name=thr").json()["functions"]
    assert [f["func_name"] for f in found] == ["three"]
    assert refused(api("GET", "fgs/functions?marker=x")) == (400, "FSS.0400")


def test_deleting_leaves_nothing(api: Api, make: Make) -> None:
    urn = make()["func_urn"]
    assert api("DELETE", f"fgs/functions/{urn}").status_code == 204
    assert refused(api("GET", f"fgs/functions/{urn}/config")) == (404, "FSS.1051")


def test_a_function_in_use_stays(api: Api) -> None:
    guard = world.example().authorizer
    reply = api("DELETE", f"fgs/functions/{guard.function.func_urn}")
    assert refused(reply) == (409, "FSS.0409")
    assert str(guard) in reply.json()["error_msg"]


def test_an_exported_function_can_be_imported(api: Api, make: Make) -> None:
    urn = make(description="d")["func_urn"]
    archive = api("GET", f"fgs/functions/{urn}/export").json()
    body = {"func_name": "copy", "file_code": archive["file_code"]}
    copy = api("POST", "fgs/functions/import", body).json()
    assert (copy["func_name"], copy["description"]) == ("copy", "d")
    assert refused(api("POST", "fgs/functions/import", {"file_code": "!"})) == (
        400,
        "FSS.0400",
    )


def test_quotas_count_functions_and_there_are_no_shared_dependencies(
    api: Api, make: Make
) -> None:
    make()
    row = api("GET", "fgs/quotas").json()["quotas"]["resources"][0]
    assert (row["type"], row["used"], row["quota"]) == ("fgs_func_num", 1, 400)
    assert api("GET", "fgs/dependencies").json()["dependencies"] == []


def test_what_a_policy_calls_stays(api: Api) -> None:
    function = world.function()
    version = models.Version.publish(function)
    alias = models.Alias(function=function, name="prod", version=version)
    alias.save_valid()
    for urn, path in (
        (function.func_urn, function.func_urn),
        (version.func_urn, version.func_urn),
        (alias.alias_urn, f"{function.func_urn}/aliases/prod"),
    ):
        plugin = policies.breaker(urn)
        reply = api("DELETE", f"fgs/functions/{path}")
        assert refused(reply) == (409, "FSS.0409")
        assert str(plugin) in reply.json()["error_msg"]
        plugin.delete()
