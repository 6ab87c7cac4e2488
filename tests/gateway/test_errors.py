"""Rendering of refusals (reference: auth.md sections 6 and 7)."""

import inspect
import json
from itertools import chain

import pytest

from gateway import errors, token_errors
from gateway.errors import GatewayError, render
from gateway.snapshot import ResponseRule

VARIABLES = {"requestId": "0" * 32, "reqPath": '/a"b\\c\n<é>', "appName": ""}


def kinds() -> list[type[GatewayError]]:
    """Every error the docstrings' trees name."""
    members = [inspect.getmembers(m, inspect.isclass) for m in (errors, token_errors)]
    found = {value for _, value in chain.from_iterable(members)} - {GatewayError}
    errors_of_ours = [kind for kind in found if issubclass(kind, GatewayError)]
    return sorted(errors_of_ours, key=lambda kind: kind.__name__)


def rule(
    body: str, *headers: tuple[str, str], status: int | None = 418
) -> ResponseRule:
    return ResponseRule(status=status, body=body, headers=headers)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_the_tree_in_the_docstring_is_the_tree_in_the_code(
    kind: type[GatewayError],
) -> None:
    trees = f"{errors.__doc__}{token_errors.__doc__}".splitlines()
    line = next(row for row in trees if f" {kind.__name__} " in f" {row}")
    assert line.split()[-3:] == [str(kind.status), kind.code, kind.type]


def test_an_error_has_the_documented_body() -> None:
    response = render(errors.ApiNotFound(), {}, VARIABLES)
    assert response.status == 404
    assert response.headers == [(b"Content-Type", b"application/json")]
    assert response.whole == (
        b'{"error_msg":"The API does not exist or has not been published in the'
        b' environment.","error_code":"APIG.0101","request_id":"' + b"0" * 32 + b'"}'
    )


def test_a_message_that_quotes_the_caller_stays_json() -> None:
    error = errors.AppAuthError('app not found, appkey "\xe9\n')
    body = json.loads(render(error, {}, VARIABLES).whole)
    assert body["error_msg"] == (
        'Incorrect app authentication information: app not found, appkey "\xe9\n'
    )


def test_an_edited_response_replaces_status_body_and_headers() -> None:
    edited = rule('{"c":"$context.error.code"}', ("X-Type", "$context.error.type"))
    response = render(errors.AuthorizerDenied(), {"AUTHORIZER_FAILURE": edited}, {})
    assert response.status == 418
    assert response.whole == b'{"c":"APIG.0305"}'
    assert response.headers == [
        (b"X-Type", b"AUTHORIZER_FAILURE"),
        (b"Content-Type", b"application/json"),
    ]


def test_an_edited_response_without_a_status_keeps_the_errors_own() -> None:
    rules = {"DEFAULT_4XX": rule("{}", status=None)}
    assert render(errors.BodyTooLarge(), rules, {}).status == 413


def test_an_edited_response_of_another_type_is_not_used() -> None:
    rules = {"NOT_FOUND": rule("{}"), "DEFAULT_5XX": rule("{}")}
    assert render(errors.AppNotAuthorized(), rules, {}).status == 403


def test_variables_in_a_body_are_json_escaped() -> None:
    edited = rule('{"path":"$context.reqPath","msg":"$context.error.message"}')
    error = errors.ApiNotFound('no "such" \\ path\u2028')
    body = json.loads(render(error, {"NOT_FOUND": edited}, VARIABLES).whole)
    assert body == {"path": VARIABLES["reqPath"], "msg": 'no "such" \\ path\u2028'}


def test_variables_in_a_header_cannot_end_it() -> None:
    edited = rule("{}", ("X-Path", "<$context.reqPath>"))
    headers = render(errors.ApiNotFound(), {"NOT_FOUND": edited}, VARIABLES).headers
    assert headers[0] == (b"X-Path", '</a"b\\c <é>>'.encode())


def test_an_unknown_variable_is_empty() -> None:
    edited = rule("[$context.nothing|$context.authorizer.frontend.k|$context.appName]")
    response = render(errors.ApiNotFound(), {"NOT_FOUND": edited}, VARIABLES)
    assert response.whole == b"[||]"


def test_a_variable_ends_where_its_name_ends() -> None:
    edited = rule("$context.error.code. $context.requestId-$context.error.code")
    response = render(errors.ApiNotFound(), {"NOT_FOUND": edited}, VARIABLES)
    assert response.whole.decode() == f"APIG.0101. {'0' * 32}-APIG.0101"


def test_a_value_that_looks_like_a_variable_is_not_filled_in() -> None:
    edited = rule("$context.reqPath")
    variables = {"reqPath": "$context.error.code"}
    response = render(errors.ApiNotFound(), {"NOT_FOUND": edited}, variables)
    assert response.whole == b"$context.error.code"


def test_context_keys_of_the_authorizer_keep_their_dashes() -> None:
    edited = rule("$context.authorizer.frontend.user-id_1")
    variables = {"authorizer.frontend.user-id_1": "u"}
    response = render(errors.ApiNotFound(), {"NOT_FOUND": edited}, variables)
    assert response.whole == b"u"


def test_the_reason_is_for_the_trace_and_never_for_the_caller() -> None:
    error = errors.AppNotAuthorized(reason="credential c is not bound")
    assert error.reason == "credential c is not bound"
    assert b"not bound" not in render(error, {}, {}).whole


@pytest.mark.parametrize("kind", kinds())
def test_every_error_is_worded_by_the_response_of_its_type(
    kind: type[GatewayError],
) -> None:
    parameters = inspect.signature(kind).parameters.values()
    needed = [p for p in parameters if p.default is p.empty and p.kind.value == 1]
    error = kind(*["x"] * len(needed))
    own = rule('{"type": "$context.error.type"}', ("x-code", "$context.error.code"))
    answer = render(error, {error.type: own}, {})
    assert answer.status == 418
    assert isinstance(answer.body, bytes)
    assert json.loads(answer.body) == {"type": error.type}
    assert (b"x-code", error.code.encode()) in answer.headers
    # The words of another type are not its own.
    assert render(error, {"OTHER": own}, {}).status == error.status
