"""Request and backend parameters (reference: api.md sections 2.6 and 4)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console.models.api.params import (
    Declared,
    check_contexts,
    read_backend_param,
    read_backend_params,
    read_req_param,
    read_req_params,
)
from console.models.api.shape import code_of

QUERY = {"name": "limit", "type": "STRING", "location": "QUERY"}
NUMBER = QUERY | {"type": "NUMBER"}
CONSTANT = {"name": "a", "location": "QUERY", "origin": "CONSTANT", "value": "1"}


def requests(*params: dict[str, Any], path: str = "/a") -> list[dict[str, Any]]:
    return read_req_params(list(params), path)


def backends(
    *params: dict[str, Any],
    declared: tuple[str, ...] = (),
    produced: tuple[tuple[str, str], ...] = (),
    path: str = "/",
) -> list[dict[str, Any]]:
    return read_backend_params(list(params), Declared(declared, produced), path)


def code(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return code_of(error.value)


def test_what_is_absent_gets_its_documented_default() -> None:
    assert read_req_param(QUERY | {"id": "x"}) == QUERY | {
        "required": 2,
        "default_value": "",
        "sample_value": "",
        "remark": "",
        "valid_enable": 2,
        "enumerations": "",
        "min_num": None,
        "max_num": None,
        "min_size": None,
        "max_size": None,
        "pass_through": 1,
        "orchestrations": [],
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "a"},
        {"name": "a" * 32},
        {"name": "X.y-z_9"},
        {"location": "HEADER", "name": "X-Trace"},
        {"required": 1},
        {"valid_enable": 1, "min_size": 0, "max_size": 5},
        {"enumerations": "a, b,c"},
        {"default_value": "d" * 255},
        {"pass_through": 2},
    ],
)
def test_a_documented_parameter_is_taken(fields: dict[str, Any]) -> None:
    assert read_req_param(QUERY | fields).items() >= fields.items()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Parameter Name is missing"),
        ({"name": "1a"}, "Parameter Name"),
        ({"name": "a" * 33}, "Parameter Name"),
        ({"name": "a b"}, "Parameter Name"),
        ({"name": "a\n"}, "Parameter Name"),
        ({"name": "X-Stage"}, "gateway's own"),
        ({"name": "x-apig-mode"}, "gateway's own"),
        ({"name": "X-Sdk-Date"}, "gateway's own"),
        ({"location": "HEADER", "name": "Authorization"}, "Authorization"),
        ({"location": "HEADER", "name": "x-auth-token"}, "X-Auth-Token"),
        ({"location": "HEADER", "name": "a_b"}, "underscore"),
        ({"location": "BODY"}, "Location"),
        ({"type": "BOOLEAN"}, "Parameter Type"),
        ({"required": True}, "Required"),
        ({"required": 3}, "Required"),
        ({"default_value": "d" * 256}, "Default Value"),
        ({"default_value": 5}, "Default Value"),
        ({"min_size": -1}, "Minimum Length"),
        ({"min_size": 5, "max_size": 4}, "Maximum Length"),
        ({"orchestrations": "x"}, "Orchestration"),
    ],
)
def test_another_parameter_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read_req_param(QUERY | fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"min_num": 2, "max_num": 1}, "Maximum Value"),
        ({"min_num": "2"}, "Minimum Value"),
        ({"max_num": float("inf")}, "Maximum Value"),
        ({"default_value": "x"}, "Default Value"),
        ({"default_value": "1,2"}, "Default Value"),
        ({"enumerations": "1,x"}, "Enumerated Value"),
    ],
)
def test_a_number_s_values_are_numbers(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read_req_param(NUMBER | fields)
    read_req_param(NUMBER | {"enumerations": "1, -2.5,3e2", "default_value": "1"})


def test_limits_of_the_other_type_and_two_zeros_mean_none() -> None:
    param = read_req_param(
        NUMBER | {"min_num": 0, "max_num": 0, "min_size": 1, "max_size": 2}
    )
    assert {param[name] for name in ("min_num", "max_num", "min_size")} == {None}
    assert read_req_param(NUMBER | {"min_num": -1, "max_num": 0})["max_num"] == 0
    assert read_req_param(NUMBER | {"min_num": 1.0})["min_num"] == 1


def test_a_path_parameter_is_always_required() -> None:
    [param] = requests(QUERY | {"location": "PATH"}, path="/a/{limit}")
    assert param["required"] == 1


@pytest.mark.parametrize(
    ("params", "path", "wanted"),
    [
        ([], "/a/{b}", "APIG.2026"),
        ([QUERY | {"location": "PATH"}], "/a/{Limit}", "APIG.2026"),
        ([QUERY | {"location": "PATH"}], "/a", "APIG.2026"),
        ([QUERY, QUERY | {"name": "LIMIT"}], "/a", "APIG.3209"),
        ([QUERY | {"name": f"p{n}"} for n in range(51)], "/a", "APIG.3111"),
    ],
)
def test_parameters_that_do_not_go_together_are_refused(
    params: list[dict[str, Any]], path: str, wanted: str
) -> None:
    with pytest.raises(ValidationError) as error:
        requests(*params, path=path)
    assert code(error) == wanted


def test_one_name_may_stand_at_two_locations() -> None:
    assert len(requests(QUERY, QUERY | {"location": "HEADER"})) == 2


def test_an_error_names_its_parameter() -> None:
    with pytest.raises(ValidationError, match=r"limit: Required: one of 1, 2"):
        requests(QUERY | {"required": 0})
    with pytest.raises(ValidationError, match=r"entry 1: an object"):
        requests("limit")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": "SYSTEM", "value": "$context.sourceIp"},
        {"origin": "SYSTEM", "value": "$context.authorizer.frontend.user-1"},
        {"origin": "SYSTEM", "value": "$context.authorizer.backend.u"},
        {"origin": "CONSTANT", "value": "a b?>%广"},
        {"origin": "REQUEST", "value": "limit"},
        {"location": "HEADER", "name": "a_b"},
    ],
)
def test_a_documented_backend_parameter_is_taken(fields: dict[str, Any]) -> None:
    assert read_backend_param(CONSTANT | fields).items() >= fields.items()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"value": ""}, "Parameter Value is missing"),
        ({"value": "v" * 256}, "Parameter Value"),
        ({"value": "a\r\nb"}, "one line"),
        ({"origin": "MAGIC"}, "Origin"),
        ({"origin": "SYSTEM", "value": "sourceIp"}, "no system parameter"),
        ({"origin": "SYSTEM", "value": "$context.secret"}, "no system parameter"),
        ({"origin": "SYSTEM", "value": "$context.authorizer.frontend.1"}, "no system"),
        ({"name": "x-stage"}, "gateway's own"),
        ({"location": "HEADER", "name": "_a"}, "Parameter Name"),
    ],
)
def test_another_backend_parameter_is_refused(
    fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        read_backend_param(CONSTANT | fields)


@pytest.mark.parametrize(
    ("params", "path", "wanted"),
    [
        ([], "/a/{b}", "APIG.2027"),
        ([CONSTANT | {"location": "PATH"}], "/a/{b}", "APIG.2027"),
        ([CONSTANT | {"location": "PATH"}], "/", "APIG.2027"),
        ([CONSTANT | {"origin": "REQUEST"}], "/", "APIG.2028"),
        ([CONSTANT, CONSTANT | {"name": "A"}], "/", "APIG.3209"),
        ([CONSTANT | {"name": f"p{n}"} for n in range(51)], "/", "APIG.3111"),
    ],
)
def test_backend_parameters_that_do_not_go_together_are_refused(
    params: list[dict[str, Any]], path: str, wanted: str
) -> None:
    with pytest.raises(ValidationError) as error:
        backends(*params, path=path)
    assert code(error) == wanted


def test_a_backend_parameter_may_name_a_request_parameter_in_any_case() -> None:
    param = CONSTANT | {"origin": "REQUEST", "value": "LIMIT", "location": "PATH"}
    assert backends(param, declared=("limit",), path="/x-{a}")


def test_what_a_rule_produces_has_its_name_for_itself() -> None:
    header = CONSTANT | {"location": "HEADER"}
    assert backends(header, produced=(("query", "a"),))
    with pytest.raises(ValidationError) as error:
        backends(CONSTANT | {"name": "A"}, produced=(("query", "a"),))
    assert code(error) == "APIG.3209"


def test_a_context_value_needs_the_authorizer_that_gives_it() -> None:
    ours, theirs = (
        {"name": "u", "origin": "SYSTEM", "value": f"$context.authorizer.{side}.user"}
        for side in ("frontend", "backend")
    )
    check_contexts([ours, theirs], True, True)
    for params, frontend, backend in (([ours], False, True), ([theirs], True, False)):
        with pytest.raises(ValidationError) as error:
            check_contexts(params, frontend, backend)
        assert code(error) == "APIG.2036"
