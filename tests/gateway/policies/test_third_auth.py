"""Third-party authorizers: what they are asked, and what their answers mean."""

import json
from typing import Any

import pytest

from gateway.policies.third_auth import Config
from gateway.snapshot import Channel, Member
from tests.gateway.backends.wire import (
    OK,
    Exchange,
    Peer,
    Reply,
    backend,
    call,
    publish,
    request,
    sending,
    serving,
)
from tests.gateway.policies.plugins import bound
from tests.gateway.world import World

NO = b"HTTP/1.1 403 No\r\nX-Why: sold-out\r\nContent-Length: 4\r\n\r\nwhy?"
BROKEN = b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"


def document(address: str, **more: Any) -> dict[str, Any]:
    asked = {
        "method": "GET",
        "protocol": "HTTP",
        "url_domain": address,
        "path": "/check",
        "timeout": 300,
    }
    return {"auth_request": asked | more.pop("auth_request", {})} | more


class Outcome:
    def __init__(self, replies: list[Reply], asked: Peer, backend: Peer) -> None:
        self.replies, self.asked, self.backend = replies, asked, backend

    @property
    def statuses(self) -> list[int]:
        return [reply.status for reply in self.replies]

    @property
    def codes(self) -> list[str]:
        return [json.loads(r.body)["error_code"] for r in self.replies]


def run(
    world: World, answer: bytes, *sent: bytes, pause: float = 0, **policy: Any
) -> Outcome:
    async def ask(exchange: Exchange) -> None:
        if exchange.header("content-length"):
            exchange.head += await exchange.body()
        exchange.writer.write(answer)

    async def main() -> Outcome:
        async with (
            serving(world) as port,
            backend(ask) as authorizer,
            backend(sending(OK)) as peer,
        ):
            known = document(authorizer.address, **policy)
            publish(world, peer, plugins=bound(third_auth=known))
            replies = []
            for one in sent or (request(),):
                replies.append(await call(port, one))
                world.now += pause
            return Outcome(replies, authorizer, peer)

    return world.runner.run(main())


def test_any_2xx_lets_a_call_pass_and_another_answer_does_not(world: World) -> None:
    assert run(world, OK).statuses == [200]


def test_a_refusal_is_401_and_never_reaches_the_backend(world: World) -> None:
    found = run(world, NO)
    assert (found.statuses, found.codes) == ([401], ["APIG.0312"])
    assert found.backend.seen == []


def test_without_identities_everything_goes_along(world: World) -> None:
    sent = request("GET", "/orders?a=1&b=2", "X-Token: t", "Authorization: Bearer x")
    (asked,) = run(world, OK, sent).asked.seen
    assert asked.line == "GET /check?a=1&b=2 HTTP/1.1"
    assert asked.header("x-token") == ["t"]
    assert asked.header("authorization") == ["Bearer x"]
    assert asked.header("x-forwarded-for") == ["127.0.0.1"]


IDENTITIES: dict[str, Any] = {
    "headers": [{"name": "X-Token"}],
    "queries": [{"name": "user"}],
}


def test_identities_alone_go_along(world: World) -> None:
    sent = request("GET", "/orders?user=me&b=2", "X-Token: t", "X-Other: o")
    (asked,) = run(world, OK, sent, identities=IDENTITIES).asked.seen
    assert asked.line == "GET /check?user=me HTTP/1.1"
    assert (asked.header("x-token"), asked.header("x-other")) == (["t"], [])


@pytest.mark.parametrize(
    "sent", [request("GET", "/orders?user=me"), request("GET", "/orders", "X-Token: t")]
)
def test_a_missing_identity_is_401_and_nobody_is_asked(
    world: World, sent: bytes
) -> None:
    found = run(world, OK, sent, identities=IDENTITIES)
    assert (found.statuses, found.codes) == ([401], ["APIG.0313"])
    assert found.asked.seen == []


def test_the_body_goes_along_up_to_its_bound(world: World) -> None:
    sent = request("POST", "/orders", "Content-Length: 6", body=b"abcdef")
    carry = {"enabled": True, "max_body_size": 4}
    asks = {"method": "POST"}
    found = run(world, OK, sent, carry_body=carry, auth_request=asks)
    assert found.asked.seen[0].head.endswith(b"\r\n\r\nabcd")
    assert found.statuses == [200]


def test_the_original_path_can_be_appended(world: World) -> None:
    (asked,) = run(world, OK, carry_path_enabled=True).asked.seen
    assert asked.line == "GET /check/orders HTTP/1.1"


MATCH: dict[str, Any] = {
    "simple_auth_mode_enabled": False,
    "match_auth": {"key": "X-Auth", "value": "ok"},
}


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Auth: ok\r\nContent-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\r\nX-Auth: no\r\nContent-Length: 0\r\n\r\n", 401),
        (OK, 401),
    ],
)
def test_a_response_header_may_decide(world: World, answer: bytes, wanted: int) -> None:
    assert run(world, answer, **MATCH).statuses == [wanted]


def test_response_headers_go_to_the_backend_and_not_from_the_caller(
    world: World,
) -> None:
    answer = b"HTTP/1.1 200 OK\r\nX-User: me\r\nContent-Length: 0\r\n\r\n"
    sent = request("GET", "/orders", "X-User: admin", "X-Role: admin")
    names = ["X-User", "X-Role"]
    found = run(world, answer, sent, carry_resp_headers=names)
    assert found.backend.seen[0].header("x-user") == ["me"]
    assert found.backend.seen[0].header("x-role") == []


def test_the_authorizer_may_speak_to_the_caller(world: World) -> None:
    more: dict[str, Any] = {
        "return_resp_body_enabled": True,
        "carry_resp_header": ["X-Why"],
    }
    (reply,) = run(world, NO, **more).replies
    assert (reply.status, reply.body) == (401, b"why?")
    assert reply.get("x-why") == ["sold-out"]


@pytest.mark.parametrize(
    ("answer", "code"), [(BROKEN, "APIG.0617"), (b"nonsense\r\n\r\n", "APIG.0616")]
)
def test_a_broken_authorizer_is_500_unless_the_policy_is_relaxed(
    world: World, answer: bytes, code: str
) -> None:
    found = run(world, answer)
    assert (found.statuses, found.codes) == ([500], [code])
    world.snapshot = world.snapshot.__class__(
        groups=world.snapshot.groups, credentials=world.snapshot.credentials
    ).prepare()
    assert run(world, answer, auth_downgrade_enabled=True).statuses == [200]


def test_a_refusal_counts_although_the_policy_is_relaxed(world: World) -> None:
    assert run(world, NO, auth_downgrade_enabled=True).statuses == [401]


def test_who_failed_too_often_is_refused_for_five_minutes(world: World) -> None:
    found = run(world, NO, *[request()] * 6, custom_forbid_limit=2, pause=70)
    assert found.codes == [
        *["APIG.0312"] * 2,
        *["APIG.0314"] * 3,
        "APIG.0312",
    ]
    assert len(found.asked.seen) == 3


RULES: dict[str, Any] = {
    "rule_enabled": True,
    "rules": [{"rule_name": "open", "match_regex": '["reqPath","~~","^/orders/open"]'}],
}


@pytest.mark.parametrize(
    ("kind", "wanted"), [("allow", [200, 401]), ("deny", [401, 200])]
)
def test_rules_say_which_calls_are_asked_about(
    world: World, kind: str, wanted: list[int]
) -> None:
    async def main() -> list[int]:
        async with (
            serving(world) as port,
            backend(sending(NO)) as authorizer,
            backend(sending(OK)) as peer,
        ):
            known = document(authorizer.address, rule_type=kind, **RULES)
            plugins = bound(third_auth=known)
            for path in ("/orders/open", "/orders/closed"):
                publish(world, peer, path, plugins=plugins)
            paths = ("/orders/open", "/orders/closed")
            return [(await call(port, request("GET", path))).status for path in paths]

    assert world.runner.run(main()) == wanted


def test_the_api_s_own_authentication_is_asked_too(world: World) -> None:
    async def main() -> int:
        async with (
            serving(world) as port,
            backend(sending(OK)) as authorizer,
            backend(sending(OK)) as peer,
        ):
            plugins = bound(third_auth=document(authorizer.address))
            publish(world, peer, plugins=plugins, auth_type="APP")
            return (await call(port)).status

    assert world.runner.run(main()) == 401


@pytest.mark.parametrize("there", [True, False])
def test_a_channel_s_member_may_be_asked(world: World, there: bool) -> None:
    async def main() -> tuple[Reply, Peer]:
        async with (
            serving(world) as port,
            backend(sending(OK)) as authorizer,
            backend(sending(OK)) as peer,
        ):
            members = (Member("m", "127.0.0.1", authorizer.port),) if there else ()
            world._put(channels=(Channel("ch", "ch", members=members),))
            info = {"vpc_id": "ch", "vpc_proxy_host": "auth.example"}
            asks = {"vpc_channel_enabled": True, "vpc_channel_info": info}
            plugins = bound(third_auth=document("", auth_request=asks))
            publish(world, peer, plugins=plugins)
            return await call(port), authorizer

    reply, authorizer = world.runner.run(main())
    if there:
        assert reply.status == 200
        assert authorizer.seen[0].header("host") == ["auth.example"]
    else:
        assert json.loads(reply.body)["error_code"] == "APIG.0615"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"auth_request": None}, "auth_request: it is required"),
        (document("a/b"), "auth_request.url_domain: host:port"),
        (
            document("a", auth_request={"method": "PATCH"}),
            "auth_request.method: one of",
        ),
        (
            document("a", auth_request={"timeout": 60_001}),
            "auth_request.timeout: a whole number from 1 to 60000",
        ),
        (
            document("a", auth_request={"vpc_channel_enabled": True}),
            "auth_request.vpc_channel_info: it is required",
        ),
        (
            document("a", identities={"headers": [{"name": "a b"}]}),
            "identities.headers[0].name: the name of a header",
        ),
        (
            document("a", identities={"queries": [{"name": "q"}] * 11}),
            "identities.queries: at most 10",
        ),
        (
            document("a", simple_auth_mode_enabled=False),
            "match_auth: it is required",
        ),
        (
            document("a", carry_resp_headers=["a b"]),
            "carry_resp_headers[0].name: the name of a header",
        ),
        (
            document("a", rule_enabled=True, rules=[{"match_regex": "["}]),
            "rules[0].match_regex: an expression",
        ),
        (document("a", custom_forbid_limit=0), "custom_forbid_limit: a whole number"),
    ],
)
def test_a_bad_document_is_refused_with_path_and_rule(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Config.parse(change)
    assert message in str(refused.value)
