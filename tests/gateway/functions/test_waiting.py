import asyncio
from collections.abc import Callable
from typing import Any

from gateway.functions.waiting import Waiter, Waiting
from gateway.snapshot import Function


def anybody(function: Function) -> bool:
    return True


def queue_up(waiting: Waiting, names: str, make: Callable[..., Any]) -> dict[str, bool]:
    """Let calls of functions `a`, `b`... join one after the other."""
    made = {name: make("x = 1", urn=name) for name in set(names)}
    return {
        f"{name}{number}": waiting.join(Waiter(made[name]))
        for number, name in enumerate(names)
    }


def served(waiting: Waiting) -> str:
    found = ""
    while waiter := waiting.next(anybody):
        found += waiter.function.urn
    return found


def run(scenario: Callable[[], None]) -> None:
    async def inside() -> None:
        scenario()

    asyncio.run(inside())


def test_lines_take_turns(function: Any) -> None:
    def scenario() -> None:
        waiting = Waiting(10)
        queue_up(waiting, "aaaabbc", function)
        assert served(waiting) == "abcabaa"

    run(scenario)


def test_a_line_is_served_first_come_first_served(function: Any) -> None:
    def scenario() -> None:
        waiting, made = Waiting(10), function("x = 1")
        waiters = [Waiter(made) for _ in range(3)]
        assert all(waiting.join(waiter) for waiter in waiters)
        assert [waiting.next(anybody) for _ in range(4)] == [*waiters, None]

    run(scenario)


def test_versions_of_a_function_have_lines_of_their_own(function: Any) -> None:
    def scenario() -> None:
        waiting = Waiting(10)
        for version in ("v1", "v1", "v2"):
            waiting.join(Waiter(function("x = 1", version=version)))
        found = [waiting.next(anybody) for _ in range(3)]
        assert [w.function.version for w in found if w] == ["v1", "v2", "v1"]

    run(scenario)


def test_a_function_that_may_not_run_is_passed_over(function: Any) -> None:
    def scenario() -> None:
        waiting = Waiting(10)
        queue_up(waiting, "aab", function)
        found = waiting.next(lambda made: made.urn != "a")
        assert found is not None and found.function.urn == "b"
        assert waiting.next(lambda made: made.urn != "a") is None
        assert served(waiting) == "aa"

    run(scenario)


def test_the_longest_line_gives_way_when_the_queue_is_full(function: Any) -> None:
    def scenario() -> None:
        waiting = Waiting(4)
        joined = queue_up(waiting, "aaaaabbb", function)
        # The fifth `a` and the third `b` find nobody with a longer line.
        assert [name for name, there in joined.items() if not there] == ["a4", "b7"]
        assert served(waiting) == "abab"

    run(scenario)


def test_who_gives_way_is_told(function: Any) -> None:
    def scenario() -> None:
        waiting, made = Waiting(2), function("x = 1")
        first, last = Waiter(made), Waiter(made)
        assert waiting.join(first) and waiting.join(last)
        assert waiting.join(Waiter(function("x = 1", urn="other")))
        assert last.turn.result() is None and not first.turn.done()

    run(scenario)


def test_who_has_left_or_given_up_gets_no_turn(function: Any) -> None:
    def scenario() -> None:
        waiting, made = Waiting(10), function("x = 1")
        gone, late, third = Waiter(made), Waiter(made), Waiter(made)
        for waiter in (gone, late, third):
            waiting.join(waiter)
        waiting.leave(gone)
        late.give_up()
        assert waiting.next(anybody) is third
        assert waiting.next(anybody) is None

    run(scenario)


def test_no_room_at_all_refuses_everybody(function: Any) -> None:
    def scenario() -> None:
        assert not Waiting(0).join(Waiter(function("x = 1")))

    run(scenario)


def test_dismissal_ends_every_wait(function: Any) -> None:
    def scenario() -> None:
        waiting, waiter = Waiting(10), Waiter(function("x = 1"))
        waiting.join(waiter)
        waiting.dismiss()
        assert waiter.turn.result() is None

    run(scenario)
