"""Calls added up for Prometheus, off the path of calls."""

import threading
from collections.abc import Iterable
from typing import Any

from gateway.records import Recorder
from gateway.tally import BOUNDS, MOST, OTHER, Counting, Tally
from tests.gateway.notes import note
from tests.gateway.world import World, request


def test_calls_are_counted_by_group_api_status_and_code() -> None:
    tally = Tally()
    refused = {"status": 401, "apig_err_code": "APIG.0303"}
    tally.count([note(group_id="g", api_id="a")] * 2)
    tally.count([note(group_id="g", api_id="a", **refused), note(status=404)])
    assert tally.calls == {
        ("g", "a", 2, ""): 2,
        ("g", "a", 4, "APIG.0303"): 1,
        ("", "", 4, ""): 1,
    }
    assert (tally.received, tally.sent) == (28, 20)


def test_latencies_fall_into_buckets() -> None:
    tally = Tally()
    tally.count([note(group_id="g", request_time=t) for t in (0.0, 0.001, 0.002, 99)])
    histogram = tally.latency["g"]
    assert histogram.sum == 99.003
    assert histogram.counts[0] == 1 and histogram.counts[-1] == 1
    assert histogram.counts[BOUNDS.index(0.001)] == 1
    assert histogram.counts[BOUNDS.index(0.0025)] == 1


def test_authorizers_that_were_asked_and_remembered_are_told_apart() -> None:
    tally = Tally()
    times = (None, 0.0, 0.0, 0.2)
    tally.count([note(authorizer_id="g1", authorizer_time=t) for t in times])
    assert tally.remembered == {"g1": 2}
    assert sum(tally.asked["g1"].counts) == 1 and tally.asked["g1"].sum == 0.2


def test_functions_are_counted_by_outcome() -> None:
    tally = Tally()
    call = {"func_urn": "f", "ok": True, "error_type": "", "duration_ms": 4.0}
    tally.invoked(call | {"cold": True})
    for kind in ("timeout", "SomebodysError", "AnothersError"):
        tally.invoked(call | {"ok": False, "error_type": kind, "cold": False})
    counts = {key: sum(one.counts) for key, one in tally.functions.items()}
    assert counts == {("f", "ok"): 1, ("f", "timeout"): 1, ("f", "error"): 2}
    assert tally.cold_starts == 1


def test_labels_are_bounded() -> None:
    tally = Tally()
    tally.count([note(api_id=str(number)) for number in range(MOST + 5)])
    tally.count([note(api_id="0")])
    assert len(tally.calls) == MOST + 1
    assert tally.calls["", OTHER, 2, ""] == 5
    assert tally.calls["", "0", 2, ""] == 2


def test_every_call_is_counted_once_whether_it_is_taken_or_lost() -> None:
    tally = Tally()
    recorder = Recorder(most_calls=10, tally=tally)
    for _ in range(3):
        for _ in range(8):
            recorder.note(note())
        while recorder.count(3):
            pass
    assert sum(tally.calls.values()) == 24
    assert (recorder.waiting, recorder.lost) == (10, 14)
    recorder.note(note())
    assert len(recorder.take_calls(100)) == 10
    assert sum(tally.calls.values()) == 25
    assert (recorder.waiting, recorder.lost) == (0, 15)
    assert (recorder.take_dropped(), recorder.take_dropped()) == (15, 0)


def test_a_thread_counts_before_anybody_asks() -> None:
    counted = threading.Event()

    class Told(Tally):
        def count(self, notes: Iterable[tuple[Any, ...]]) -> None:
            super().count(notes)
            if self.calls:
                counted.set()

    recorder = Recorder(tally=Told())
    counting = Counting(recorder)
    counting.start()
    recorder.note(note())
    assert counted.wait(30)
    assert recorder.waiting == 1
    counting.stop()
    counting.join(30)
    assert not counting.is_alive()


def test_a_call_through_the_gateway_is_counted(world: World) -> None:
    api = world.publish()
    tally = Tally()
    world.send(request("GET", "/orders"))
    world.send(request("GET", "/nowhere"))
    tally.count(world.gateway.services.records.take_calls(9))
    assert tally.calls[api.group_id, api.id, 2, ""] == 1
    assert tally.calls["g1", "", 4, "APIG.0101"] == 1
