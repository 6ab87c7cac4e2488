"""Rules of custom authorizers (reference: auth.md section 5.1)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from console.models import Authorizer
from console.models.authorizer import check_identities
from tests.console import world

pytestmark = pytest.mark.django_db

TOKEN = {"location": "HEADER", "name": "token", "validation": None}
TEST = {"location": "QUERY", "name": "test", "validation": "^user@"}


def guard(**fields: Any) -> Authorizer:
    return Authorizer(**{"name": "guard", "function": world.function()} | fields)


def refused_fields(row: Authorizer) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return refused.value.message_dict


@pytest.mark.parametrize("name", ["abc", "Authorizer_tkgx", "授权者", "a" * 64])
def test_a_documented_name_is_taken(name: str) -> None:
    guard(name=name).full_clean()


@pytest.mark.parametrize(
    "name", ["", "ab", "9abc", "_abc", "a-bc", "a bc", "abc\n", "a" * 65]
)
def test_another_name_is_refused(name: str) -> None:
    assert set(refused_fields(guard(name=name))) == {"name"}


def test_two_authorizers_cannot_have_one_name() -> None:
    guard().save_valid()
    assert "already exists" in refused_fields(guard())["name"][0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ttl", 3601),
        ("ttl", -1),
        ("timeout", 0),
        ("timeout", 600_001),
        ("retry_attempts", 11),
        ("retry_attempts", -1),
        ("user_data", "d" * 2049),
        ("type", "SIDEWAYS"),
        ("function", None),
    ],
)
def test_a_value_out_of_its_range_is_refused(field: str, value: Any) -> None:
    row = guard(identities=[TOKEN], **{field: value})
    assert set(refused_fields(row)) == {field}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ttl", 3600),
        ("timeout", 600_000),
        ("retry_attempts", 10),
        ("user_data", "数" * 2048),
    ],
)
def test_a_value_at_the_edge_of_its_range_is_taken(field: str, value: Any) -> None:
    guard(identities=[TOKEN], **{field: value}).full_clean()


def test_a_frontend_authorizer_that_caches_needs_an_identity_source() -> None:
    assert "Max. Cache Age (s)" in refused_fields(guard(ttl=30))["ttl"][0]
    guard(ttl=30, identities=[TOKEN]).full_clean()
    guard(ttl=0).full_clean()


def test_a_backend_authorizer_caches_without_identity_sources() -> None:
    guard(type="BACKEND", ttl=30).full_clean()
    row = guard(type="BACKEND", identities=[TOKEN])
    assert set(refused_fields(row)) == {"identities"}


@pytest.mark.parametrize("name", ["token", "X-Auth.1", "a", "a" * 32, "9_"])
def test_a_documented_identity_name_is_taken(name: str) -> None:
    check_identities([TOKEN | {"name": name}])


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "名", "a" * 33, "a:b"])
def test_another_identity_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="Identity Sources"):
        check_identities([TOKEN | {"name": name}])


def test_an_identity_source_cannot_be_there_twice() -> None:
    with pytest.raises(ValidationError, match="Token is there twice"):
        check_identities([TOKEN, TOKEN | {"name": "Token"}])
    query = TOKEN | {"location": "QUERY"}
    # Query parameters know upper and lower case; a header and a parameter differ.
    check_identities([TOKEN, query, query | {"name": "Token"}])
    with pytest.raises(ValidationError, match="token is there twice"):
        check_identities([query, query])


@pytest.mark.parametrize("pattern", [None, "", "^a+$", "值", "a" * 2048])
def test_a_validation_is_a_regular_expression(pattern: str | None) -> None:
    check_identities([TOKEN | {"validation": pattern}])


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "[", "a" * 2049])
def test_another_validation_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="Identity Sources: "):
        check_identities([TOKEN | {"validation": pattern}])


@pytest.mark.parametrize(
    "identities",
    [
        {},
        "text",
        [1],
        [{}],
        [{"name": "a"}],
        [{"name": 1, "location": "HEADER"}],
        [TOKEN | {"location": "CONTEXT"}],
        [TOKEN | {"validation": 1}],
        [TOKEN | {"more": 1}],
    ],
)
def test_what_is_no_list_of_identity_sources_is_refused(identities: Any) -> None:
    with pytest.raises(ValidationError, match="Identity Sources"):
        check_identities(identities)


def test_a_function_in_use_cannot_be_deleted() -> None:
    row = world.authorizer()
    with pytest.raises(ProtectedError):
        row.function.delete()


def test_it_knows_its_function_s_urn() -> None:
    row = world.authorizer(function=world.function(func_name="guardian"))
    assert row.authorizer_uri.endswith(":function:default:guardian")


def test_identity_sources_are_kept_in_order() -> None:
    row = world.authorizer(identities=[TOKEN, TEST])
    row.refresh_from_db()
    assert row.identities == [TOKEN, TEST]
