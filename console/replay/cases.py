"""Running the cases of a scenario: what was answered, and whether it had to be."""

import time
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from console.models import AccessLog, ScenarioCase, Trace
from console.replay.asked import Asked
from console.replay.sending import send

# How long a run may go on starting cases, in seconds.
RUN_SECONDS = 60.0


def run(cases: Iterable[ScenarioCase], user: User) -> tuple[int, int, int]:
    """Run cases one after the other; how many passed, failed, and were not started."""
    until, counts = time.monotonic() + RUN_SECONDS, [0, 0, 0]
    for case in cases:
        if time.monotonic() > until:
            counts[2] += 1
            continue
        case.record(outcome(case, user))
        counts[0 if case.result["passed"] else 1] += 1
    return counts[0], counts[1], counts[2]


def outcome(case: ScenarioCase, user: User) -> dict[str, Any]:
    """{passed, why, time}, and of a call that could start what was answered:
    {request_id, status, code, phase, duration_ms}.
    """
    now = timezone.now().isoformat()
    try:
        trace = send(Asked.from_document(case.call), user)
    except ValidationError as error:
        return {"passed": False, "why": " ".join(error.messages), "time": now}
    code = AccessLog.objects.get(request_id=trace.request_id).apig_err_code
    passed = (trace.status, code) == (case.status, case.code)
    return {
        "passed": passed,
        "why": "" if passed else _why(case, trace.status, code),
        "time": now,
        "request_id": trace.request_id,
        "status": trace.status,
        "code": code,
        "phase": decided(trace),
        "duration_ms": trace.duration_ms,
    }


def decided(trace: Trace) -> str:
    """The phase that refused a traced call, or answered it."""
    steps = trace.content.get("steps", [])
    last = [s["phase"] for s in steps if s["decision"] in ("refused", "answered")]
    return str(last[-1]) if last else ""


def _why(case: ScenarioCase, status: int, code: str) -> str:
    return f"{_spelled(status, code)} instead of {_spelled(case.status, case.code)}"


def _spelled(status: int, code: str) -> str:
    return f"{status} {code}".strip()
