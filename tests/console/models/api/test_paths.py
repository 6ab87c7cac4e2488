"""Paths of APIs and of backends (reference: api.md sections 2.1, 2.2, 2.6)."""

import pytest
from django.core.exceptions import ValidationError

from console.models.api.paths import (
    check_path,
    path_shape,
    placeholders,
    read_backend_path,
)


def test_a_prefix_match_takes_no_rest_parameter() -> None:
    with pytest.raises(ValidationError, match="exact match"):
        check_path("/a/{rest+}", "SWA")
    check_path("/a/{b}", "SWA")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("/a/{x}", "/a/{y}"), ("/a/{x+}", "/a/{y+}"), ("/{a}/b/{c}", "/{x}/b/{y}")],
)
def test_parameters_names_do_not_make_paths_differ(ours: str, theirs: str) -> None:
    assert path_shape(ours) == path_shape(theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("/a", "/a/"), ("/a", "/A"), ("/a/{x}", "/a/{x+}"), ("/a/{x}", "/a/b")],
)
def test_other_paths_differ(ours: str, theirs: str) -> None:
    assert path_shape(ours) != path_shape(theirs)


@pytest.mark.parametrize(
    ("path", "names"),
    [("/", []), ("/a/{b}/{c+}", ["b", "c"]), ("/x-{b}.{c}/d", ["b", "c"])],
)
def test_the_placeholders_of_a_path_are_found_in_order(
    path: str, names: list[str]
) -> None:
    assert placeholders(path) == names


@pytest.mark.parametrize(
    "path",
    ["/", "/a/x-{b}.json", "/#path##rest#/{b}", "#path#", "/a%20b", "/" + "a" * 511],
)
def test_a_documented_backend_path_is_taken(path: str) -> None:
    assert read_backend_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "/a b",
        "/{b+}",
        "/{1}",
        "/#a#",
        "/#1ab#",
        "/a?b",
        "/a\n",
        5,
        "/" + "a" * 512,
    ],
)
def test_another_backend_path_is_refused(path: object) -> None:
    with pytest.raises(ValueError):
        read_backend_path(path)
