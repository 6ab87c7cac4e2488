"""What one call of a function comes to: result, log and figures."""

import math
import time
from dataclasses import dataclass

import orjson

from gateway.functions.report import INVOCATION, document
from gateway.functions.worker import Death, Reply
from gateway.snapshot import Function


@dataclass(frozen=True, slots=True)
class Invocation:
    """The outcome of one call.

    `result` is JSON, or the text a handler returned as a str, or the error document
    (auth.md section 10.1). `error_type` is empty when `ok`; `timeout`, `crash`,
    `overload` or `disabled`; else the exception's class name. `duration_ms` is what
    the gateway waited for the child, without `init_ms`, the child's start.
    """

    request_id: str
    ok: bool
    result: str
    error_type: str
    log: str
    duration_ms: float
    init_ms: float
    memory_used_mb: float
    cold: bool
    code_hash: str
    interpreter: str
    version: str
    alias: str


class Ticket:
    """A call on its way: whose, since when, until when (`deadline`, monotonic)."""

    def __init__(self, function: Function, request_id: str, limit: float) -> None:
        self.function = function
        self.request_id = request_id
        self.limit = limit
        # What really ran it; nothing did while it is empty.
        self.interpreter = ""
        self.deadline = time.monotonic() + limit
        self._began = time.time()

    def refused(self, kind: str, text: str) -> Invocation:
        """A call that reached no child."""
        return self._invocation(error_type=kind, result=_error(kind, text))

    def answered(self, reply: Reply, log: str, spent_ms: float) -> Invocation:
        """A call that the child answered, well or with an exception."""
        return self._invocation(
            ok=reply.ok,
            result=reply.result,
            error_type="" if reply.ok else _error_type(reply.result),
            log=self._log(log, reply.handler_ms, reply.memory_mb),
            duration_ms=spent_ms - reply.ready_ms,
            init_ms=reply.ready_ms,
            memory_used_mb=reply.memory_mb,
            cold=reply.ready_ms > 0,
        )

    def died(self, death: Death, log: str, spent_ms: float, cold: bool) -> Invocation:
        """A call whose child did not live to answer it."""
        text = death.text
        if death.kind == "timeout" and not text:
            text = f"the function timed out after {self.limit:.2f} seconds"
        return self._invocation(
            result=_error(death.kind, text),
            error_type=death.kind,
            log=self._log(log, spent_ms, death.memory_mb),
            duration_ms=spent_ms,
            memory_used_mb=death.memory_mb,
            cold=cold,
        )

    def _log(self, printed: str, ms: float, memory_mb: float) -> str:
        """What was printed between the two lines of auth.md section 10.6."""
        return (
            f"{_stamp(self._began)} Start invoke request '{self.request_id}', "
            f"version: {self.function.version}\n"
            f"{printed}"
            f"{_stamp(time.time())} Finish invoke request '{self.request_id}', "
            f"duration: {ms:.3f}ms, billing duration: {math.ceil(ms)}ms, "
            f"memory used: {memory_mb:.3f}MB, "
            f"billing memory: {self.function.memory_size}MB\n"
        )

    def _invocation(
        self,
        *,
        result: str,
        error_type: str,
        ok: bool = False,
        log: str = "",
        duration_ms: float = 0.0,
        init_ms: float = 0.0,
        memory_used_mb: float = 0.0,
        cold: bool = False,
    ) -> Invocation:
        return Invocation(
            request_id=self.request_id,
            ok=ok,
            result=result,
            error_type=error_type,
            log=log,
            duration_ms=duration_ms,
            init_ms=init_ms,
            memory_used_mb=memory_used_mb,
            cold=cold,
            code_hash=self.function.code_hash,
            interpreter=self.interpreter,
            version=self.function.version,
            alias=self.function.alias,
        )


def _error(kind: str, text: str) -> str:
    return document(f"{INVOCATION}, error: {text}", kind, [])


def _error_type(result: str) -> str:
    """The class name in an error document; a child's word, so doubted."""
    try:
        return str(orjson.loads(result)["errorType"])
    except (ValueError, KeyError, TypeError):
        return "crash"


def _stamp(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
