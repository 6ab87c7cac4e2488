import math
import re
from typing import Any

from gateway.functions.invocation import Ticket
from gateway.functions.worker import Reply

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def test_the_log_begins_and_ends_as_documented(run: Any) -> None:
    outcome = run("def handler(e, c): print('hello')", version="v7")
    first, printed, last = outcome.log.splitlines()
    assert re.fullmatch(rf"{STAMP} Start invoke request 'req-1', version: v7", first)
    assert printed == "hello"
    found = re.fullmatch(
        rf"{STAMP} Finish invoke request 'req-1', duration: ([\d.]+)ms, "
        r"billing duration: (\d+)ms, memory used: ([\d.]+)MB, billing memory: 128MB",
        last,
    )
    assert found is not None
    assert int(found[2]) == math.ceil(float(found[1]))
    assert 5 < float(found[3]) == round(outcome.memory_used_mb, 3)
    assert float(found[1]) <= outcome.duration_ms


def test_a_refused_call_says_why_and_ran_nothing(function: Any) -> None:
    outcome = Ticket(function("x = 1"), "r", 3.0).refused("overload", "too much")
    assert (outcome.ok, outcome.error_type, outcome.log) == (False, "overload", "")
    assert "error: too much" in outcome.result


def test_an_error_document_a_child_made_up_is_a_crash(function: Any) -> None:
    ticket = Ticket(function("x = 1"), "r", 3.0)
    for result in ("", "[]", "{}", "not json"):
        forged = Reply(False, False, 1.0, 0.0, 1.0, result)
        assert ticket.answered(forged, "", 1.0).error_type == "crash"


def test_an_outcome_says_which_version_ran_on_what(run: Any) -> None:
    outcome = run("def handler(e, c): pass", version="v2", alias="prod")
    assert (outcome.version, outcome.alias) == ("v2", "prod")
    assert re.fullmatch(r"Python 3\.\d+\.\d+", outcome.interpreter)
