"""The functions' operations beside the official client's own list."""

import re
from pathlib import Path

import huaweicloudsdkfunctiongraph.v2 as sdk
import pytest
from django.urls import resolve

from console.rest.fgs.urls import OPERATIONS
from console.rest.table import Operation
from tests.console.rest.test_urls import DECLARED


def test_the_client_calls_them_by_the_same_names_and_paths() -> None:
    source = Path(sdk.__file__).with_name("functiongraph_client.py").read_text()
    known = set(DECLARED.findall(source))
    assert {(o.name, o.method, o.route) for o in OPERATIONS} <= known


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_every_url_resolves_to_its_operation(operation: Operation) -> None:
    found = resolve(re.sub(r"\{\w+\}", "0" * 32, operation.route))
    assert found.func.cls is operation.endpoint  # type: ignore[attr-defined]
    actions = found.func.actions  # type: ignore[attr-defined]
    assert actions[operation.method.lower()] == operation.action
    assert callable(getattr(operation.endpoint, operation.action))
