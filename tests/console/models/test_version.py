"""Versions: frozen, counted, named."""

import pytest
from django.core.exceptions import ValidationError

from console import compile, models
from console.models.version import MAX_VERSIONS
from tests.console import world

pytestmark = pytest.mark.django_db


def changed(row: models.Function) -> models.Function:
    row.description = "x"
    row.memory_size = 128 if row.memory_size == 256 else 256
    row.save_valid()
    return row


def test_a_version_keeps_code_and_configuration_as_they_were() -> None:
    row = world.function(encrypted_user_data={"token": "old"}, timeout=7)
    version = models.Version.publish(row, "v1", "first")
    world.write(row, "changed = 1")
    row.timeout, row.encrypted_user_data = 9, {"token": "new"}
    row.save_valid()
    row.deploy(row.draft)
    version = models.Version.objects.get(pk=version.pk)
    frozen = compile.version(version)
    assert world.code(version.package) == world.ALLOW
    assert (frozen.timeout, frozen.version) == (7, "v1")
    assert frozen.encrypted_user_data == {"token": "old"}
    assert frozen.qualified_urn == f"{row.func_urn}:v1" == version.func_urn
    assert compile.function(row).timeout == 9


def test_a_version_cannot_be_changed() -> None:
    version = models.Version.publish(world.function())
    version.description = "changed"
    with pytest.raises(ValidationError, match="cannot be changed"):
        version.save()


def test_a_version_without_a_name_is_named_by_the_time() -> None:
    version = models.Version.publish(world.function())
    assert version.version[0] == "v" and len(version.version) == 16


def test_two_versions_of_one_second_have_two_names() -> None:
    row = world.function()
    first = models.Version.publish(row)
    second = models.Version.publish(changed(row))
    assert first.version != second.version


@pytest.mark.parametrize("name", ["latest", "-v", "v-", "v 1", "v" * 43])
def test_a_name_that_is_not_allowed_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="Version"):
        models.Version.publish(world.function(), name)


def test_a_name_is_there_once_in_a_function() -> None:
    row = world.function()
    models.Version.publish(row, "v1")
    with pytest.raises(ValidationError, match="a version of this name"):
        models.Version.publish(changed(row), "v1")
    models.Version.publish(world.function(), "v1")


def test_nothing_changed_is_refused() -> None:
    row = world.function()
    models.Version.publish(row, "v1")
    with pytest.raises(ValidationError, match="Nothing has changed since version v1"):
        models.Version.publish(row, "v2")


def test_what_is_not_deployed_has_no_version() -> None:
    row = models.Function(func_name="draft")
    row.save_valid()
    with pytest.raises(ValidationError, match="Deploy the code first"):
        models.Version.publish(row)


def test_there_are_twenty_with_latest() -> None:
    row = world.function()
    for number in range(MAX_VERSIONS - 1):
        models.Version.publish(changed(row), f"v{number}")
    with pytest.raises(ValidationError, match="at most 20 versions"):
        models.Version.publish(changed(row))
