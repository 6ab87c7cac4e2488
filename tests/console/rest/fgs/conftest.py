"""Functions through the management API."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.console.rest.conftest import Api

CODE = "def handler(event, context):\n    return {'got': event, 'v': 1}\n"
Make = Callable[..., dict[str, Any]]


def encoded(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return base64.b64encode(raw).decode()


@pytest.fixture
def make(api: Api) -> Make:
    """`make(func_name=…)`: a function made by the API, as its reply says."""

    def create(**fields: Any) -> dict[str, Any]:
        given = {
            "func_name": "orders",
            "package": "default",
            "runtime": "Python3.9",
            "timeout": 5,
            "handler": "index.handler",
            "memory_size": 256,
            "code_type": "inline",
            "func_code": {"file": encoded(CODE)},
        }
        reply = api("POST", "fgs/functions", given | fields)
        assert reply.status_code == 200, reply.content
        return dict(reply.json())

    return create
