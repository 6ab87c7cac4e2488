"""Records: kept in rings until somebody takes them."""

from typing import Any

import orjson

from gateway.records import MAX_RECORDS, Recorder
from tests.gateway.world import World, guard, replying, request

ALLOW = "{'statusCode': 200, 'body': json.dumps({'status': 'allow'})}"


def numbered(number: int, urn: str = "urn") -> dict[str, Any]:
    return {"func_urn": urn, "number": number}


def test_a_ring_keeps_the_last_of_each_function() -> None:
    recorder = Recorder()
    recorder.add(numbered(0, "other"))
    for number in range(MAX_RECORDS + 5):
        recorder.add(numbered(number))
    taken = recorder.take()
    assert [r["number"] for r in taken if r["func_urn"] == "urn"] == list(
        range(5, MAX_RECORDS + 5)
    )
    assert len(taken) == MAX_RECORDS + 1
    assert recorder.take() == []


def test_calls_are_noted_until_they_are_taken() -> None:
    recorder = Recorder()
    recorder.note((1,))
    recorder.note((2,))
    assert recorder.take_calls(1) == [(1,)]
    assert recorder.take_calls(9) == [(2,)]
    assert recorder.take_calls(9) == [] and recorder.take_dropped() == 0


def test_the_oldest_calls_go_first_and_are_counted() -> None:
    recorder = Recorder(most_calls=2)
    for number in range(5):
        recorder.note((number,))
    assert recorder.take_dropped() == 3
    assert recorder.take_calls(9) == [(3,), (4,)]
    assert recorder.take_dropped() == 0, "each is told once"


def test_what_was_taken_in_vain_is_lost() -> None:
    recorder = Recorder()
    recorder.note((1,))
    recorder.lose(len(recorder.take_calls(9)))
    recorder.note((2,))
    assert recorder.take_dropped() == 1


def test_only_refused_calls_are_kept_whole(world: World) -> None:
    world.publish()
    world.send(request("GET", "/orders"))
    world.send(request("GET", "/nowhere"))
    (kept,) = world.gateway.services.records.take_kept()
    assert (kept.answer.status, kept.call.refused_in) == (404, "match route")
    assert world.gateway.services.records.take_kept() == []


def test_a_call_of_an_authorizer_leaves_a_record(world: World) -> None:
    own = guard(replying(ALLOW))
    world.publish(auth_type="AUTHORIZER", authorizer=own)
    answer = world.send(request("GET", "/orders", ("token", "t")))
    assert answer.status == 200
    (made,) = world.gateway.services.records.take()
    assert own.target is not None
    assert made["func_urn"] == own.target.function.urn
    assert made["code_hash"] == own.target.function.code_hash
    assert made["request_id"] == answer.headers("X-Request-Id")[0]
    assert (made["origin"], made["ok"], made["version"]) == ("gateway", True, "latest")
    assert orjson.loads(made["event"])["headers"]["token"] == "t"


def test_long_texts_are_cut(world: World) -> None:
    world.publish(
        auth_type="AUTHORIZER",
        authorizer=guard(
            "import json\ndef handler(event, context):\n    print('x' * 20_000)\n"
            f"    return {ALLOW}"
        ),
    )
    world.send(request("GET", "/orders", ("long", "y" * 20_000)))
    (made,) = world.gateway.services.records.take()
    assert made["event"].endswith("... (cut)") and made["log"].startswith("... (cut)")
    assert len(made["event"]) + len(made["log"]) < 20_000
