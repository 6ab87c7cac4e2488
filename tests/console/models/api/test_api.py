"""Rules of API definitions (reference: api.md section 2)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from console.models import Api
from tests.console import world

pytestmark = pytest.mark.django_db


def refused_fields(row: Api) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return refused.value.message_dict


@pytest.mark.parametrize(
    "name", ["abc", "API_zz9h", "9 a".replace(" ", "-"), "订单接口（一）", "a" * 255]
)
def test_a_documented_name_is_taken(name: str) -> None:
    world.draft_api(name=name).full_clean()


@pytest.mark.parametrize(
    "name", ["", "ab", "_abc", "-abc", "a bc", "a<b>c", "abc\n", "a" * 256]
)
def test_another_name_is_refused(name: str) -> None:
    assert set(refused_fields(world.draft_api(name=name))) == {"name"}


def test_a_name_is_unique_in_its_group_only() -> None:
    row = world.api()
    world.api(name=row.name, group=world.group())
    problems = refused_fields(world.draft_api(name=row.name))
    assert "an API of this name" in str(problems)


@pytest.mark.parametrize(
    "uri",
    [
        "/",
        "/a",
        "/a/",
        "/api/two_factor_authorization",
        "/{id}",
        "/a/{b}/c/{d+}",
        "/a.b-c_d*e%20f",
        "/" + "a" * 511,
    ],
)
def test_a_documented_path_is_taken(uri: str) -> None:
    world.draft_api(req_uri=uri).full_clean()


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "a",
        "/a b",
        "/a?b",
        "/a#b",
        "/a{b}",
        "/{b}a",
        "/{}",
        "/{1a}",
        "/{a b}",
        "/{" + "a" * 33 + "}",
        "/{a+}/b",
        "/{a}/{A}",
        "/{a",
        "/路",
        "/a\n",
        '/"',
        "/<b>",
        "/" + "a" * 512,
    ],
)
def test_another_path_is_refused(uri: str) -> None:
    assert set(refused_fields(world.draft_api(req_uri=uri))) == {"req_uri"}


def test_two_apis_of_a_group_cannot_answer_the_same_calls() -> None:
    taken = world.api(req_uri="/orders/{id}")
    problems = refused_fields(world.draft_api(req_uri="/orders/{number}"))
    assert taken.name in problems["req_uri"][0]


@pytest.mark.parametrize(
    "fields",
    [
        {"req_method": "POST"},
        {"req_method": "ANY"},
        {"match_mode": "SWA"},
        {"req_uri": "/Orders"},
        {"req_uri": "/orders/"},
    ],
)
def test_apis_that_differ_in_a_part_of_the_route_live_together(
    fields: dict[str, Any],
) -> None:
    world.api(req_uri="/orders")
    world.api(**{"req_uri": "/orders"} | fields)


def test_groups_do_not_share_routes() -> None:
    world.api(req_uri="/orders")
    world.api(req_uri="/orders", group=world.group())


def test_an_api_does_not_clash_with_itself() -> None:
    row = world.api(req_uri="/orders")
    row.remark = "changed"
    row.save_valid()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("req_method", "TRACE"),
        ("req_protocol", "FTP"),
        ("match_mode", "LOOSE"),
        ("auth_type", "MAGIC"),
        ("backend_type", "NOWHERE"),
        ("type", 3),
        ("remark", "d" * 256),
        ("response", None),
        ("group", None),
    ],
)
def test_a_value_out_of_its_range_is_refused(field: str, value: Any) -> None:
    row = world.draft_api()
    setattr(row, field, value)
    assert set(refused_fields(row)) == {field}


@pytest.mark.parametrize("tag", ["a", "标签", "a_-*#%.:9", "a" * 128])
def test_a_documented_tag_is_taken(tag: str) -> None:
    world.draft_api(tags=[tag]).full_clean()


@pytest.mark.parametrize("tag", ["", "9a", "-a", "a b", "a" * 129, "a<", 5])
def test_another_tag_is_refused(tag: Any) -> None:
    assert set(refused_fields(world.draft_api(tags=[tag]))) == {"tags"}


def test_an_api_has_at_most_ten_tags() -> None:
    world.draft_api(tags=[f"t{n}" for n in range(10)]).full_clean()
    row = world.draft_api(tags=[f"t{n}" for n in range(11)])
    assert refused_fields(row)["tags"] == [
        "At most 10 tags of an API: delete some, or raise API_TAG_NUM_LIMIT."
    ]


def test_custom_authentication_needs_an_authorizer() -> None:
    row = world.draft_api(auth_type="AUTHORIZER")
    assert "Custom Authorizer" in refused_fields(row)["authorizer"][0]
    row.authorizer = world.authorizer()
    row.full_clean()


def test_a_backend_authorizer_does_not_check_callers() -> None:
    backend = world.authorizer(type="BACKEND")
    row = world.draft_api(auth_type="AUTHORIZER", authorizer=backend)
    assert "frontend" in refused_fields(row)["authorizer"][0]


def test_without_authentication_there_is_no_authorizer() -> None:
    row = world.draft_api(auth_type="NONE", authorizer=world.authorizer())
    row.save_valid()
    assert row.authorizer is None


def test_two_factor_is_app_with_an_authorizer() -> None:
    guard = world.authorizer()
    assert world.draft_api(authorizer=guard).two_factor
    assert not world.draft_api().two_factor
    assert not world.draft_api(auth_type="AUTHORIZER", authorizer=guard).two_factor


def test_a_gateway_response_of_another_group_is_refused() -> None:
    foreign = world.group().gateway_responses.get()
    row = world.draft_api(response=foreign)
    assert "own group" in refused_fields(row)["response"][0]


def test_an_api_in_use_protects_what_it_needs() -> None:
    row = world.api(authorizer=world.authorizer())
    for needed in (row.group, row.authorizer, row.response):
        with pytest.raises((ProtectedError, ValidationError)):
            needed.delete()  # type: ignore[union-attr]


def test_a_definition_has_what_decides_about_calls_and_nothing_secret() -> None:
    definition = world.api(authorizer=world.authorizer()).definition()
    assert {"req_uri", "req_method", "authorizer_id", "mock_info"} <= set(definition)
    assert "id" not in definition
