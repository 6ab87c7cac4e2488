"""Calling functions (reference: auth.md section 10.7)."""

import base64
import math
import threading
import uuid
from typing import Any

import orjson
from django.db import connection
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from console import compile, records
from console.embedded import embedded
from console.rest.errors import Refusal
from console.rest.fgs.base import FunctionEndpoint
from gateway import snapshot as data
from gateway.functions.pool import Invocation as Outcome

_LOG_BYTES = 2000


class Invocations(FunctionEndpoint):
    """Calls run outside any transaction: nobody waits for a function to end."""

    atomic = False

    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Call and wait; v0 gives the bare result, v1 an envelope."""
        function = self._function()
        outcome = _run(function, request.data, str(uuid.uuid4()))
        # The documentation's default version is v0, the client's is v1.
        if request.headers.get("X-Cff-Request-Version") != "v0":
            return Response(_envelope(outcome), headers=_headers(outcome, "v1"))
        kind, headers = "application/json", _headers(outcome, "v0")
        return HttpResponse(_bare(outcome.result), content_type=kind, headers=headers)

    def start(self, request: Request, **kwargs: Any) -> Response:
        """Call and do not wait."""
        function, request_id = self._function(), str(uuid.uuid4())
        threading.Thread(
            target=_run_alone, args=(function, request.data, request_id), daemon=True
        ).start()
        return Response({"request_id": request_id}, status=202)

    def _function(self) -> data.Function:
        named = self.named
        target = compile.callee(named.function, named.version, named.alias)
        if target is None:
            text = f"{named.function} has never been deployed."
            raise Refusal(404, "FSS.1051", text)
        return target.pick()


def _run(function: data.Function, event: Any, request_id: str) -> Outcome:
    outcome = embedded().invoke(function, event, request_id)
    records.store_test(function, event, outcome)
    return outcome


def _run_alone(function: data.Function, event: Any, request_id: str) -> None:
    try:
        _run(function, event, request_id)
    finally:
        connection.close()


def _envelope(outcome: Outcome) -> dict[str, Any]:
    return {
        "request_id": outcome.request_id,
        "result": outcome.result,
        "log": outcome.log,
        "status": 200 if outcome.ok else 500,
    }


def _bare(result: str) -> bytes:
    """A result as JSON: it is, or is a text."""
    try:
        orjson.loads(result)
    except ValueError:
        return orjson.dumps(result)
    return result.encode()


def _headers(outcome: Outcome, version: str) -> dict[str, str]:
    billed = math.ceil(outcome.duration_ms)
    summary = {
        "duration": round(outcome.duration_ms, 3),
        "billingDuration": billed,
        "memoryUsed": round(outcome.memory_used_mb, 3),
    }
    tail = outcome.log.encode()[-_LOG_BYTES:]
    return {
        "X-Cff-Request-Id": outcome.request_id,
        "X-Cff-Response-Version": version,
        "X-Cff-Invoke-Summary": orjson.dumps(summary).decode(),
        "X-Cff-Function-Log": base64.b64encode(tail).decode(),
        "X-CFF-Billing-Duration": str(billed),
        "X-Is-Func-Err": "false" if outcome.ok else "true",
        "X-Func-Err-Code": "0" if outcome.ok else "4002",
    }
