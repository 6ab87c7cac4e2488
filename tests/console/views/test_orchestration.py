"""Orchestration rules in the console."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from console import models, publish
from tests.console import policies, world

pytestmark = pytest.mark.django_db


def sent(strategy: str, **entry: str) -> dict[str, Any]:
    fields = {"orchestration_name": "colors", "orchestration_strategy": strategy}
    fields |= {"mapped_param_name": "color", "mapped_param_type": "string"}
    fields |= {"mapped_param_location": "query"}
    fields |= {"entries-TOTAL_FORMS": "1", "entries-INITIAL_FORMS": "0"}
    return fields | {f"entries-0-{name}": value for name, value in entry.items()}


@pytest.mark.parametrize(
    ("strategy", "entry", "saved"),
    [
        (
            "list",
            {"values": "1, 2", "mapped_param_value": "blue"},
            {"map_param_list": ["1", "2"], "mapped_param_value": "blue"},
        ),
        (
            "range",
            {"range_start": "1", "range_end": "9", "mapped_param_value": "x"},
            {
                "map_param_range": {"range_start": "1", "range_end": "9"},
                "mapped_param_value": "x",
            },
        ),
        ("head_n", {"intercept_length": "3"}, {"intercept_length": 3}),
        ("default", {"mapped_param_value": "x"}, {"mapped_param_value": "x"}),
    ],
)
def test_a_rule_is_created_and_shown_again(
    admin_client: Client, strategy: str, entry: dict[str, str], saved: dict[str, Any]
) -> None:
    url = "/policies/orchestrations/"
    response = admin_client.post(f"{url}create/", sent(strategy, **entry))
    assert response["Location"] == url
    row = models.Orchestration.objects.get()
    assert row.orchestration_map == [saved]
    html = admin_client.get(row.get_absolute_url()).content.decode()
    assert all(f'value="{value}"' in html for value in entry.values())
    assert "colors" in admin_client.get(url).content.decode()


def test_a_broken_rule_is_named(admin_client: Client) -> None:
    url = "/policies/orchestrations/create/"
    html = admin_client.post(url, sent("list", values="1")).content.decode()
    assert "orchestration_map[0].mapped_param_value: it must not be empty" in html


def test_what_a_rule_produces_stays() -> None:
    row = policies.orchestration()
    row.orchestration_mapped_param = row.orchestration_mapped_param | {
        "mapped_param_name": "size"
    }
    with pytest.raises(ValidationError, match="it cannot be changed"):
        row.save_valid()


def param(*rules: models.Orchestration, name: str = "tier") -> dict[str, Any]:
    pks = [row.pk for row in rules]
    return {"name": name, "type": "STRING", "location": "QUERY", "orchestrations": pks}


def test_a_rule_in_use_is_not_deleted(admin_client: Client) -> None:
    row = policies.orchestration()
    api = world.api(req_params=[param(row)])
    url = f"/policies/orchestrations/{row.pk}/delete/"
    assert f"API {api}" in admin_client.get(url).content.decode()
    assert admin_client.post(url).status_code == 409
    api.req_params = []
    api.save_valid()
    assert admin_client.post(url).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_an_api_takes_its_rules_along_and_changes_of_them_act_at_once() -> None:
    row = policies.orchestration()
    api = world.api(req_params=[param(row)])
    publish.publish(api, world.environment())
    [live] = world.live().apis
    assert live.req_params[0].orchestrations == (row.rule(),)
    row.orchestration_map = [{"map_param_list": ["1"], "mapped_param_value": "red"}]
    row.save_valid()
    [live] = world.live().apis
    assert live.req_params[0].orchestrations[0].by_value == {"1": "red"}


def test_rules_that_do_not_fit_an_api_are_refused() -> None:
    row = policies.orchestration()
    for params, text in (
        ([param(row), param(row, name="other")], "only one parameter"),
        ([param(row, name="color")], "which is a request parameter already"),
        ([param() | {"orchestrations": ["0" * 32]}], "there is no rule"),
    ):
        with pytest.raises(ValidationError, match=text):
            world.api(req_params=params)
