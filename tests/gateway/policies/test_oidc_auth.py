"""OpenID Connect: the whole flow with a provider of one's own, and its abuses."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.policies.keys import Keys
from gateway.policies.oidc_auth import Config
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
from tests.gateway.policies.tokens import jwk, jwks, token
from tests.gateway.world import HOST, World


class Flow:
    """A provider, an API behind it, and a browser's cookies."""

    def __init__(self, port: int, idp: Peer, peer: Peer) -> None:
        self.port, self.idp, self.peer = port, idp, peer
        self.cookies: dict[str, str] = {}
        self.nonce = ""
        self.challenge = ""
        self.claims: dict[str, Any] = {}
        # What comes beside the tokens, and the refresh tokens that were traded.
        self.more: dict[str, Any] = {}
        self.renewed: list[str] = []

    @property
    def issuer(self) -> str:
        return f"http://{self.idp.address}"

    async def get(self, target: str, *headers: str) -> Reply:
        jar = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        sent = [*headers, *([f"Cookie: {jar}"] if jar else [])]
        reply = await call(self.port, request("GET", target, *sent))
        for line in reply.get("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply

    async def begin(self, target: str = "/orders?a=1") -> dict[str, str]:
        """What the provider is asked for."""
        reply = await self.get(target)
        assert reply.status == 302
        asked = parse_qs(urlsplit(reply.get("location")[0]).query)
        self.nonce = asked["nonce"][0]
        self.challenge = asked["code_challenge"][0]
        return {name: values[0] for name, values in asked.items()}

    async def answer(self, exchange: Exchange) -> None:
        """The provider."""
        path = exchange.line.split()[1]
        status, body = 200, ""
        if path == "/discovery":
            found = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
            found["authorization_endpoint"] = f"{self.issuer}/login"
            found["token_endpoint"] = f"{self.issuer}/token"
            body = json.dumps(found)
        elif path == "/keys":
            body = jwks(jwk("k1"))
        else:
            form = parse_qs((await exchange.body()).decode())
            status, body = 200 if self.takes(form, exchange) else 400, self.tokens()
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n"
        exchange.writer.write(head.encode() + body.encode())

    def takes(self, form: dict[str, list[str]], exchange: Exchange) -> bool:
        """Whether the client proves itself, and its code or refresh token is good."""
        basic = base64.b64encode(b"me:hush").decode()
        if exchange.header("authorization") != [f"Basic {basic}"]:
            return False
        if form["grant_type"] == ["refresh_token"]:
            self.renewed += form["refresh_token"]
            return form["refresh_token"] == [f"r{len(self.renewed)}"]
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        right = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return right == self.challenge and form["code"] == ["good"]

    def tokens(self) -> str:
        known = {"iss": self.issuer, "aud": "me", "nonce": self.nonce}
        found = {"id_token": token(**known | self.claims), "access_token": "at"}
        number = len(self.renewed)
        if number:
            found |= {"access_token": f"at{number}", "refresh_token": f"r{number + 1}"}
        return json.dumps(found | {"expires_in": 60} | self.more)


@asynccontextmanager
async def flow(world: World, **policy: Any) -> AsyncIterator[Flow]:
    made: Flow

    async def answer(exchange: Exchange) -> None:
        await made.answer(exchange)

    async with (
        serving(world) as port,
        backend(answer) as idp,
        backend(sending(OK)) as peer,
    ):
        made = Flow(port, idp, peer)
        known = {
            "client_id": "me",
            "client_secret": "hush",
            "discovery": f"{made.issuer}/discovery",
            "redirect_api_id": "back",
            "logout_api_id": "out",
        }
        plugins = bound(oidc_auth=known | policy)
        publish(world, peer, plugins=plugins)
        world.publish(id="back", req_uri="/back", plugins=plugins)
        world.publish(id="out", req_uri="/out", plugins=plugins)
        yield made


def test_a_browser_logs_in_and_comes_back_to_where_it_wanted(world: World) -> None:
    async def main() -> None:
        async with flow(world) as browser:
            asked = await browser.begin()
            assert asked["client_id"] == "me"
            assert asked["redirect_uri"] == f"http://{HOST}/back"
            reply = await browser.get(f"/back?code=good&state={asked['state']}")
            assert (reply.status, reply.get("location")) == (302, ["/orders?a=1"])
            spoofed = "X-Userinfo: forged"
            assert (await browser.get("/orders?a=1", spoofed)).status == 200
            (seen,) = browser.peer.seen
            assert seen.header("x-access-token") == ["at"]
            user = json.loads(base64.b64decode(seen.header("x-userinfo")[0]))
            assert user["sub"] == "me"
            assert seen.header("cookie") == []
            assert (await browser.get("/out")).status == 302
            assert (await browser.get("/orders")).status == 302

    world.runner.run(main())


def test_a_session_ends_with_its_token(world: World) -> None:
    async def main() -> None:
        async with flow(world) as browser:
            asked = await browser.begin()
            await browser.get(f"/back?code=good&state={asked['state']}")
            world.now += 61
            assert (await browser.get("/orders")).status == 302

    world.runner.run(main())


async def logged_in(browser: Flow) -> None:
    browser.more = {"refresh_token": "r1"}
    asked = await browser.begin()
    reply = await browser.get(f"/back?code=good&state={asked['state']}")
    assert (reply.status, reply.get("location")) == (302, ["/orders?a=1"])
    browser.more = {}


def test_a_token_that_has_expired_is_renewed_unseen(world: World) -> None:
    async def main() -> None:
        async with flow(world) as browser:
            await logged_in(browser)
            for number in (1, 2):
                world.now += 61
                found = [browser.get("/orders") for _ in range(5)]
                assert {r.status for r in await asyncio.gather(*found)} == {200}
                # Those who came together waited for one renewal.
                assert len(browser.renewed) == number
                sent = browser.peer.seen[-1].header("x-access-token")
                assert sent == [f"at{number}"]
            assert browser.renewed == ["r1", "r2"]

    world.runner.run(main())


@pytest.mark.parametrize(
    ("policy", "more", "claims"),
    [
        ({"slient_renew_access_token_enabled": False}, {}, {}),
        ({}, {"access_token": 7}, {}),
        ({}, {}, {"sub": "somebody else"}),
        ({}, {}, {"aud": "another client"}),
    ],
)
def test_what_cannot_be_renewed_ends_the_session(
    world: World, policy: dict[str, Any], more: Any, claims: dict[str, Any]
) -> None:
    async def main() -> None:
        async with flow(world, **policy) as browser:
            await logged_in(browser)
            browser.more, browser.claims = more, claims
            world.now += 61
            assert (await browser.get("/orders")).status == 302
            assert browser.peer.seen == []

    world.runner.run(main())


def test_a_refresh_token_that_is_not_taken_ends_the_session(world: World) -> None:
    async def main() -> None:
        async with flow(world) as browser:
            await logged_in(browser)
            browser.renewed = ["used up"]
            world.now += 61
            assert (await browser.get("/orders")).status == 302

    world.runner.run(main())


def test_a_logout_ends_the_session_for_a_stolen_cookie_too(world: World) -> None:
    async def main() -> None:
        async with flow(world) as browser:
            await logged_in(browser)
            stolen = dict(browser.cookies)
            assert (await browser.get("/orders")).status == 200
            assert (await browser.get("/out")).status == 302
            world.now += 1
            browser.cookies = stolen
            assert (await browser.get("/orders")).status == 302

    world.runner.run(main())


@pytest.mark.parametrize(("remember", "times"), [(True, 1), (False, 3)])
def test_a_verified_token_is_remembered_unless_it_shall_not_be(
    world: World, monkeypatch: pytest.MonkeyPatch, remember: bool, times: int
) -> None:
    looked: list[str] = []
    verify = Keys.verify

    def count(self: Keys, token: str, **checks: Any) -> dict[str, Any]:
        looked.append(token)
        return verify(self, token, **checks)

    async def main() -> None:
        async with flow(world, jwt_cache_enabled=remember) as browser:
            monkeypatch.setattr(Keys, "verify", count)
            bearer = f"Authorization: Bearer {token(iss=browser.issuer)}"
            for _ in range(3):
                assert (await browser.get("/orders", bearer)).status == 200
            other = f"Authorization: Bearer {token(iss='https://evil.example')}"
            assert (await browser.get("/orders", other)).status == 401

    world.runner.run(main())
    assert len(looked) == times + 1


@pytest.mark.parametrize(
    ("query", "claims", "code"),
    [
        ("code=good&state=other", {}, "APIG.0318"),
        ("state={state}", {}, "APIG.0318"),
        ("code=bad&state={state}", {}, "APIG.0318"),
        ("code=good&state={state}", {"nonce": "other"}, "APIG.0318"),
        ("code=good&state={state}", {"aud": "other"}, "APIG.0316"),
        ("code=good&state={state}", {"iss": "https://evil.example"}, "APIG.0316"),
        ("code=good&state={state}", {"exp": 1}, "APIG.0316"),
    ],
)
def test_a_login_that_is_not_the_one_that_began_is_refused(
    world: World, query: str, claims: dict[str, Any], code: str
) -> None:
    async def main() -> None:
        async with flow(world) as browser:
            asked = await browser.begin()
            browser.claims = claims
            reply = await browser.get("/back?" + query.format(**asked))
            assert reply.status == 401
            assert json.loads(reply.body)["error_code"] == code
            assert (await browser.get("/orders")).status == 302

    world.runner.run(main())


def test_the_state_of_another_browser_is_of_no_use(world: World) -> None:
    async def main() -> None:
        async with flow(world) as browser:
            asked = await browser.begin()
            browser.cookies.clear()
            reply = await browser.get(f"/back?code=good&state={asked['state']}")
            assert reply.status == 401

    world.runner.run(main())


def test_nobody_is_sent_to_another_host(world: World) -> None:
    async def main() -> None:
        async with flow(world) as browser:
            plugins = world.snapshot.apis[0].plugins
            world.publish(req_uri="/", match_mode="SWA", plugins=plugins)
            asked = await browser.begin("//evil.example/x")
            reply = await browser.get(f"/back?code=good&state={asked['state']}")
            assert reply.get("location") == ["/evil.example/x"]

    world.runner.run(main())


def test_a_bearer_token_of_the_provider_passes_and_others_do_not(world: World) -> None:
    async def main() -> None:
        async with flow(world) as browser:

            async def status(sent: str) -> int:
                return (await browser.get("/orders", f"Authorization: {sent}")).status

            good = token(iss=browser.issuer)
            assert await status(f"Bearer {good}") == 200
            assert await status(f"Bearer {token(iss='https://evil.example')}") == 401
            assert await status(f"Bearer {token(iss=browser.issuer, exp=1)}") == 401
            assert await status("Bearer " + "x" * 6000) == 401
            assert await status("Bearer nonsense") == 401

    world.runner.run(main())


def test_what_is_no_get_is_refused_not_sent_away(world: World) -> None:
    async def main() -> int:
        async with flow(world) as browser:
            return (await call(browser.port, request("POST"))).status

    assert world.runner.run(main()) == 401


def test_a_provider_that_is_away_lets_nobody_pass(world: World) -> None:
    async def main() -> None:
        async with flow(world, discovery="http://127.0.0.1:1/") as browser:
            reply = await browser.get("/orders")
            assert reply.status == 500
            assert json.loads(reply.body)["error_code"] == "APIG.0317"
            await asyncio.sleep(0)

    world.runner.run(main())


KNOWN = {
    "client_id": "me",
    "client_secret": "hush",
    "discovery": "https://idp.example/",
    "redirect_api_id": "1",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"client_id": ""}, "client_id: it must not be empty"),
        ({"client_secret": None}, "client_secret: it is required"),
        ({"discovery": "idp"}, "discovery: an http or https address"),
        ({"redirect_api_id": None}, "redirect_api_id: it is required"),
        ({"public_key": "x"}, "public_key: it is not a public"),
        ({"jwks_enabled": False}, "public_key: it is required without"),
        ({"access_token_expires_in": 0}, "access_token_expires_in: a whole number"),
    ],
)
def test_a_bad_document_is_refused_with_path_and_rule(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Config.parse(KNOWN | change)
    assert message in str(refused.value)
