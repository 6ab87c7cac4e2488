"""Throttling and quotas: what is counted, what is refused, and what is said of it."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.call import Call
from gateway.pipeline import run
from gateway.snapshot import Quota, Settings, Throttle
from tests.gateway.world import (
    AK,
    KEY,
    SECRET,
    SK,
    STRANGER,
    STRANGER_SECRET,
    USER,
    Answer,
    World,
    request,
    signed,
    with_header,
)

BASE = "The throttling threshold has been reached"


def policy(api_limit: int = 100, **fields: Any) -> Throttle:
    known: dict[str, Any] = {"interval": 1, "unit": "minute"}
    return Throttle("t1", "throttle", api_limit=api_limit, **known | fields)


def statuses(world: World, count: int, **fields: Any) -> list[int]:
    return [world.send(signed(**fields)).status for _ in range(count)]


def from_address(address: str) -> Any:
    return request(client=address)


def test_an_api_takes_as_many_calls_as_its_limit(world: World) -> None:
    world.publish(throttle=policy(3))
    answers = [world.send(request()) for _ in range(5)]
    assert [a.status for a in answers] == [200, 200, 200, 429, 429]
    assert answers[3].json["error_code"] == "APIG.0308"
    wanted = f"{BASE}: policy api over ratelimit,limit:3,time:1 minute"
    assert answers[3].json["error_msg"] == wanted
    world.now += 60
    assert world.send(request()).status == 200


@pytest.mark.parametrize(("shared", "second"), [(False, 200), (True, 429)])
def test_each_api_counts_for_itself_unless_the_policy_is_shared(
    world: World, shared: bool, second: int
) -> None:
    for path in ("/a", "/b"):
        world.publish(req_uri=path, throttle=policy(1, shared=shared))
    assert world.send(request("GET", "/a")).status == 200
    assert world.send(request("GET", "/b")).status == second


def test_environments_count_apart(world: World) -> None:
    world.publish(throttle=policy(1))
    world.publish(id="a1", stage="TEST", throttle=policy(1))
    assert world.send(request()).status == 200
    assert world.send(request("GET", "/orders", ("x-stage", "TEST"))).status == 200


def test_an_address_has_a_limit_of_its_own(world: World) -> None:
    world.publish(throttle=policy(ip_limit=1))
    assert world.send(from_address("192.0.2.1")).status == 200
    refused = world.send(from_address("192.0.2.1"))
    assert refused.status == 429
    assert "policy ip over ratelimit,limit:1,time:1 minute" in refused.json["error_msg"]
    assert world.send(from_address("192.0.2.2")).status == 200


def test_excluded_credentials_have_their_limit_in_place_of_the_policy_s(
    world: World,
) -> None:
    throttle = policy(10, app_limit=3, apps={"c1": 4, "c3": 2})
    world.publish_app(throttle=throttle, credentials=frozenset({"c1", "c2"}))
    assert statuses(world, 5) == [200] * 4 + [429]
    other: dict[str, Any] = {"key": STRANGER, "secret": STRANGER_SECRET}
    assert statuses(world, 4, **other) == [200] * 3 + [429]
    refused = world.send(signed(**other))
    assert "policy app over ratelimit,limit:3" in refused.json["error_msg"]


def test_the_limit_of_the_api_holds_for_an_excluded_credential_too(
    world: World,
) -> None:
    world.publish_app(throttle=policy(2, app_limit=1, apps={"c1": 2}))
    assert statuses(world, 3) == [200, 200, 429]


def test_credentials_of_one_account_count_as_one_user(world: World) -> None:
    throttle = policy(user_limit=2)
    world.publish_app(throttle=throttle, credentials=frozenset({"c1", "c2"}))
    calls = [(KEY, SECRET), (STRANGER, STRANGER_SECRET), (KEY, SECRET)]
    answers = [world.send(signed(key=k, secret=s)) for k, s in calls]
    assert [a.status for a in answers] == [200, 200, 429]
    assert "policy user over ratelimit,limit:2" in answers[2].json["error_msg"]


def test_a_call_that_is_refused_counts_nowhere(world: World) -> None:
    world.publish_app(
        throttle=policy(3, app_limit=1), credentials=frozenset({"c1", "c2"})
    )
    # Two of these three are refused for their credential, and leave the API two more.
    assert statuses(world, 3) == [200, 429, 429]
    other: dict[str, Any] = {"key": STRANGER, "secret": STRANGER_SECRET}
    assert statuses(world, 1, **other) == [200]
    assert world.gateway.services.state.seen("t1:a1:RELEASE:api:") == 2


def test_a_call_with_a_wrong_signature_counts_for_the_api_and_the_address(
    world: World,
) -> None:
    world.publish_app(throttle=policy(2, ip_limit=2, app_limit=1))
    assert statuses(world, 3, secret="wrong") == [401, 401, 429]
    assert world.send(signed()).status == 429
    assert world.gateway.services.state.seen("t1:a1:RELEASE:app:c1") == 0


def test_without_a_policy_the_default_limit_holds(world: World) -> None:
    default = Throttle("default", "", 1, "second", 2)
    world.publish(throttle=default)
    assert [world.send(request()).status for _ in range(3)] == [200, 200, 429]
    world.now += 1
    assert world.send(request()).status == 200


def test_debug_mode_tells_what_is_left(world: World) -> None:
    settings = Settings(ratelimit=200)
    world.snapshot = replace(world.snapshot, settings=settings).prepare()
    throttle = policy(10, interval=10, unit="second", ip_limit=5, app_limit=4)
    world.publish_app(throttle=throttle)
    plain, debug = world.send(signed()), in_debug_mode(world)
    assert plain.headers("X-Apig-RateLimit-api") == []
    assert debug.headers("X-Apig-RateLimit-api") == ["remain:8,limit:10,time:10 second"]
    assert debug.headers("X-Apig-RateLimit-ip") == ["remain:3,limit:5,time:10 second"]
    assert debug.headers("X-Apig-RateLimit-app") == ["remain:2,limit:4,time:10 second"]
    assert debug.headers("X-Apig-RateLimit-user") == []
    assert debug.headers("X-Apig-RateLimit-api-allenv") == [
        "remain:199,limit:200,time:1 second"
    ]


def test_debug_mode_tells_it_on_a_refusal_too(world: World) -> None:
    world.publish_app(throttle=policy(1))
    world.send(signed())
    refused = in_debug_mode(world)
    assert refused.status == 429
    assert refused.headers("X-Apig-RateLimit-api") == ["remain:0,limit:1,time:1 minute"]


def in_debug_mode(world: World) -> Answer:
    return world.send(with_header(signed(), "x-apig-mode", "debug"))


def test_users_of_one_account_count_together(world: World) -> None:
    world.publish_iam(throttle=policy(5, user_limit=9, users={USER.domain_id: 2}))
    calls: dict[str, Any] = {"key": AK, "secret": SK}
    assert statuses(world, 3, **calls) == [200, 200, 429]
    refused = world.send(signed(**calls))
    assert "policy user over ratelimit,limit:2" in refused.json["error_msg"]


@pytest.fixture
def with_quota(world: World) -> World:
    give_quota(world, Quota("q1", "quota", 2, 3600))
    return world


def give_quota(world: World, quota: Quota) -> None:
    first, *others = world.snapshot.credentials
    credentials = (replace(first, quota=quota), *others)
    world.snapshot = replace(world.snapshot, credentials=credentials).prepare()


def test_a_quota_is_over_all_apis(with_quota: World) -> None:
    with_quota.publish_app()
    with_quota.publish_app(req_uri="/other")
    assert statuses(with_quota, 1) == [200]
    assert statuses(with_quota, 1, path="/other") == [200]
    refused = with_quota.send(signed())
    assert (refused.status, refused.json["error_code"]) == (405, "APIG.0501")
    assert refused.json["error_msg"] == "The app quota has been used up."


def test_a_quota_begins_anew_a_cycle_after_its_first_call(with_quota: World) -> None:
    with_quota.publish_app()
    assert statuses(with_quota, 3) == [200, 200, 405]
    with_quota.now += 3600
    assert statuses(with_quota, 1, at=with_quota.now) == [200]


def test_a_quota_with_a_reset_time_begins_anew_then(world: World) -> None:
    # Its next cycle begins 100 s from now, wherever the first call was.
    give_quota(world, Quota("q1", "quota", 1, 3600, reset=world.now + 100))
    world.publish_app()
    assert statuses(world, 2) == [200, 405]
    world.now += 99
    assert statuses(world, 1, at=world.now) == [405]
    world.now += 1
    assert statuses(world, 2, at=world.now) == [200, 405]
    world.now += 3600
    assert statuses(world, 1, at=world.now) == [200]


def test_a_throttled_call_uses_up_no_quota(with_quota: World) -> None:
    with_quota.publish_app(throttle=policy(1, unit="second"))
    assert statuses(with_quota, 5) == [200] + [429] * 4
    with_quota.now += 1
    assert statuses(with_quota, 1) == [200]
    with_quota.now += 1
    assert statuses(with_quota, 1) == [405]


def test_an_unauthorized_call_uses_up_no_quota(with_quota: World) -> None:
    with_quota.publish_app(credentials=frozenset())
    assert statuses(with_quota, 3) == [403] * 3
    with_quota.change(credentials=frozenset({"c1"}))
    assert statuses(with_quota, 3) == [200, 200, 405]


def test_a_debug_call_may_do_without_policies(world: World) -> None:
    world.publish(throttle=policy(1))
    for policies, wanted in ((False, 200), (True, 200), (True, 429), (False, 200)):
        call = Call(
            request(),
            world.gateway.services,
            debug=True,
            traced=True,
            policies=policies,
        )
        assert world.runner.run(run(call)).status == wanted
    because = "policies do not act on this debug call"
    assert because in [step.detail.get("because") for step in call.trace or []]
