"""Backend policies and their conditions (reference: api.md section 5)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console.models.api.params import Declared
from console.models.api.policies import read_condition, read_policies
from console.models.api.shape import code_of

pytestmark = pytest.mark.django_db

PARAM = {
    "condition_origin": "param",
    "condition_type": "exact",
    "condition_value": "1",
    "req_param_name": "limit",
}
MADE = {
    "condition_origin": "orchestration",
    "condition_type": "exact",
    "condition_value": "red",
    "mapped_param_name": "Color",
    "mapped_param_location": "header",
}
SOURCE = {"condition_origin": "source", "condition_value": "10.0.0.0/8, 192.0.2.7"}
POLICY = {"name": "few", "effect_mode": "ANY", "conditions": [PARAM]}


def read(*policies: Any, frontend: bool = True, kind: str = "MOCK") -> Any:
    declared = Declared({"limit"}, {("header", "color")}, frontend)
    return read_policies(kind, list(policies), declared)


def refused(*policies: Any, **options: Any) -> tuple[str, str]:
    with pytest.raises(ValidationError) as error:
        read(*policies, **options)
    return code_of(error.value), error.value.messages[0]


def test_a_policy_has_a_backend_of_its_own() -> None:
    [policy] = read(POLICY | {"status_code": 418})
    assert (policy["status_code"], policy["result_content"]) == (418, "")
    assert policy["backend_params"] == []
    http = POLICY | {"url_domain": "a", "req_protocol": "HTTP", "req_method": "GET"}
    [policy] = read(http | {"req_uri": "/", "timeout": 1}, kind="HTTP")
    assert policy["url_domain"] == "a"


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ({"name": "ab"}, "APIG.2012", "Name"),
        ({"name": "a b c"}, "APIG.2012", "Name"),
        ({"effect_mode": "SOME"}, "APIG.2012", "Effective Mode"),
        ({"conditions": []}, "APIG.2001", "Policy Conditions"),
        ({"conditions": [PARAM] * 6}, "APIG.3114", "Policy Conditions"),
        ({"conditions": [PARAM | {"req_param_name": "x"}]}, "APIG.2028", "x"),
        (
            {"conditions": [MADE | {"mapped_param_location": "query"}]},
            "APIG.2028",
            "no orchestration rule of a request parameter produces the query parameter",
        ),
        ({"conditions": [MADE | {"mapped_param_name": "x"}]}, "APIG.2028", "x"),
        ({"authorizer_id": "nobody"}, "APIG.3081", "nobody"),
        (
            {
                "backend_params": [
                    {
                        "name": "a",
                        "location": "QUERY",
                        "origin": "SYSTEM",
                        "value": "$context.authorizer.backend.u",
                    }
                ]
            },
            "APIG.2036",
            "Backend authentication",
        ),
    ],
)
def test_another_policy_is_refused(
    changed: dict[str, Any], code: str, said: str
) -> None:
    assert refused(POLICY | changed)[0] == code
    assert said in refused(POLICY | changed)[1]


def test_policies_differ_by_name_and_are_five_at_most() -> None:
    assert refused(POLICY, POLICY)[0] == "APIG.3210"
    many = [POLICY | {"name": f"policy{n}"} for n in range(6)]
    assert refused(*many)[0] == "APIG.3113"
    assert len(read(*many[:5])) == 5


def test_an_authorizer_s_value_needs_an_authorizer() -> None:
    condition = {
        "condition_origin": "frontend_authorizer",
        "condition_type": "exact",
        "condition_value": "u1",
        "frontend_authorizer_param_name": "$context.authorizer.frontend.user",
    }
    policy = POLICY | {"conditions": [condition]}
    assert read(policy)
    assert refused(policy, frontend=False)[0] == "APIG.2036"


@pytest.mark.parametrize(
    "condition",
    [
        SOURCE,
        SOURCE | {"condition_value": "2001:db8::/32"},
        MADE,
        PARAM | {"condition_type": "enum", "condition_value": "a,b"},
        PARAM | {"condition_type": "pattern", "condition_value": "^a.*b$"},
        {
            "condition_origin": "system",
            "sys_param_name": "reqPath",
            "condition_type": "pattern",
            "condition_value": "^/a",
        },
        {
            "condition_origin": "cookie",
            "cookie_param_name": "a.b-c_1",
            "condition_type": "exact",
            "condition_value": "1",
        },
    ],
)
def test_a_documented_condition_is_taken(condition: dict[str, Any]) -> None:
    complete = read_condition(condition)
    assert complete["condition_value"] == condition["condition_value"]
    assert complete["sys_param_name"] in ("", "req_path")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (SOURCE | {"condition_value": "10.0.0.256"}, "10.0.0.256"),
        (SOURCE | {"condition_value": ""}, "Condition Value is missing"),
        (PARAM | {"condition_value": "v" * 1025}, "Condition Value"),
        (PARAM | {"condition_type": ""}, "Condition Type is missing"),
        (PARAM | {"condition_type": "like"}, "Condition Type"),
        (PARAM | {"req_param_name": ""}, "Parameter Name is missing"),
        (PARAM | {"condition_origin": "weather"}, "Source"),
        (MADE | {"mapped_param_name": ""}, "Parameter Name is missing"),
        (MADE | {"mapped_param_location": ""}, "Parameter Location is missing"),
        (MADE | {"mapped_param_location": "path"}, "Parameter Location"),
        (
            PARAM | {"condition_type": "pattern", "condition_value": "("},
            "not a regular expression",
        ),
        (
            PARAM | {"condition_type": "pattern", "condition_value": "(?=a)"},
            "lookaround",
        ),
        (
            {
                "condition_origin": "system",
                "sys_param_name": "req_method",
                "condition_type": "pattern",
                "condition_value": "G.*",
            },
            "exact or enum",
        ),
        (
            {
                "condition_origin": "cookie",
                "cookie_param_name": "a b",
                "condition_type": "exact",
                "condition_value": "1",
            },
            "Parameter Name",
        ),
    ],
)
def test_another_condition_is_refused(condition: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("(", r"\(")):
        read_condition(condition)


def test_only_an_orchestrated_parameter_has_a_location() -> None:
    assert read_condition(MADE)["mapped_param_location"] == "header"
    other = read_condition(MADE | PARAM)
    assert (other["mapped_param_name"], other["mapped_param_location"]) == ("", "")
