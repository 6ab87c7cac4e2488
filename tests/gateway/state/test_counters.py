"""Fixed windows in process."""

from pathlib import Path

import pytest

from gateway.state import Window, counters
from gateway.state.counters import Counters
from gateway.state.durable import LedgerTaken


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_clock_that_was_set_back_ends_a_window_early(tmp_path: Path) -> None:
    clock = Clock()
    kept, window = Counters(clock), Window("k", 1, 60)
    assert kept.take([window]) is None
    clock.now -= 3600
    assert kept.take([window]) is None
    assert kept.take([window]) == window


def test_durable_counters_outlive_the_process(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "counters.bin"
    window = Window("quota", 3, 3600, durable=True)
    kept = Counters(clock, file)
    assert [kept.take([window]) for _ in range(2)] == [None, None]
    kept.take([Window("throttle", 9, 3600)])
    kept.close()
    clock.now += 10
    again = Counters(clock, file)
    assert [again.take([window]) for _ in range(2)] == [None, window]
    assert again.seconds_left("quota") == 3590
    assert again.take([Window("throttle", 1, 3600)]) is None
    again.close()


def test_an_ended_durable_window_starts_anew_after_a_restart(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "counters.bin"
    window = Window("quota", 1, 60, durable=True)
    kept = Counters(clock, file)
    kept.take([window])
    kept.close()
    clock.now += 61
    again = Counters(clock, file)
    assert [again.take([window]) for _ in range(2)] == [None, window]
    again.close()


def test_more_durable_counters_than_the_file_had_room_for(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "counters.bin"
    kept = Counters(clock, file)
    windows = [Window(f"quota{n}", 2, 60, durable=True) for n in range(3000)]
    for window in windows:
        assert kept.take([window]) is None
    kept.close()
    again = Counters(clock, file)
    assert all(again.take([window]) is None for window in windows)
    assert all(again.take([window]) == window for window in windows)
    clock.now += 61
    # Ended windows leave their slots to others, and still count from the start.
    others = [Window(f"other{n}", 1, 60, durable=True) for n in range(3000)]
    for window in (*others, *windows):
        assert again.take([window]) is None
    assert all(again.take([window]) == window for window in others)
    again.close()


def test_a_second_gateway_cannot_take_the_same_file(tmp_path: Path) -> None:
    kept = Counters(Clock(), tmp_path / "counters.bin")
    with pytest.raises(LedgerTaken, match="--state"):
        Counters(Clock(), tmp_path / "counters.bin")
    kept.close()


def test_ended_counters_are_swept() -> None:
    clock = Clock()
    kept = Counters(clock)
    for number in range(20_000):
        kept.take([Window(str(number), 1, 1)])
        clock.now += 0.01
    assert len(kept) < 2 * counters.SWEEP


def test_the_number_of_live_counters_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counters, "SWEEP", 16)
    monkeypatch.setattr(counters, "MOST", 64)
    kept = Counters(Clock())
    for number in range(1000):
        kept.take([Window(str(number), 1, 3600)])
    assert len(kept) <= 64
    assert kept.take([Window("999", 1, 3600)]) is not None
