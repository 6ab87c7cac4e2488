"""The gateway as a row: what its name and its tags may be."""

import pytest
from django.core.exceptions import ValidationError

from console.models import Instance

pytestmark = pytest.mark.django_db


def test_there_is_one() -> None:
    assert Instance.current() == Instance.current()
    assert Instance.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"instance_name": "1x"}, "Name: 3 to 64"),
        ({"tags": "k"}, "a list of objects"),
        ({"tags": [{"key": "k"}]}, "a list of objects"),
        ({"tags": [{"key": "", "value": ""}]}, "1 to 128"),
        ({"tags": [{"key": "_sys_k", "value": ""}]}, "no _sys_"),
        ({"tags": [{"key": "k", "value": "v" * 256}]}, "at most 255"),
        ({"tags": [{"key": f"k{n}", "value": ""} for n in range(21)]}, "at most 20"),
    ],
)
def test_what_is_wrong_is_said(fields: dict[str, object], said: str) -> None:
    row = Instance.current()
    for name, value in fields.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as refused:
        row.save_valid()
    assert said in " ".join(refused.value.messages)
