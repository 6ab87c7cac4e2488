"""Environment variables in a backend's address and path."""

from typing import Any

import pytest

from console.compile.variables import Variables, missing, resolve, used
from tests.console import world

HTTP: dict[str, Any] = {
    "backend_type": "HTTP",
    "backend_api": {"url_domain": "#ip##port#", "req_uri": "/#path#/#rest-1#"},
    "policy_https": [
        {"url_domain": "#policy#:80", "req_uri": "/x", "name": "#not_here#"},
        {
            "url_domain": None,
            "req_uri": "/",
            "member_group_url_infos": [{"req_uri": "/#member#"}],
        },
    ],
    "remark": "#not_here#",
}
NAMES = {"port", "path", "rest-1", "policy", "member"}


def test_short_names_are_no_variables() -> None:
    assert used({"backend_api": {"url_domain": "#ip#.example.com"}}) == set()


def test_address_and_path_of_every_backend_may_hold_variables() -> None:
    long = {"backend_api": {"url_domain": "#host##port1#", "req_uri": "/#path#"}}
    assert used(long) == {"host", "port1", "path"}
    assert used(HTTP) == NAMES
    assert used(
        {"backend_type": "MOCK", "mock_info": {"result_content": "#name#"}}
    ) == (set())


def test_values_stand_in_for_names_and_the_definition_stays_as_it_is() -> None:
    values = {"port": ":8000", "path": "v1/a", "rest-1": "b", "policy": "10.0.0.1"}
    resolved = resolve(HTTP, values)
    assert resolved["backend_api"] == {
        "url_domain": "#ip#:8000",
        "req_uri": "/v1/a/b",
    }
    assert resolved["policy_https"][0]["url_domain"] == "10.0.0.1:80"
    assert resolved["policy_https"][0]["name"] == "#not_here#"
    assert resolved["remark"] == "#not_here#"
    assert HTTP["backend_api"]["req_uri"] == "/#path#/#rest-1#"


def test_what_has_no_value_stays_and_is_reported() -> None:
    values = {"member": "m"}
    assert missing(HTTP, values) == ["path", "policy", "port", "rest-1"]
    groups = resolve(HTTP, values)["policy_https"][1]["member_group_url_infos"]
    assert groups == [{"req_uri": "/m"}]


def test_names_differ_by_upper_case() -> None:
    definition = {"backend_api": {"url_domain": "#Host#"}}
    assert missing(definition, {"host": "10.0.0.1"}) == ["Host"]


@pytest.mark.django_db
def test_each_group_and_environment_has_values_of_its_own() -> None:
    row, test = world.variable(), world.environment("TEST")
    world.variable(env=test, variable_value="other")
    values = Variables()
    assert values.of(row.group_id, row.env_id) == {"host": "10.0.0.1"}
    assert values.of(row.group_id, test.pk) == {"host": "other"}
    assert values.of(world.group().pk, row.env_id) == {}
