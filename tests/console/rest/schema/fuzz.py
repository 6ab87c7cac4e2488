"""What schemathesis is told about the product: how to sign, and which ids there are.

It is loaded by the command `schemathesis` (SCHEMATHESIS_HOOKS); SALLYPORT_FUZZ has what
`manage.py accesskey --json` prints.
"""

import json
import os
import random
import re
import time
from collections import defaultdict, deque
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis

from gateway import signing
from gateway.http import Headers, Request

_KEY = json.loads(os.environ["SALLYPORT_FUZZ"])
_SIGNER = signing.Key(_KEY["secret_key"].encode())
# How often an id is one that there is, and how many of each kind are remembered.
_KNOWN, _KEPT = 0.7, 8
_NAMES = {"name", "acl_name", "plugin_name", "orchestration_name", "func_name"}
_ITEM = re.compile(r"/(\w[\w-]*?)/\{(\w+)\}\Z")

_random = random.Random(7)
_ids: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_KEPT))


class Signed(requests.auth.AuthBase):
    """Signs a request when it is ready to be sent, as the official clients do."""

    def __call__(self, sent: requests.PreparedRequest) -> requests.PreparedRequest:
        url, body = urlsplit(sent.url or ""), sent.body or b""
        request = Request(
            sent.method or "GET",
            url.path,
            url.query,
            Headers([(b"host", url.netloc.encode())]),
            body=body.encode() if isinstance(body, str) else body,
        )
        for name, value in signing.sign(
            request, _KEY["access_key"], _SIGNER, time.time()
        ):
            sent.headers[name.decode()] = value.decode()
        return sent


schemathesis.auth.set_from_requests(Signed())  # type: ignore[attr-defined]


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Name things that are there in place of some of the generated ids."""
    for part in (case.path_parameters, case.query, case.body):
        _name_known(part)
    if case.method == "POST" and isinstance(case.body, dict):
        for name in case.body.keys() & _NAMES:
            _make_new(case.body, name)


def _make_new(body: dict[str, Any], name: str) -> None:
    """Most names are taken soon."""
    value = body[name]
    if isinstance(value, str) and value.isalnum() and _random.random() < _KNOWN:
        body[name] = f"{value}{_random.randrange(10**6)}"


def _name_known(part: Any) -> None:
    if isinstance(part, list):
        for item in part:
            _name_known(item)
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        known = _ids.get(name.removesuffix("s"), ())
        if isinstance(value, str) and known and _random.random() < _KNOWN:
            part[name] = _random.choice(list(known))
        elif isinstance(value, list) and known and _random.random() < _KNOWN:
            part[name] = [_random.choice(list(known)) for _ in value or "1"]
        else:
            _name_known(value)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Remember the ids in a reply."""
    if response.status_code < 300 and response.content:
        _remember(case.operation.path, response.json())


def _remember(path: str, reply: Any) -> None:
    """An `id` is that of what the path has; others have the name of their kind."""
    if isinstance(reply, list):
        for item in reply:
            _remember(path, item)
    if not isinstance(reply, dict):
        return
    for name, value in reply.items():
        if isinstance(value, str) and value:
            if name == "id":
                _ids[_key(path)].append(value)
            elif name.endswith(("_id", "_urn")):
                _ids[name.replace("func_urn", "function_urn")].append(value)
        elif isinstance(value, list):
            _remember(path, value)


def _key(path: str) -> str:
    """What an id is called that the objects of a path have."""
    listed = _ITEM.sub(r"/\1", path)
    names = {
        "api-groups": "group_id",
        "apis": "api_id",
        "apps": "app_id",
        "envs": "env_id",
        "env-variables": "env_variable_id",
        "app-quotas": "app_quota_id",
        "certificates": "certificate_id",
    }
    last = listed.rsplit("/", 1)[1]
    return names.get(last, f"{last.removesuffix('s').replace('-', '_')}_id")
