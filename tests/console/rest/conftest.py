"""Calls of the management API, past the network: `api(method, path, body)`."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from rest_framework.test import APIClient

ROOT = f"/v2/{settings.PROJECT_ID}/apigw"
GATEWAY = f"{ROOT}/instances/{settings.INSTANCE_ID}"
Api = Callable[..., Any]


@pytest.fixture
def api(admin_user: User) -> Api:
    """`api("GET", "~/envs")` as an administrator: the reply, with its JSON."""
    client = APIClient()
    client.force_authenticate(admin_user)

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        return client.generic(
            method,
            _url(path),
            b"" if body is None else _json(body),
            content_type="application/json",
            headers=headers,
        )

    return call


def _url(path: str) -> str:
    """`~` is the gateway, `fgs` the functions; anything else is below the project."""
    if path.startswith("fgs/"):
        return f"/v2/{settings.PROJECT_ID}/{path}"
    return path.replace("~", GATEWAY, 1) if path[0] == "~" else ROOT + path


def _json(body: Any) -> bytes:
    return body if isinstance(body, bytes) else orjson.dumps(body)


def refused(reply: Any) -> tuple[int, str]:
    """The status and code of a refusal, which has nothing but code and text."""
    body = reply.json()
    assert set(body) == {"error_code", "error_msg"}
    return reply.status_code, body["error_code"]
