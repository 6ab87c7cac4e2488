"""The order of everything a gateway does to a call. Read this first.

A phase is a plain function `phase(call)`. It gives None to go on or a Response
to answer now, raises GatewayError to refuse, and gives an awaitable of either
when it has to wait: so a call that waits for nothing never leaves this loop.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from gateway import backends
from gateway.call import NO_API, Call, Step
from gateway.errors import GatewayError, InternalError, render
from gateway.http import ClientGone, Response
from gateway.policies import app_auth, custom_auth, limits, routing
from gateway.router import decode_path

Answer = Response | None
Phase = Callable[[Call], Answer | Awaitable[Answer]]

REQUEST: tuple[tuple[str, Phase], ...] = (
    ("configuration", routing.load_configuration),
    ("match route", routing.match_route),
    ("protocol", limits.check_protocol),
    ("request head limits", limits.check_head),
    ("request body", limits.read_body),
    ("app signature", app_auth.verify_signature),
    ("credential authorization", app_auth.check_authorization),
    ("custom authorizer", custom_auth.authorize),
    ("backend", backends.send),
)

BODILESS = (204, 304)

log = logging.getLogger(__name__)


def start(call: Call) -> Response | Coroutine[Any, Any, Response]:
    """The answer to a call: at once, unless a phase has to wait."""
    return _advance(call, 0) if call.trace is None else _traced(call)


async def run(call: Call) -> Response:
    """The answer to a call, whether it has to wait or not."""
    answer = start(call)
    return answer if isinstance(answer, Response) else await answer


def _advance(call: Call, place: int) -> Response | Coroutine[Any, Any, Response]:
    """Go through the phases from a place on, until one answers or has to wait."""
    try:
        for reached, (_, phase) in enumerate(REQUEST[place:], place + 1):
            answer = phase(call)
            if answer is None:
                continue
            if not isinstance(answer, Response):
                return _resume(call, answer, reached)
            return finish(call, answer)
        raise InternalError(reason="no backend answered")
    except Exception as error:
        return finish(call, _failed(call, error))


async def _resume(call: Call, waiting: Awaitable[Answer], place: int) -> Response:
    """Wait for a phase, then go on with the next."""
    try:
        answer = await waiting
    except Exception as error:
        return finish(call, _failed(call, error))
    if answer is not None:
        return finish(call, answer)
    rest = _advance(call, place)
    return rest if isinstance(rest, Response) else await rest


async def _traced(call: Call) -> Response:
    """The same, noting what each phase did."""
    try:
        for name, phase in REQUEST:
            answer = await _trace(call, name, phase)
            if answer is not None:
                return finish(call, answer)
        raise InternalError(reason="no backend answered")
    except Exception as error:
        return finish(call, _failed(call, error))


def finish(call: Call, answer: Response) -> Response:
    """The answer with the headers that every response has (auth.md section 8.1)."""
    headers = [
        (b"Server", b"api-gateway"),
        (b"X-Request-Id", call.request_id.encode()),
        *answer.headers,
    ]
    if call.request.headers.last.get(b"x-apig-mode") == b"debug":
        milliseconds = round((time.perf_counter() - call.started) * 1000)
        headers.append((b"X-Apig-Latency", str(milliseconds).encode()))
    if answer.status in BODILESS:
        return Response(answer.status, headers, b"")
    headers.append((b"Content-Length", str(len(answer.body)).encode()))
    return Response(answer.status, headers, answer.body)


async def _trace(call: Call, name: str, phase: Phase) -> Answer:
    """Run one phase and note what it decided, why, and how long it took."""
    assert call.trace is not None
    step = Step(name)
    call.trace.append(step)
    started = time.perf_counter()
    try:
        answer = phase(call)
        if answer is not None and not isinstance(answer, Response):
            answer = await answer
    except Exception as error:
        known = error if isinstance(error, GatewayError) else InternalError()
        step.decision = "refused"
        step.detail |= {"code": known.code, "reason": known.reason}
        raise
    finally:
        step.duration_ms = (time.perf_counter() - started) * 1000
    if answer is not None:
        step.decision = "answered"
        step.detail["status"] = answer.status
    return answer


def _failed(call: Call, error: Exception) -> Response:
    """The only place where an error becomes a response.

    Never fail open, never fail silently: unexpected means refused.
    """
    if isinstance(error, ClientGone):
        raise error
    if isinstance(error, GatewayError):
        return _refuse(call, error)
    log.error("request %s failed unexpectedly", call.request_id, exc_info=error)
    return _refuse(call, InternalError())


def _refuse(call: Call, error: GatewayError) -> Response:
    owner = call.api if call.api is not NO_API else call.group
    rules = owner.responses if owner else {}
    known = _variables(call) if rules else {"requestId": call.request_id}
    return render(error, rules, known)


def _variables(call: Call) -> dict[str, str]:
    """The `$context` variables of a gateway response (auth.md section 7)."""
    request, api, app = call.request, call.api, call.credential
    uri = request.raw_path + (f"?{request.query}" if request.query else "")
    named = {
        "requestId": call.request_id,
        "stage": call.stage,
        "sourceIp": request.client,
        "reqPath": decode_path(request.raw_path),
        "reqUri": uri,
        "reqMethod": request.method,
        "apiId": api.id,
        "apiName": api.name,
        "appId": app.id if app else "",
        "appName": app.name if app else "",
    }
    context = {f"authorizer.frontend.{k}": v for k, v in call.frontend.items()}
    return named | context
