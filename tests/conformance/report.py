"""The conformance report: a line for each operation, and totals."""

from collections.abc import Mapping
from contextlib import suppress

from tests.conformance import scenario
from tests.conformance.run import (
    FAILED,
    PASSED,
    UNSUPPORTED,
    UNTRIED,
    Broken,
    Result,
    Run,
)

Results = Mapping[str, Result]
_HEAD = """# Conformance of the management API

{totals}

Written by `manage.py conformance --markdown > tests/conformance/REPORT.md` while the
console runs; a test fails when a run says something else. What is called, and what the
clients' replies have to carry, is in `scenario.py` and the files beside it.

| operation | exercised | status | verdict |
|---|---|---|---|"""


def run(key: Mapping[str, str]) -> Results:
    """How every operation went, called with a key."""
    played = Run(key)
    with suppress(Broken):
        scenario.play(played)
    return played.results


def failed(results: Results) -> list[str]:
    """The operations that did not answer as documented."""
    return [
        f"{name}: {result.detail}"
        for name, result in results.items()
        if result.verdict == FAILED
    ]


def table(results: Results, *, short: bool = False) -> str:
    lines = [f"{'operation':<52} exercised status verdict"]
    for name, result in results.items():
        if short and result.verdict == PASSED:
            continue
        row = f"{name:<52} {result.exercised:<9} {result.status!s:<6} {result.verdict}"
        lines.append(f"{row} {result.detail}".rstrip())
    return "\n".join([*lines, "", totals(results)])


def markdown(results: Results) -> str:
    """The table that is kept, `REPORT.md`."""
    lines = [_HEAD.format(totals=totals(results))]
    for name, result in results.items():
        verdict = f"{result.verdict} {result.detail}".rstrip()
        lines.append(f"| {name} | {result.exercised} | {result.status} | {verdict} |")
    return "\n".join([*lines, ""])


def totals(results: Results) -> str:
    verdicts = [result.verdict for result in results.values()]
    counts = [
        f"{verdicts.count(verdict)} {verdict}"
        for verdict in (PASSED, UNSUPPORTED, FAILED, UNTRIED)
    ]
    return f"{len(verdicts)} operations: {', '.join(counts)}."
