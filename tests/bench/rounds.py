"""Runs a case: starts its contestants, checks them, loads them in turns."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.bench import load, scenario
from tests.bench.cases import Case, Row
from tests.bench.contestants import Contestant, Running, status
from tests.bench.load import Figures


@dataclass
class Result:
    """Figures by row, one of each round, and why rows have none."""

    case: Case
    figures: dict[str, list[Figures]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def run(
    case: Case, *, rounds: int, seconds: float, say: Callable[[str], None]
) -> Result:
    result = Result(case)
    with ExitStack() as stack:
        rows = _start(case.rows, stack, result)
        for number in range(rounds):
            say(f"{case.name}: round {number + 1} of {rounds}")
            for row, running in rows:
                figures = _measure(row, running, seconds)
                result.figures.setdefault(row.name, []).append(figures)
    return result


def _start(
    rows: Sequence[Row], stack: ExitStack, result: Result
) -> list[tuple[Row, Running]]:
    """Those that can run, running, each contestant once, and checked."""
    started: dict[int, Running] = {}
    found = []
    for row in rows:
        contestant: Contestant = row.contestant
        if why := contestant.missing():
            result.missing[row.name] = why
            continue
        if id(contestant) not in started:
            started[id(contestant)] = stack.enter_context(contestant.run())
        running = started[id(contestant)]
        check(row, running)
        found.append((row, running))
    return found


def check(row: Row, running: Running) -> None:
    """200 to the right call, 401 to a bad signature and to a bad token."""
    wrong = {"none": [], "app": [{"secret": "wrong"}]}.get(
        row.factors, [{"secret": "wrong"}, {"token": "wrong"}]
    )
    port = running.tls_port if row.tls else running.port
    answers = [
        status(port, row.target, scenario.signed(**spoilt), tls=row.tls)
        for spoilt in ({}, *wrong)
    ]
    if answers != [200, *[401] * len(wrong)]:
        raise load.LoadFailed(f"{row.name} answers {answers} before any load")


def _measure(row: Row, running: Running, seconds: float) -> Figures:
    port = running.tls_port if row.tls else running.port
    return load.run(
        f"http{'s' * row.tls}://127.0.0.1:{port}{row.target}",
        scenario.signed(),
        running.pids,
        seconds=seconds,
        connections=row.connections,
        reuse=row.reuse,
    )
