"""Response caching: what is kept, for whom, and what never is."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from gateway.policies.proxy_cache import Config
from gateway.snapshot import BackendParam
from tests.gateway.backends.wire import (
    Exchange,
    Reply,
    backend,
    call,
    publish,
    request,
    serving,
)
from tests.gateway.policies.plugins import bound
from tests.gateway.policies.tokens import jwk, jwks, token
from tests.gateway.world import HOST, World

POLICY: dict[str, Any] = {
    "cache_key": {"parameters": ["q"], "headers": ["X-Key"]},
    "cache_http_status_and_ttl": [{"http_status": [200], "ttl": 60}],
}


def replies(
    world: World,
    *sent: bytes,
    policy: dict[str, Any] = POLICY,
    head: str = "",
    status: int = 200,
    size: int = 0,
    chunked: bool = False,
    pause: float = 0,
    **fields: Any,
) -> list[Reply]:
    """The answers of a backend that numbers its answers: `1`, `2`, ..."""
    count = 0

    async def number(exchange: Exchange) -> None:
        nonlocal count
        count += 1
        body = str(count).encode() + b"x" * size
        if exchange.header("content-length"):
            await exchange.body()
        lines = f"HTTP/1.1 {status} OK\r\n{head}"
        if chunked:
            exchange.writer.write(f"{lines}Transfer-Encoding: chunked\r\n\r\n".encode())
            for piece in (body[:1], body[1:] or b"y"):
                exchange.writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await exchange.writer.drain()
                await asyncio.sleep(0.01)
            exchange.writer.write(b"0\r\n\r\n")
        else:
            lines += f"Content-Length: {len(body)}\r\n\r\n"
            exchange.writer.write(lines.encode() + body)

    async def main() -> list[Reply]:
        found = []
        async with serving(world) as port, backend(number) as peer:
            told = fields.pop("told", None)
            known = {"plugins": bound(proxy_cache=policy)} | fields
            api = publish(world, peer, **known)
            if told is not None:
                world.change(backend=replace(api.backend, params=(told,)))
            for one in sent:
                found.append(await call(port, one))
                world.now += pause
        return found

    return world.runner.run(main())


def bodies(world: World, *sent: bytes, **more: Any) -> list[bytes]:
    return [reply.body for reply in replies(world, *sent, **more)]


GET = request("GET", "/orders?q=1")


def test_the_second_answer_is_the_first(world: World) -> None:
    head = "Content-Type: text/x\r\nX-Own: 1\r\n"
    first, second = replies(world, GET, GET, head=head)
    assert first.body == second.body == b"1"
    assert second.get("content-type") == ["text/x"]
    # Only the headers that are kept.
    assert (first.get("x-own"), second.get("x-own")) == (["1"], [])


def test_named_headers_are_kept_too(world: World) -> None:
    policy = POLICY | {"cacheable_headers": ["X-Own"]}
    head = "X-Own: 1\r\nX-Own: 2\r\n"
    second = replies(world, GET, GET, head=head, policy=policy)[1]
    assert second.get("x-own") == ["1", "2"]


def test_an_answer_is_kept_for_its_time(world: World) -> None:
    assert bodies(world, GET, GET, GET, pause=31) == [b"1", b"1", b"2"]


def test_head_is_answered_from_what_get_has_kept(world: World) -> None:
    head = request("HEAD", "/orders?q=1")
    _, second = replies(world, GET, head)
    assert second.get("content-length") == ["1"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/orders?q=1", "/orders?q=2"),
        ("/orders?q=1", "/orders"),
        ("/orders?q=", "/orders"),
        ("/orders?q=1&q=2", "/orders?q=1"),
        ("/orders?q=1&q=2", "/orders?q=2&q=1"),
        ("/orders?q=1%26q%3D2", "/orders?q=1&q=2"),
    ],
)
def test_other_values_are_other_answers(world: World, one: str, other: str) -> None:
    sent = request("GET", one), request("GET", other)
    assert bodies(world, *sent) == [b"1", b"2"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["X-Key: a"], ["X-Key: b"]),
        (["X-Key: a"], []),
        (["X-Key: a", "X-Key: b"], ["X-Key: a, b"]),
        (["X-Key: a", "X-Key: b"], ["X-Key: b", "X-Key: a"]),
    ],
)
def test_other_headers_are_other_answers(
    world: World, one: list[str], other: list[str]
) -> None:
    sent = request("GET", "/orders", *one), request("GET", "/orders", *other)
    assert bodies(world, *sent) == [b"1", b"2"]


def test_a_value_cannot_pass_for_another_part_of_the_key(world: World) -> None:
    sent = (
        request("GET", "/orders?q=a", "X-Key: b"),
        request("GET", "/orders?q=b", "X-Key: a"),
        request("GET", '/orders?q=a%22],[%22b"', "X-Key:"),
    )
    assert bodies(world, *sent) == [b"1", b"2", b"3"]


def test_what_is_not_in_the_key_makes_no_other_answer(world: World) -> None:
    sent = request("GET", "/orders?q=1&z=1"), request("GET", "/orders?q=1&z=2", "X: y")
    assert bodies(world, *sent) == [b"1", b"1"]


@pytest.mark.parametrize(
    "disguise",
    [
        "X-HTTP-Method-Override: DELETE",
        "X-Original-URL: /admin",
        "X-Rewrite-URL: /admin",
        "Range: bytes=0-1",
        "X-Host: evil.test",
        "X-Forwarded-Prefix: /evil",
        "Forwarded: host=evil.test",
    ],
)
def test_a_request_that_asks_for_something_else_poisons_nothing(
    world: World, disguise: str
) -> None:
    poison = request("GET", "/orders?q=1", disguise)
    assert bodies(world, poison, GET, poison, GET) == [b"1", b"2", b"3", b"2"]


def test_a_get_with_a_body_poisons_nothing(world: World) -> None:
    fat = request("GET", "/orders?q=1", "Content-Length: 3", body=b"q=2")
    assert bodies(world, fat, GET, fat) == [b"1", b"2", b"3"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_cached(world: World, method: str) -> None:
    sent = request(method, "/orders?q=1")
    assert bodies(world, sent, sent) == [b"1", b"2"]


@pytest.mark.parametrize(
    "head",
    [
        "Cache-Control: no-store\r\n",
        "Cache-Control: private, max-age=60\r\n",
        "Cache-Control: max-age=0\r\n",
        "Cache-Control: max-age=nonsense\r\n",
        "Set-Cookie: a=b\r\n",
        "Vary: Cookie\r\n",
        "Vary: *\r\n",
        "Content-Encoding: gzip\r\n",
    ],
)
def test_an_answer_that_may_be_one_caller_s_is_not_kept(
    world: World, head: str
) -> None:
    assert bodies(world, GET, GET, head=head) == [b"1", b"2"]


def test_an_answer_may_vary_by_what_is_in_the_key(world: World) -> None:
    assert bodies(world, GET, GET, head="Vary: x-key\r\n") == [b"1", b"1"]


def test_what_authorization_got_is_kept_for_nobody_else(world: World) -> None:
    mine = request("GET", "/orders?q=1", "Authorization: Bearer mine")
    assert bodies(world, mine, GET, mine) == [b"1", b"2", b"2"]


def test_another_host_gets_another_answer(world: World) -> None:
    """A backend may name the host in what it answers, in a link for instance."""
    [group, other] = world.snapshot.groups
    names = (HOST, "evil.test")
    world.snapshot = replace(
        world.snapshot, groups=(replace(group, hosts=names), other)
    ).prepare()
    evil = GET.replace(HOST.encode(), b"evil.test")
    assert bodies(world, evil, GET, evil, GET) == [b"1", b"2", b"1", b"2"]


def test_paths_that_are_written_otherwise_share_no_answer(world: World) -> None:
    """The backend decides what it makes of an encoded slash, not the cache."""
    paths = ("/orders?q=1", "/orders/?q=1", "/%6frders?q=1", "/orders%2F?q=1")
    sent = [request("GET", path) for path in paths]
    found = bodies(world, *sent, match_mode="SWA")
    assert found == [b"1", b"2", b"3", b"4"]


def test_the_order_of_a_query_is_no_other_key(world: World) -> None:
    policy = POLICY | {"cache_key": {"parameters": ["a", "b"]}}
    sent = request("GET", "/orders?a=1&b=2"), request("GET", "/orders?b=2&a=1")
    assert bodies(world, *sent, policy=policy) == [b"1", b"1"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [({}, [b"1", b"2"]), ({"system_params": ["$context.sourceIp"]}, [b"1", b"1"])],
)
def test_what_a_backend_was_told_of_the_caller_has_to_be_in_the_key(
    world: World, key: dict[str, Any], expected: list[bytes]
) -> None:
    told = BackendParam("ip", "HEADER", "SYSTEM", "$context.sourceIp")
    policy = POLICY | {"cache_key": {"parameters": ["q"]} | key}
    assert bodies(world, GET, GET, policy=policy, told=told) == expected


def test_what_a_token_said_is_kept_for_nobody_else(world: World) -> None:
    claims = [{"claim": "sub", "header": "X-User", "is_override": True}]
    jwt = {"jwks": jwks(jwk("k1")), "token_name": "token", "token_location": "query"}
    both = bound(
        proxy_cache=POLICY,
        jwt_auth=jwt | {"claims_to_headers": claims},
    )
    mine = [
        request("GET", f"/orders?q=1&token={token(sub=name)}") for name in ("a", "b")
    ]
    assert bodies(world, *mine, plugins=both) == [b"1", b"2"]


def test_a_public_answer_may_be_kept_although_it_was_authorized(world: World) -> None:
    mine = request("GET", "/orders?q=1", "Authorization: Bearer mine")
    head = "Cache-Control: public, max-age=60\r\n"
    assert bodies(world, mine, GET, head=head) == [b"1", b"1"]


def test_the_backend_s_max_age_goes_before_the_policy_s_time(world: World) -> None:
    head = "Cache-Control: max-age=30\r\n"
    assert bodies(world, GET, GET, GET, head=head, pause=20) == [b"1", b"1", b"2"]


def test_a_status_that_is_not_listed_is_not_kept(world: World) -> None:
    assert bodies(world, GET, GET, status=404) == [b"1", b"2"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_a_megabyte_is_passed_on_but_not_kept(
    world: World, chunked: bool
) -> None:
    found = bodies(world, GET, GET, size=1024 * 1024, chunked=chunked)
    assert [body[:1] for body in found] == [b"1", b"2"]
    assert all(len(body) == 1024 * 1024 + 1 for body in found)


def test_a_stream_is_kept_once_it_was_all_there(world: World) -> None:
    first, second = bodies(world, GET, GET, size=100_000, chunked=True)
    assert first == second


def test_signatures_are_asked_for_before_an_answer_is_given(world: World) -> None:
    (reply,) = replies(world, GET, auth_type="APP")
    assert reply.status == 401


@pytest.mark.parametrize(
    ("mode", "control", "wanted"),
    [
        ("off", "no-cache", [b"1", b"1", b"1"]),
        ("all", "no-cache", [b"1", b"2", b"2"]),
        ("all", "no-store", [b"1", b"2", b"1"]),
        ("all", "max-age=5", [b"1", b"2", b"2"]),
        ("apps", "no-cache", [b"1", b"1", b"1"]),
    ],
)
def test_a_client_s_cache_control_counts_where_it_shall(
    world: World, mode: str, control: str, wanted: list[bytes]
) -> None:
    policy = POLICY | {"client_cache_control": {"mode": mode, "datas": ["c9"]}}
    asking = request("GET", "/orders?q=1", f"Cache-Control: {control}")
    assert bodies(world, GET, asking, GET, policy=policy, pause=10) == wanted


def test_the_response_can_say_what_the_cache_did(world: World) -> None:
    header = {
        "name": "X-Cache",
        "action": "add",
        "value": "$context.cacheStatus",
        "value_type": "system_parameter",
    }

    async def number(exchange: Exchange) -> None:
        exchange.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def main() -> list[list[str]]:
        async with serving(world) as port, backend(number) as peer:
            plugins = bound(
                proxy_cache=POLICY, set_resp_headers={"response_headers": [header]}
            )
            publish(world, peer, plugins=plugins)
            odd = request("GET", "/orders?q=1", "Range: bytes=0-")
            return [(await call(port, s)).get("x-cache") for s in (GET, GET, odd)]

    assert world.runner.run(main()) == [["MISS"], ["HIT"], ["BYPASS"]]


def test_a_changed_policy_starts_anew(world: World) -> None:
    found: list[bytes] = []

    async def number(exchange: Exchange) -> None:
        body = str(len(found)).encode()
        exchange.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + body)

    async def main() -> None:
        async with serving(world) as port, backend(number) as peer:
            publish(world, peer, plugins=bound(proxy_cache=POLICY))
            found.append((await call(port, GET)).body)
            world.change(plugins=bound(proxy_cache=POLICY | {"cacheable_headers": []}))
            found.append((await call(port, GET)).body)

    world.runner.run(main())
    assert found == [b"0", b"1"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cache_key": {}}, "cache_key: name a system parameter"),
        ({"cache_key": {"system_params": ["x"]}}, "cache_key.system_params[0]: x is"),
        ({"cache_key": {"headers": ["a b"]}}, "cache_key.headers[0]: the name"),
        ({"cacheable_headers": ["X-Request-Id"]}, "cacheable_headers[0]: X-Request-Id"),
        ({"cacheable_headers": ["Set-Cookie"]}, "cacheable_headers[0]: Set-Cookie"),
        ({"cacheable_headers": ["a"] * 21}, "cacheable_headers: at most 20"),
        (
            {"cache_http_status_and_ttl": [{"http_status": 200, "ttl": 1}]},
            "cache_http_status_and_ttl[0].http_status: a list of status codes",
        ),
        (
            {"cache_http_status_and_ttl": [{"http_status": [206], "ttl": 1}]},
            "cache_http_status_and_ttl[0].http_status[0]: 206 is never cached",
        ),
        (
            {"client_cache_control": {"mode": "some"}},
            "client_cache_control.mode: one of off, all, apps",
        ),
    ],
)
def test_a_bad_document_is_refused_with_path_and_rule(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Config.parse(POLICY | change)
    assert message in str(refused.value)
