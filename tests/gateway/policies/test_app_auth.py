"""The first factor, against the vendor's own signer.

What the SDK signs is accepted, whatever is signed; the change of one byte of any
signed part is refused.
"""

import asyncio
import string
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.call import Call
from gateway.functions.pool import Pool
from gateway.http import Headers, Request
from gateway.pipeline import run
from tests.gateway.world import (
    KEY,
    SECRET,
    STRANGER,
    STRANGER_SECRET,
    World,
    request,
    signed,
    with_header,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]
TOKEN = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
# Names that mean something to the signer, the server or the router.
TAKEN = {
    *("host", "authorization", "x-sdk-date", "x-sdk-content-sha256", "x-stage"),
    *("content-type", "content-length", "transfer-encoding", "x-apig-mode"),
}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
names = st.text(TOKEN, min_size=1, max_size=8).filter(lambda n: n.lower() not in TAKEN)
json_types = st.sampled_from(["application/json", "application/json;charset=utf-8"])
any_types = json_types | st.sampled_from(["text/plain", "multipart/form-data; x=y"])


@st.composite
def paths(draw: st.DrawFn) -> str:
    """A path as the SDK is given it: encoded to any degree, or in clear text."""
    segments = draw(st.lists(texts, max_size=4))
    path = "/" + "/".join(segments)
    if "%" not in path and draw(st.booleans()):
        return path
    return quote(path, safe=draw(st.sampled_from(["/", "/:@!$&'()*+,;=", ""])) + "/")


queries = st.one_of(
    st.lists(st.tuples(texts, texts), max_size=4),
    st.dictionaries(
        texts, texts | st.booleans() | st.integers() | st.lists(texts), max_size=4
    ).map(lambda pairs: list(pairs.items())),
)
header_sets = st.lists(
    st.tuples(names, values), max_size=4, unique_by=lambda pair: pair[0].lower()
).map(dict)
methods = st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])


@st.composite
def signed_requests(draw: st.DrawFn, types: st.SearchStrategy[str]) -> Request:
    headers = draw(header_sets)
    if draw(st.booleans()):
        headers["Content-Type"] = draw(types)
    return signed(
        draw(methods),
        draw(paths()),
        draw(queries),
        headers,
        draw(st.binary(max_size=64)),
    )


def open_world(runner: asyncio.Runner, pool: Pool) -> World:
    """An API with App authentication that matches every method and path."""
    world = World(runner, pool)
    world.publish_app(req_method="ANY", req_uri="/", match_mode="SWA")
    return world


@given(call=signed_requests(any_types))
@settings(max_examples=200, deadline=None)
def test_whatever_the_official_sdk_signs_is_accepted(
    runner: asyncio.Runner, pool: Pool, call: Request
) -> None:
    answer = open_world(runner, pool).asgi(call)
    assert answer.status == 200, answer.response.body


def one_byte(draw: Draw, text: str, alphabet: str) -> str:
    """The text with one character replaced, inserted or removed."""
    at = draw(st.integers(0, len(text)))
    new = draw(st.sampled_from(alphabet))
    tail = draw(st.sampled_from([text[at:], text[at + 1 :]]))
    return text[:at] + draw(st.sampled_from([new, ""])) + tail


BYTES = "".join(map(chr, range(256)))
VISIBLE = "".join(map(chr, range(33, 127)))
Change = Callable[[Draw, Request], None]


def change_method(draw: Draw, call: Request) -> None:
    changed = one_byte(draw, call.method, string.ascii_uppercase)
    assume(changed and changed != call.method)
    call.method = changed


def change_path(draw: Draw, call: Request) -> None:
    path = "/" + one_byte(draw, call.raw_path[1:], BYTES)
    assume(same_path(path) != same_path(call.raw_path))
    call.raw_path = path


def same_path(path: str) -> bytes:
    """Equal for the paths that sign the same: encoding and a last slash aside."""
    decoded = unquote_to_bytes(path.encode("latin-1"))
    return decoded if decoded.endswith(b"/") else decoded + b"/"


def change_query(draw: Draw, call: Request) -> None:
    query = one_byte(draw, call.query, BYTES)
    assume(same_query(query) != same_query(call.query))
    call.query = query


def same_query(query: str) -> list[tuple[bytes, bytes]]:
    """Equal for the queries that sign the same: encoding and order aside."""
    parts = [part.partition(b"=") for part in query.encode("latin-1").split(b"&")]
    return sorted(
        (unquote_to_bytes(n), unquote_to_bytes(v)) for n, e, v in parts if n or e
    )


def change_header(draw: Draw, call: Request) -> None:
    access, listed, proof = authorization(call)
    pairs = list(call.headers)
    places = [
        place
        for place, (name, _) in enumerate(pairs)
        if name.decode() in listed.split(";") and name != b"host"
    ]
    place = draw(st.sampled_from(places))
    name, value = pairs[place]
    changed = one_byte(draw, value.decode("latin-1"), BYTES).encode("latin-1")
    assume(changed.strip(b" \t") != value.strip(b" \t"))
    pairs[place] = name, changed
    call.headers = Headers(pairs)


def change_body(draw: Draw, call: Request) -> None:
    body = one_byte(draw, call.body.decode("latin-1"), BYTES).encode("latin-1")
    assume(body != call.body)
    call.body = body


def change_authorization(part: int) -> Change:
    def change(draw: Draw, call: Request) -> None:
        parts = authorization(call)
        changed = one_byte(draw, parts[part], VISIBLE)
        assume(changed != parts[part])
        parts[part] = changed
        put_authorization(call, parts)

    return change


def authorization(call: Request) -> list[str]:
    """The access key, the list of signed headers, the signature."""
    text = call.headers.get(b"authorization") or ""
    return [part.partition("=")[2] for part in text.split(" ", 1)[1].split(", ")]


def put_authorization(call: Request, parts: list[str]) -> None:
    access, listed, proof = parts
    text = f"SDK-HMAC-SHA256 Access={access}, SignedHeaders={listed}, Signature={proof}"
    kept = [pair for pair in call.headers if pair[0] != b"authorization"]
    call.headers = Headers([*kept, (b"authorization", text.encode("latin-1"))])


CHANGES: dict[str, Change] = {
    "method": change_method,
    "path": change_path,
    "query": change_query,
    "signed header": change_header,
    "body": change_body,
    "access key": change_authorization(0),
    "signed list": change_authorization(1),
    "signature": change_authorization(2),
}


@pytest.mark.parametrize("part", CHANGES)
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_one_changed_byte_of_any_signed_part_is_refused(
    runner: asyncio.Runner, pool: Pool, part: str, data: st.DataObject
) -> None:
    call = data.draw(signed_requests(json_types))
    CHANGES[part](data.draw, call)
    answer = open_world(runner, pool).asgi(call)
    assert answer.status == 401
    if call.method != "HEAD":
        assert answer.json["error_code"] == "APIG.0303"


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_another_host_than_the_signed_one_is_refused(
    runner: asyncio.Runner, pool: Pool, data: st.DataObject
) -> None:
    call = data.draw(signed_requests(json_types))
    host = data.draw(
        st.sampled_from(["localhost", "127.0.0.1:8080", "G1.apig.localhost"])
    )
    kept = [pair for pair in call.headers if pair[0] != b"host"]
    call.headers = Headers([(b"host", host.encode()), *kept])
    assert open_world(runner, pool).asgi(call).status == 401


def test_a_second_value_of_a_signed_header_is_refused(world: World) -> None:
    world.publish_app()
    call = signed(headers={"X-User": "u"})
    call.headers = Headers([*call.headers, (b"x-user", b"admin")])
    assert world.send(call).status == 401


def test_an_unsigned_header_may_be_anything(world: World) -> None:
    world.publish_app()
    call = signed()
    call.headers = Headers([*call.headers, (b"x-user", b"\xff"), (b"x-user", b"")])
    assert world.send(call).status == 200


def test_a_reset_secret_ends_the_old_one(world: World) -> None:
    world.publish_app()
    app, other = world.snapshot.credentials
    credentials = (replace(app, app_secret="new"), other)
    world.snapshot = replace(world.snapshot, credentials=credentials).prepare()
    assert world.send(signed()).status == 401
    assert world.send(signed(secret="new")).status == 200


def test_a_credential_may_call_where_it_is_bound_and_only_there(world: World) -> None:
    world.publish_app()
    world.publish_app(stage="TEST", credentials=frozenset({"c2"}))

    def status(key: str, secret: str, stage: str) -> int:
        call = signed(headers={"X-Stage": stage}, key=key, secret=secret)
        return world.send(call).status

    first, second = (KEY, SECRET), (STRANGER, STRANGER_SECRET)
    assert (status(*first, "RELEASE"), status(*first, "TEST")) == (200, 403)
    assert (status(*second, "RELEASE"), status(*second, "TEST")) == (403, 200)


def test_a_request_can_be_sent_again_while_its_date_is_good(world: World) -> None:
    world.publish_app()
    call = signed()
    assert world.send(call).status == 200
    world.now += 900
    assert world.send(call).status == 200
    world.now += 1
    assert world.send(call).status == 401


@pytest.mark.parametrize(("debug", "status"), [(True, 200), (False, 401)])
def test_only_a_debug_call_is_signed_in_a_header_of_its_own(
    world: World, debug: bool, status: int
) -> None:
    world.publish_app()
    call = signed()
    moved = [
        (b"x-apig-authorization" if name == b"authorization" else name, value)
        for name, value in call.headers
    ]
    call.headers = Headers([*moved, (b"authorization", b"Basic dTpw")])
    services = world.gateway.services
    answer = world.runner.run(run(Call(call, services, debug=debug)))
    assert answer.status == status


def test_an_open_api_looks_at_no_authorization(world: World) -> None:
    world.publish()
    assert world.send(request("GET", "/orders", ("authorization", "x"))).status == 200


def test_the_trace_names_the_credential_and_what_it_signed(world: World) -> None:
    world.publish_app()
    detail: Any = world.trace(signed()).step("app signature").detail
    assert detail == {"credential": "app", "signed_headers": "host;x-sdk-date"}


def test_the_signature_may_have_a_header_of_its_own(world: World) -> None:
    world.limit(app_auth_header="X-App-Proof")
    world.publish_app()
    call = signed()
    proof = call.headers.get(b"authorization")
    assert world.send(call).status == 401
    moved = with_header(with_header(call, "authorization", None), "x-app-proof", proof)
    assert world.send(moved).status == 200
    both = with_header(moved, "authorization", "Bearer of the backend")
    assert world.send(both).status == 200
