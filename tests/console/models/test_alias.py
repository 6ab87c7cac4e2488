"""Aliases: a version, by weight another, and what an authorizer then calls."""

from collections import Counter

import pytest
from django.core.exceptions import ValidationError

from console import compile, models
from tests.console import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(db: None) -> models.Function:
    """A function with the versions v1 and v2."""
    row = world.function()
    models.Version.publish(row, "v1")
    row.timeout = 9
    row.save_valid()
    models.Version.publish(row, "v2")
    return row


def alias(row: models.Function, **fields: object) -> models.Alias:
    made = models.Alias(**{"function": row, "name": "prod"} | fields)
    made.save_valid()
    return made


def version(row: models.Function, name: str) -> models.Version:
    return row.versions.get(version=name)


def test_an_alias_names_latest_unless_told(row: models.Function) -> None:
    guard = world.authorizer(function=row, alias=alias(row))
    target = compile.target(guard)
    assert target is not None
    assert (target.function.version, target.function.alias) == ("latest", "prod")
    assert target.function.qualified_urn == f"{row.func_urn}:!prod"
    assert guard.authorizer_alias_uri == f"{row.func_urn}:!prod"


def test_the_weight_shares_the_calls(row: models.Function) -> None:
    made = alias(
        row,
        version=version(row, "v1"),
        additional_version=version(row, "v2"),
        weight=25,
    )
    target = compile.target(world.authorizer(function=row, alias=made))
    assert target is not None
    counts = Counter(target.pick().version for _ in range(4000))
    assert set(counts) == {"v1", "v2"}
    assert 800 < counts["v2"] < 1200


def test_an_alias_wins_over_a_version(row: models.Function) -> None:
    made = alias(row, version=version(row, "v1"))
    guard = world.authorizer(function=row, alias=made, version=version(row, "v2"))
    target = compile.target(guard)
    assert target is not None and target.function.version == "v1"
    guard.alias = None
    target = compile.target(guard)
    assert target is not None and target.function.version == "v2"
    assert guard.authorizer_version == "v2"


def test_without_an_additional_version_there_is_no_weight(row: models.Function) -> None:
    assert alias(row, weight=50).weight == 0


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "a" * 65])
def test_a_name_that_is_not_allowed_is_refused(row: models.Function, name: str) -> None:
    with pytest.raises(ValidationError):
        alias(row, name=name)


def test_what_makes_no_sense_is_refused(row: models.Function) -> None:
    other = models.Version.publish(world.function(), "other")
    first = version(row, "v1")
    for fields, said in (
        ({"version": other}, "a version of another function"),
        ({"version": first, "additional_version": first}, "choose another version"),
        ({"additional_version": first, "weight": 101}, "less than or equal to 100"),
    ):
        with pytest.raises(ValidationError, match=said):
            alias(row, **fields)


def test_a_name_is_there_once_and_there_are_ten(row: models.Function) -> None:
    for number in range(10):
        alias(row, name=f"a{number}")
    with pytest.raises(ValidationError, match="an alias of this name"):
        alias(row, name="a1")
    with pytest.raises(ValidationError, match="at most 10 aliases"):
        alias(row, name="more")


def test_an_authorizer_takes_versions_and_aliases_of_its_function_only(
    row: models.Function,
) -> None:
    mine, theirs = alias(row), world.function()
    for fields in ({"alias": mine}, {"version": version(row, "v1")}):
        with pytest.raises(ValidationError, match="belongs to another function"):
            world.authorizer(function=theirs, **fields)
