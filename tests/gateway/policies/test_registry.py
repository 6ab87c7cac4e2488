"""Documents of every plug-in: whatever is in them, the message says where."""

import copy
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policies.registry import PLUGINS, check
from tests.gateway.policies.documents import DOCUMENTS

Path = tuple[str | int, ...]
KINDS = sorted(PLUGINS)
# `rules[2].limit: at least 1`
MESSAGE = re.compile(r"(document|[^:\s]+): .")
WRONG: tuple[Any, ...] = (
    *(True, 0, -1, 2**63, 1.5, float("1e308")),
    *("", "x", "\0", "\ud800", " " * 9, "x" * 70_000),
    *([], [[]], [None], [{}], ["x"], [1] * 3, {}, {"x": 1}, {"": None}, [[[[[[]]]]]]),
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner)
    ),
    max_leaves=5,
)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a document but the whole."""
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for name, each in inside:
        yield (*path, name)
        yield from places(each, (*path, name))


def changed(document: Any, path: Path, value: Any) -> Any:
    whole = copy.deepcopy(document)
    place = whole
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return whole


def written(path: Path) -> str:
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return text.removeprefix(".")


def complaint(kind: str, document: Any) -> str:
    """Where a document is refused; empty when it is taken. Any other error fails."""
    try:
        check(kind, document)
    except ValueError as error:
        assert MESSAGE.match(str(error)), str(error)
        return str(error).partition(":")[0]
    return ""


# Where else it shows: expressions name parameters, limits have one above them.
RELATED = {
    "parameters": ("rules",),
    "downgrade_parameters": ("downgrade_rules",),
    "api_limit": ("user_limit", "app_limit", "ip_limit", "specials"),
    "token_location": ("token_name",),
    "jwks_enabled": ("public_key",),
}
ALL = [(kind, path) for kind in KINDS for path in places(DOCUMENTS[kind])]


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_with_every_member_is_taken(kind: str) -> None:
    check(kind, DOCUMENTS[kind])
    assert set(DOCUMENTS) == set(KINDS)


@pytest.mark.parametrize(("kind", "path"), ALL, ids=lambda v: str(v))
def test_a_wrong_value_is_refused_where_it_stands(kind: str, path: Path) -> None:
    """At the place itself, within it, or at what depends on it; never in another."""
    for value in WRONG:
        found = complaint(kind, changed(DOCUMENTS[kind], path, value))
        if not found:
            continue
        near = str(path[0])
        assert found.startswith((near, *RELATED.get(near, ())))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_object_is_refused(kind: str) -> None:
    for value in (*WRONG, None):
        if not isinstance(value, dict):
            assert complaint(kind, value) == "document"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_json_anywhere_is_taken_or_refused_with_its_place(
    kind: str, data: st.DataObject
) -> None:
    document = DOCUMENTS[kind]
    path = data.draw(st.sampled_from(list(places(document))))
    complaint(kind, changed(document, path, data.draw(json_values)))
    complaint(
        kind, data.draw(st.dictionaries(st.sampled_from(list(document)), json_values))
    )


@pytest.mark.parametrize("kind", KINDS)
def test_members_that_nobody_knows_are_left_alone(kind: str) -> None:
    more = copy.deepcopy(DOCUMENTS[kind])
    for path in places(DOCUMENTS[kind]):
        place: Any = more
        for name in path:
            place = place[name]
        named_freely = path[-1] == "system"
        if isinstance(place, dict) and not named_freely:
            place["focused"] = {"of the console": [1]}
    more["disabled"] = None
    before = json.dumps(more)
    check(kind, more)
    assert json.dumps(more) == before


HOSTILE = ("(a+)+$", "(a|a)*b", "(.*a){40}", "^(\\\\w+\\\\s?)*$", "(x+x+)+y")


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("rate_limit", ("rules", 0, "match_regex")),
        ("breaker", ("downgrade_rules", 0, "match_regex")),
        ("third_auth", ("rules", 0, "match_regex")),
    ],
)
def test_no_pattern_stalls_the_gateway(kind: str, path: Path, pattern: str) -> None:
    text = f'["reqPath", "~~", "{pattern}"]'
    document = changed(DOCUMENTS[kind], path, text)
    parsed = PLUGINS[kind].Config.parse(document)
    rules = parsed.rules
    rule = rules[0]
    matches = rule if kind == "third_auth" else rule.matches
    started = time.perf_counter()
    for hostile in ("a" * 30_000 + "!", "x" * 30_000, "word " * 6_000 + "!"):
        matches({"reqPath": hostile})
    assert time.perf_counter() - started < 20
