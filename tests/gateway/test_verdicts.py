"""Remembered verdicts, as the console sees and flushes them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from gateway.snapshot import Api, Authorizer, Identity
from gateway.verdicts import MOST, Asked, Verdicts
from tests.gateway.world import World, guard, request

# Allows the token "good", and never says the same twice.
CODE = """
import json
calls = 0
def handler(event, context):
    global calls
    calls += 1
    status = "allow" if event["headers"]["token"] == "good" else "deny"
    body = {"status": status, "context": {"calls": calls}}
    return {"statusCode": 200, "body": json.dumps(body)}
"""
# Waits until it may go on: a call is under way meanwhile.
SLOW = "import time\n" + CODE.replace(
    "    global calls", "    time.sleep(0.5)\n    global calls"
)
TOKEN = (Identity("HEADER", "token"), Identity("QUERY", "test"))


def published(world: World, **fields: Any) -> tuple[Api, Authorizer]:
    own = guard(fields.pop("code", CODE), identities=TOKEN, ttl=30)
    number = len(world.snapshot.apis)
    api = world.publish(
        auth_type="AUTHORIZER", authorizer=own, req_uri=f"/orders{number}", **fields
    )
    world.guards(*world.snapshot.authorizers, own)
    return api, own


def call(world: World, api: Api, token: str = "good", test: str = "1") -> int:
    asked = request("GET", f"{api.req_uri}?test={test}", ("token", token))
    return world.send(asked).status


def verdicts(world: World) -> Verdicts:
    return Verdicts({"gateway": world.gateway.services.verdicts}, world, b"key")


def test_a_verdict_is_told_with_its_age_and_what_it_is_about(world: World) -> None:
    api, own = published(world)
    assert call(world, api) == 200
    world.monotonic += 12
    assert call(world, api, "bad") == 401
    (denied, allowed), total = verdicts(world).rows(Asked())
    assert total == 2
    assert (denied["allow"], denied["age"], denied["left"]) == (False, 0, 30)
    assert (allowed["allow"], allowed["age"], allowed["left"]) == (True, 12, 18)
    assert (allowed["api"], allowed["api_name"]) == (api.id, api.name)
    assert (allowed["authorizer"], allowed["authorizer_name"]) == (own.id, own.name)
    assert (allowed["stage"], allowed["where"]) == ("RELEASE", "gateway")
    assert allowed["in_force"]


def test_no_identity_value_is_told_but_the_same_have_the_same_digest(
    world: World,
) -> None:
    api, _ = published(world)
    for token, test in (("good", "1"), ("bad", "1"), ("x" * 300, "2")):
        call(world, api, token, test)
    rows, _ = verdicts(world).rows(Asked())
    assert "good" not in str(rows) and "xxx" not in str(rows)
    names = {name for row in rows for name, _ in row["identities"]}
    assert names == {"header token", "query test"}
    tests = [dict(row["identities"])["query test"] for row in rows]
    assert sorted(map(tests.count, tests)) == [1, 2, 2]
    other = Verdicts({"": world.gateway.services.verdicts}, world, b"other key")
    assert not {row["id"] for row in rows} & {r["id"] for r in other.rows(Asked())[0]}


def test_what_older_settings_or_code_said_is_not_in_force(world: World) -> None:
    api, own = published(world)
    call(world, api)
    world.guards(replace(own, revision="2"))
    ((row,), _) = verdicts(world).rows(Asked())
    assert not row["in_force"]
    assert [name for name, _ in row["identities"]] == ["value 1", "value 2"]
    world.guards()
    ((row,), _) = verdicts(world).rows(Asked())
    assert (row["authorizer"], row["authorizer_name"]) == (own.id, "")


def test_one_is_found_by_its_verdict_api_authorizer_or_digest(world: World) -> None:
    (first, own), (second, _) = published(world), published(world)
    call(world, first)
    call(world, first, "bad")
    call(world, second)
    every, _ = verdicts(world).rows(Asked())
    digest = every[0]["identities"][0][1]

    def count(**asked: Any) -> int:
        return verdicts(world).rows(Asked(**asked))[1]

    assert count() == 3
    assert count(authorizer=own.id) == 2
    assert count(allow=False) == 1
    assert count(text=second.name.upper()) == 1
    assert count(text=digest) == 2
    assert count(id=every[0]["id"]) == 1
    assert count(text="nothing has this") == 0


def test_of_very_many_the_newest_are_told(world: World) -> None:
    api, _ = published(world)
    call(world, api)
    cache = world.gateway.services.verdicts
    (entry,) = cache.living()
    key: Any = entry.key
    for number in range(MOST + 10):
        cache.put((*key[:2], str(number), "1"), entry.value, 20 + number)
    rows, total = verdicts(world).rows(Asked())
    assert (len(rows), total) == (MOST, MOST + 11)


def test_what_is_flushed_is_asked_again_at_once(world: World) -> None:
    (first, own), (second, _) = published(world), published(world)
    for api in (first, second):
        call(world, api)
        call(world, api, "bad")
    here = verdicts(world)
    rows, _ = here.rows(Asked(authorizer=own.id, allow=True))
    assert here.forget(Asked(id=rows[0]["id"])) == 1
    assert here.rows(Asked())[1] == 3
    assert here.forget(Asked(authorizer=own.id)) == 1
    assert here.rows(Asked())[1] == 2
    assert here.forget(Asked()) == 2
    asked = request("GET", f"{first.req_uri}?test=1", ("token", "good"))
    step = world.trace(asked).step("custom authorizer")
    assert step.detail["cache"] == "miss"


def test_an_answer_that_was_under_way_is_not_remembered(world: World) -> None:
    api, _ = published(world, code=SLOW)
    asked = request("GET", f"{api.req_uri}?test=1", ("token", "good"))

    async def flushed_meanwhile() -> int:
        answer = asyncio.ensure_future(world.gateway.handle(asked))
        while not world.gateway.services.functions.workers():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        verdicts(world).forget(Asked())
        return (await answer).status

    assert world.runner.run(flushed_meanwhile()) == 200
    assert verdicts(world).rows(Asked())[1] == 0


@pytest.mark.parametrize("do", ["list", "forget"])
def test_a_question_of_the_console_is_answered(world: World, do: str) -> None:
    api, _ = published(world)
    call(world, api)
    question = {"do": do, "asked": Asked()._asdict()}
    answer = verdicts(world).answer(question)
    assert answer["where"] == ["gateway"]
    assert answer["total" if do == "list" else "forgotten"] == 1
