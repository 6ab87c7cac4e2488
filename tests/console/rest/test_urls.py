"""The table of operations beside the official client's own list."""

import re
from pathlib import Path

import huaweicloudsdkapig.v2 as sdk
import pytest
from django.urls import resolve

from console.rest.table import Operation
from console.rest.urls import OPERATIONS

DECLARED = re.compile(
    r'def _(\w+)_http_info\(cls.*?"method": "(\w+)",\s*"resource_path": "([^"]*)"', re.S
)


def of_the_client() -> set[tuple[str, str, str]]:
    """(name, method, path) of everything that the official client can call."""
    source = Path(sdk.__file__).with_name("apig_client.py").read_text()
    return set(DECLARED.findall(source))


def test_the_table_has_what_the_client_has_and_nothing_else() -> None:
    assert {(o.name, o.method, o.route) for o in OPERATIONS} == of_the_client()
    assert len(OPERATIONS) == len({o.name for o in OPERATIONS}) == 216


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_every_url_resolves_to_its_operation(operation: Operation) -> None:
    found = resolve(re.sub(r"\{\w+\}", "0" * 32, operation.route))
    assert found.func.cls is operation.endpoint  # type: ignore[attr-defined]
    actions = found.func.actions  # type: ignore[attr-defined]
    assert actions[operation.method.lower()] == operation.action
    assert callable(getattr(operation.endpoint, operation.action))
