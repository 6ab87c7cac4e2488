"""Pages of a list."""

import pytest
from django.contrib.auth.models import User

from console.rest import errors
from console.rest.paging import Page


@pytest.mark.parametrize(
    ("given", "offset", "limit"),
    [
        ({}, 0, 20),
        ({"offset": "5", "limit": "7"}, 5, 7),
        ({"offset": "-1", "limit": "0"}, 0, 20),
        ({"limit": "-3"}, 0, 20),
        ({"limit": "501"}, 0, 500),
        ({"offset": "", "limit": ""}, 0, 20),
    ],
)
def test_what_is_out_of_range_is_brought_into_it(
    given: dict[str, str], offset: int, limit: int
) -> None:
    page = Page(given)
    assert (page.offset, page.limit) == (offset, limit)


@pytest.mark.parametrize("name", ["offset", "limit"])
def test_what_is_no_number_is_named(name: str) -> None:
    with pytest.raises(errors.Refusal) as refused:
        Page({name: "many"})
    assert refused.value.code == "APIG.2012"
    assert f"parameterName:{name}" in refused.value.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("offset", "limit", "size"), [(0, 2, 2), (2, 2, 1), (0, 9, 3), (9, 2, 0)]
)
def test_the_total_is_that_of_all_pages(offset: int, limit: int, size: int) -> None:
    for number in range(3):
        User.objects.create(username=f"user{number}")
    rows = User.objects.order_by("pk")
    page = Page({"offset": str(offset), "limit": str(limit)})
    found = page.of(rows)
    assert len(found) == size
    assert page.total(rows, found) == 3


@pytest.mark.django_db
def test_an_offset_past_every_list_finds_nothing() -> None:
    assert Page({"offset": "9" * 20}).of(User.objects.order_by("pk")) == []
