"""Plug-ins: what may be kept, what is shown of it, and where it may be bound."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from console import bindings, models
from tests.console import policies, world

pytestmark = pytest.mark.django_db


def refused(**fields: Any) -> str:
    known = {"plugin_name": "plugin", "plugin_type": "cors"}
    document = fields.pop("document", {"allow_origin": "*"})
    row = models.Plugin(**known | fields)
    with pytest.raises(ValidationError) as error:
        row.write(document if isinstance(document, str) else json.dumps(document))
        row.save_valid()
    return " ".join(error.value.messages)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"plugin_name": "1st"}, "Name: 3 to 255"),
        ({"plugin_name": "ab"}, "Name: 3 to 255"),
        ({"plugin_type": "magic"}, "not a valid choice"),
        ({"document": "{"}, "Policy Content: it is not JSON"),
        ({"document": "[" * 100_000}, "Policy Content: it is not JSON"),
        ({"document": '{"a": ' * 101 + "1" + "}" * 101}, "more than 100 deep"),
        ({"document": '{"allow_origin": "*", "x": NaN}'}, "it is not JSON"),
        ({"document": '{"allow_origin": "*", "x": "\\ud800"}'}, "it is not JSON"),
        ({"document": []}, "Policy Content: document: it must be a JSON object"),
        ({"document": {"allow_origin": 1}}, "allow_origin: it must be a string"),
        (
            {"document": {"allow_origin": "*", "x": "y" * 65_536}},
            "at most 65535 characters",
        ),
    ],
)
def test_a_plugin_has_rules(fields: dict[str, Any], message: str) -> None:
    assert message in refused(**fields)


def test_there_are_five_of_a_dear_type() -> None:
    document = {"jwks_service": {"uri": "https://idp.example/keys"}}
    for _ in range(5):
        policies.plugin("jwt_auth", **document)
    message = refused(plugin_type="jwt_auth", document=document)
    assert "at most 5 policies of this type" in message


def test_a_name_is_given_once() -> None:
    policies.plugin()
    name = models.Plugin.objects.get().plugin_name
    assert "already exists" in refused(plugin_name=name)


def test_members_that_no_policy_knows_stay() -> None:
    row = policies.plugin(id=3, nested={"focused": True})
    row.refresh_from_db()
    assert row.document["nested"] == {"focused": True}


def test_the_content_is_encrypted_at_rest() -> None:
    row = policies.plugin()
    with connection.cursor() as cursor:
        cursor.execute("SELECT plugin_content FROM console_plugin")
        assert "allow_origin" not in cursor.fetchone()[0]
    row.refresh_from_db()
    assert row.document["allow_origin"] == "*"


def test_secrets_are_masked_and_a_mask_keeps_what_was_there() -> None:
    row = policies.plugin(client_secret="hush", sasl_config={"sasl_password": "pst"})
    shown = row.masked_document
    assert shown["client_secret"] == shown["sasl_config"]["sasl_password"] == "******"
    shown["sasl_config"]["sasl_password"] = "new"
    row.write(json.dumps(shown))
    assert row.document["client_secret"] == "hush"
    assert row.document["sasl_config"]["sasl_password"] == "new"


def bind(row: models.Plugin, *apis: models.Api) -> None:
    bindings.bind(row, apis, world.environment())


def test_a_plugin_takes_the_place_of_another_of_its_type_only() -> None:
    api = world.published()
    first, second = policies.plugin(), policies.plugin()
    other = policies.plugin("set_resp_headers", response_headers=[])
    for row in (first, other, second):
        bind(row, api)
    bound = models.PluginBinding.objects.filter(api=api)
    assert {binding.policy for binding in bound} == {second, other}


def test_only_a_published_api_takes_one() -> None:
    with pytest.raises(ValidationError, match="not published"):
        bind(policies.plugin(), world.api())


def test_cors_wants_the_api_s_method_among_the_allowed() -> None:
    row = policies.plugin(allow_methods="POST")
    with pytest.raises(ValidationError, match="GET is not among Allowed Methods"):
        bind(row, world.published(req_method="GET"))
    bind(row, world.published(req_method="POST"))
    bind(policies.plugin(allow_methods="*"), world.published(req_method="PUT"))


def test_cors_answers_a_path_in_one_way() -> None:
    get = world.published(req_method="GET", req_uri="/same/{a}")
    post = world.published(req_method="POST", req_uri="/same/{b}")
    row = policies.plugin()
    bind(row, get)
    with pytest.raises(ValidationError, match="another CORS policy"):
        bind(policies.plugin(), post)
    bind(row, post)


def test_cors_does_not_stand_beside_an_api_for_options() -> None:
    world.api(req_method="OPTIONS", req_uri="/own")
    with pytest.raises(ValidationError, match="answers OPTIONS on the path"):
        bind(policies.plugin(), world.published(req_method="GET", req_uri="/own"))
