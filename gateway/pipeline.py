"""The order of everything a gateway does to a call. Read this first.

A phase runs a plain function `phase(call)`. It gives None to go on or a Response
to answer now, raises GatewayError to refuse, and gives an awaitable of either
when it has to wait: so a call that waits for nothing never leaves that loop.

Most APIs use few of the phases, and a call must not pay for the others. So a phase
after the route may come with a function of its module, `skips(api)`: why that API
does without the phase, or empty text when it does not. It looks at configuration
alone, and is asked once for each API of a snapshot; calls then go through the
phases left (`plan`). A traced call goes through them all and shows the reasons.
A phase that `skips` leaves in still calls `call.skip` for what only a call can
tell. To add a phase: its function, its `skips`, and its line in REQUEST.

Whatever answers, a backend or a refusal, the answer then goes through RESPONSE. A
phase there is a plain function `phase(call, answer)` that gives another Response, or
None when the answer stays as it is; its API may do without it in the same way, and
then has no line for it in the trace: a refusal's line stays the last.

What a phase needs of its API's configuration it is `given`: worked out once, handed
over before the call.

All of it runs in the event loop, whatever threads a server has: no two phases run at
the same time, and what several threads touch locks itself (`gateway.records`,
`verdicts`).
"""

import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple

from gateway import access, backends
from gateway.backends import channel
from gateway.call import NO_API, Call, Step
from gateway.errors import GatewayError, InternalError, render
from gateway.http import BODILESS, ClientGone, Response
from gateway.policies import (
    acl,
    app_auth,
    app_code,
    app_variants,
    backend_auth,
    backend_policy,
    breaker,
    carry,
    compression,
    cors,
    custom_auth,
    domain,
    iam_auth,
    jwt_auth,
    kafka_log,
    limits,
    mapping,
    oidc_auth,
    orchestration,
    parameters,
    proxy_cache,
    proxy_mirror,
    routing,
    sampling,
    set_resp_headers,
    signature,
    third_auth,
    throttling,
)
from gateway.snapshot import Api, bound, per_api

Answer = Response | None
Run = Callable[[Call], Answer | Awaitable[Answer]]
Change = Callable[[Call, Response], Answer]


def _always(api: Api) -> str:
    return ""


class Phase(NamedTuple):
    """One line of the order: what it is called, what it does, who needs it not.

    A `policy` is bound to APIs, and a debug call may do without it.
    """

    name: str
    run: Callable[..., Answer | Awaitable[Answer]]
    skips: Callable[[Api], str] = _always
    policy: bool = False


REQUEST: tuple[Phase, ...] = (
    Phase("configuration", routing.load_configuration),
    Phase("domain name", domain.match_host),
    Phase("match route", routing.match_route),
    # From here on the API is known, and its plan decides.
    Phase("plain HTTP", domain.leave_http, domain.skips_http),
    Phase("protocol", limits.check_protocol, limits.skips_protocol),
    Phase("Kafka log", kafka_log.prepare, kafka_log.skips, True),
    Phase("debugging domain", domain.count_call),
    Phase("request head limits", limits.check_head),
    Phase("CORS preflight", cors.preflight, cors.skips, True),
    Phase("IP access control", acl.check_address, acl.skips_address, True),
    Phase("API and IP throttling", throttling.count, throttling.skips, True),
    Phase("request body", limits.read_body),
    Phase("OpenID Connect", oidc_auth.authenticate, oidc_auth.skips, True),
    Phase("JWT authentication", jwt_auth.authenticate, jwt_auth.skips, True),
    Phase("third-party authorizer", third_auth.authenticate, third_auth.skips, True),
    Phase("IAM authentication", iam_auth.authenticate, iam_auth.skips),
    Phase("AppCode", app_code.check_code, app_code.skips),
    Phase("other app authentication", app_variants.check, app_variants.skips),
    Phase("app signature", app_auth.verify_signature, app_auth.skips),
    Phase("credential authorization", app_auth.check_authorization, app_auth.skips),
    Phase("credential access control", acl.check_app, acl.skips_app, True),
    Phase("account access control", acl.check_account, acl.skips_account, True),
    Phase(
        "caller throttling and quota",
        throttling.count_caller,
        throttling.skips_caller,
        True,
    ),
    Phase("custom authorizer", custom_auth.authorize, custom_auth.skips),
    Phase("parameters", parameters.check_parameters, parameters.skips),
    Phase("orchestration", orchestration.orchestrate, orchestration.skips),
    Phase("backend policy", backend_policy.choose_backend, backend_policy.skips),
    Phase("response cache", proxy_cache.look_up, proxy_cache.skips, True),
    Phase("circuit breaker", breaker.check, breaker.skips, True),
    Phase("backend authorizer", backend_auth.authorize, backend_auth.skips),
    Phase("load balance channel", channel.choose, channel.skips),
    Phase("parameter mapping", mapping.build_outgoing, mapping.skips),
    Phase("carried headers", carry.apply, carry.skips, True),
    Phase("request mirroring", proxy_mirror.mirror, proxy_mirror.skips, True),
    Phase("backend signature", signature.sign, signature.skips, True),
    Phase("backend", backends.send),
)


class Later(NamedTuple):
    """One line of the order of what is done to answers."""

    name: str
    run: Callable[..., Answer]
    skips: Callable[[Api], str] = _always
    policy: bool = False


RESPONSE: tuple[Later, ...] = (
    Later("circuit breaker record", breaker.record, breaker.skips, True),
    Later("response cache store", proxy_cache.store, proxy_cache.skips, True),
    Later("response headers", set_resp_headers.apply, set_resp_headers.skips, True),
    Later("CORS headers", cors.apply, cors.skips_answers),
    Later("Kafka log push", kafka_log.push, kafka_log.skips, True),
    Later("compression", compression.compress, compression.skips),
)

_ROUTE = 1 + [phase.run for phase in REQUEST].index(routing.match_route)
_NAMES: dict[object, str] = {phase.run: phase.name for phase in REQUEST}
_ARRIVAL = tuple(phase.run for phase in REQUEST[:_ROUTE])

log = logging.getLogger(__name__)


@per_api
def plan(api: Api) -> tuple[Run, ...]:
    """What is run for a call of this API, once it is matched."""
    # One that cannot be read refuses the call here, not after its backend has acted.
    changes(api)
    left = (phase.run for phase in REQUEST[_ROUTE:] if not phase.skips(api))
    return tuple(bound(run, api) for run in left)


@per_api
def changes(api: Api) -> tuple[Change, ...]:
    """What is done to the answers of this API."""
    return tuple(bound(later.run, api) for later in RESPONSE if not later.skips(api))


def start(call: Call) -> Response | Coroutine[Any, Any, Response]:
    """The answer to a call: at once, unless a phase has to wait."""
    if call.trace is not None:
        return _traced(call, REQUEST)
    arrive: Run | None = None
    try:
        for arrive in _ARRIVAL:
            arrive(call)
        phases = plan(call.api)
    except Exception as error:
        return finish(call, _failed(call, error, arrive))
    if not sampling.wanted(call):
        return _advance(call, phases)
    call.trace = [Step(phase.name) for phase in REQUEST[:_ROUTE]]
    return _traced(call, REQUEST[_ROUTE:])


async def run(call: Call) -> Response:
    """The answer to a call, whether it has to wait or not."""
    answer = start(call)
    return answer if isinstance(answer, Response) else await answer


def _advance(
    call: Call, phases: tuple[Run, ...]
) -> Response | Coroutine[Any, Any, Response]:
    """Go through phases until one answers or has to wait."""
    phase: Run | None = None
    try:
        for phase in phases:
            answer = phase(call)
            if answer is None:
                continue
            if isinstance(answer, Response):
                return finish(call, answer)
            return _resume(call, answer, phase, phases[phases.index(phase) + 1 :])
        raise InternalError(reason="no backend answered")
    except Exception as error:
        return finish(call, _failed(call, error, phase))


async def _resume(
    call: Call, waiting: Awaitable[Answer], phase: Run, rest: tuple[Run, ...]
) -> Response:
    """Wait for a phase, then go on with the rest."""
    try:
        answer = await waiting
    except Exception as error:
        return finish(call, _failed(call, error, phase))
    if answer is not None:
        return finish(call, answer)
    later = _advance(call, rest)
    return later if isinstance(later, Response) else await later


async def _traced(call: Call, phases: tuple[Phase, ...]) -> Response:
    """The same, noting what each phase did."""
    try:
        for phase in phases:
            answer = await _trace(call, phase)
            if answer is not None:
                return finish(call, answer)
        raise InternalError(reason="no backend answered")
    except Exception as error:
        return finish(call, _failed(call, error))


def finish(call: Call, answer: Response) -> Response:
    """The answer changed, with the headers every response has (auth.md section 8.1)."""
    answer = _changed(call, answer)
    headers = [
        (b"Server", b"api-gateway"),
        (b"X-Request-Id", call.request_id.encode()),
        *answer.headers,
    ]
    if call.request.headers.first.get(b"x-apig-mode") == b"debug":
        milliseconds = round((time.perf_counter() - call.started) * 1000)
        headers.append((b"X-Apig-Latency", str(milliseconds).encode()))
        headers += throttling.headers(call)
    body = answer.body
    if answer.status in BODILESS:
        body = b""
    elif isinstance(body, bytes):
        headers.append((b"Content-Length", b"%d" % len(body)))
    final = Response(answer.status, headers, body)
    if not call.debug:
        access.leave(call, final)
    return final


def _changed(call: Call, answer: Response) -> Response:
    """What RESPONSE makes of an answer; whatever fails there is a refusal too."""
    try:
        if call.trace is not None:
            for later in RESPONSE:
                if not later.skips(call.api) and (call.policies or not later.policy):
                    answer = _trace_change(call, later, answer) or answer
            return answer
        for change in changes(call.api):
            answer = change(call, answer) or answer
        return answer
    except Exception as error:
        if not isinstance(answer.body, bytes):
            answer.body.close()
        return _failed(call, error)


def _trace_change(call: Call, later: Later, answer: Response) -> Answer:
    """Change an answer and note what that did."""
    assert call.trace is not None
    step = Step(later.name)
    call.trace.append(step)
    started = time.perf_counter()
    try:
        changed = bound(later.run, call.api)(call, answer)
        step.detail["status"] = (changed or answer).status
        return changed
    finally:
        step.duration_ms = (time.perf_counter() - started) * 1000


async def _trace(call: Call, phase: Phase) -> Answer:
    """Run one phase and note what it decided, why, and how long it took."""
    assert call.trace is not None
    step = Step(phase.name)
    call.trace.append(step)
    started = time.perf_counter()
    try:
        if because := phase.skips(call.api):
            return call.skip(because)
        if phase.policy and not call.policies:
            return call.skip("policies do not act on this debug call")
        answer = bound(phase.run, call.api)(call)
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


def _failed(call: Call, error: Exception, phase: Run | None = None) -> Response:
    """The only place where an error becomes a response.

    Never fail open, never fail silently: unexpected means refused.
    """
    if isinstance(error, ClientGone):
        raise error
    if call.due:
        throttling.settle(call)
    ran = getattr(phase, "func", phase)
    call.refused_in = call.trace[-1].phase if call.trace else _NAMES.get(ran, "")
    if isinstance(error, GatewayError):
        return _refuse(call, error)
    log.error("request %s failed unexpectedly", call.request_id, exc_info=error)
    return _refuse(call, InternalError())


def _refuse(call: Call, error: GatewayError) -> Response:
    call.error = error
    owner = call.api if call.api is not NO_API else call.group
    rules = owner.responses if owner else {}
    known = _variables(call) if rules else {"requestId": call.request_id}
    return render(error, rules, known)


def _variables(call: Call) -> dict[str, str]:
    """The `$context` variables of a gateway response (auth.md section 7)."""
    request, api, app = call.request, call.api, call.credential
    named = {
        "requestId": call.request_id,
        "stage": call.stage,
        "sourceIp": request.client,
        "reqPath": call.path,
        "reqUri": request.target,
        "reqMethod": request.method,
        "apiId": api.id,
        "apiName": api.name,
        "appId": app.id if app else "",
        "appName": app.name if app else "",
    }
    front = {f"authorizer.frontend.{k}": v for k, v in call.frontend.items()}
    back = {f"authorizer.backend.{k}": v for k, v in call.backend_context.items()}
    return named | front | back
