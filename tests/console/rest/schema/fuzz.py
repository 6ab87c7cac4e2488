"""What schemathesis loads (`run.py`): how to sign, and which ids there are."""

import json
import os
import random
import re
from collections import defaultdict, deque
from typing import Any

import schemathesis

from tests.console.rest.schema.run import Signed

_KEY = json.loads(os.environ["SALLYPORT_FUZZ"])
# How often an id is one that there is, and how many of each kind are remembered.
_OFTEN, _KEPT = 0.7, 8
_NAMES = {"name", "acl_name", "plugin_name", "orchestration_name", "func_name"}
# What ids are called in bodies and replies, where it is otherwise than in paths.
_OTHERWISE = {
    "acl": "acl_id",
    "acl_binding": "acl_bindings_id",
    "api": "api_id",
    "authorizer_uri": "function_urn",
    "func_urn": "function_urn",
    "strategy_id": "throttle_id",
    "throttle_binding": "throttle_binding_id",
}
_ONE = re.compile(r"(.*)/\{(\w+)\}\Z")

_random = random.Random(7)
_known: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_KEPT))
# What the `id` in a reply is called, by the path that was asked.
_keys: dict[str, str] = {}


schemathesis.auth.set_from_requests(Signed(_KEY))  # type: ignore[attr-defined]


@schemathesis.hook
def after_load_schema(context: Any, schema: Any) -> None:
    for path in schema.raw_schema["paths"]:
        if one := _ONE.match(path):
            _keys[path] = _keys[one[1]] = one[2]


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Name things that are there in place of some of the generated ids."""
    for part in (case.path_parameters, case.query, case.body):
        _name_known(part)
    if case.method == "POST" and isinstance(case.body, dict):
        for name in sorted(case.body.keys() & _NAMES):
            _make_new(case.body, name)


def _name_known(part: Any) -> None:
    for item in part if isinstance(part, list) else ():
        _name_known(item)
    for name, value in part.items() if isinstance(part, dict) else ():
        known = list(_known.get(_name(name.removesuffix("s")), ()))
        if not known or _random.random() > _OFTEN:
            _name_known(value)
        elif isinstance(value, str):
            part[name] = _random.choice(known)
        elif isinstance(value, list):
            part[name] = [_random.choice(known) for _ in value or "1"]


def _make_new(body: dict[str, Any], name: str) -> None:
    """Most names are taken soon."""
    value = body[name]
    if isinstance(value, str) and value.isalnum() and _random.random() < _OFTEN:
        body[name] = f"{value}{_random.randrange(10**6)}"


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Remember the ids in a reply."""
    if response.status_code < 300 and response.content:
        _remember(response.json(), _keys.get(case.operation.path, ""))


def _remember(reply: Any, key: str) -> None:
    """An `id` is that of what the path has; others have the name of their kind."""
    for item in reply if isinstance(reply, list) else ():
        _remember(item, key)
    for name, value in reply.items() if isinstance(reply, dict) else ():
        kind = key if name == "id" else _name(name)
        if isinstance(value, list):
            _remember(value, key)
        elif value and kind.endswith(("_id", "_urn")) and value not in _known[kind]:
            _known[kind].append(value)


def _name(name: str) -> str:
    return _OTHERWISE.get(name, name)
