"""The wizard with parameters, backends and policies (console.md sections E2, E3)."""

from typing import Any

import pytest
from django.test import Client

from console.compile import Compiler
from console.models import Api
from tests.certificates import authority
from tests.console import policies, world
from tests.console.page import Page

pytestmark = pytest.mark.django_db

CREATE = "/apis/create/"


def opened(client: Client) -> dict[str, str]:
    page = Page(client.get(CREATE)).form_with("req_uri")
    return page | {"name": "orders", "req_uri": "/orders/{id}", "auth_type": "NONE"}


def row(table: str, number: int, **fields: str) -> dict[str, str]:
    """One row of a table, and that there are so many."""
    named = {f"{table}-{number}-{name}": value for name, value in fields.items()}
    return named | {f"{table}-TOTAL_FORMS": str(number + 1)}


def press(
    client: Client, sent: dict[str, str], url: str = CREATE, **button: str
) -> Page:
    return Page(client.post(url, sent | button))


def second(client: Client, **fields: str) -> dict[str, str]:
    page = press(client, opened(client) | fields)
    return page.form_with("address") | {"address": "backend.example", "path": "/b/{id}"}


def finish(client: Client, sent: dict[str, str], url: str = CREATE) -> Api:
    response = client.post(url, sent)
    assert response.status_code == 302, Page(response).text
    return Api.objects.get()


def test_parameters_of_the_path_appear_by_themselves(admin_client: Client) -> None:
    api = finish(admin_client, second(admin_client))
    [param] = api.req_params
    assert (param["name"], param["location"], param["required"]) == ("id", "PATH", 1)
    # And reach the backend's path, when it has them too.
    [sent] = api.backend_params
    assert (sent["name"], sent["location"], sent["value"]) == ("id", "PATH", "id")
    assert api.backend_api["url_domain"] == "backend.example"


def test_they_appear_once_however_often_the_steps_change(admin_client: Client) -> None:
    sent = second(admin_client)
    for _ in range(2):
        first = press(admin_client, sent, back="1").form_with("req_uri")
        sent = press(admin_client, first).form_with("address")
    assert len(finish(admin_client, sent).req_params) == 1


def test_a_declared_parameter_is_saved_as_it_was_typed(admin_client: Client) -> None:
    typed = row(
        "params",
        0,
        name="limit",
        type="NUMBER",
        location="QUERY",
        least="1",
        most="2.5",
        default_value="2",
        valid_enable="on",
    )
    api = finish(admin_client, second(admin_client, **typed))
    limit = api.req_params[0]
    assert (limit["min_num"], limit["max_num"], limit["default_value"]) == (1, 2.5, "2")
    assert (limit["valid_enable"], limit["pass_through"]) == (1, 1)


def test_a_wrong_row_says_what_is_wrong_with_it(admin_client: Client) -> None:
    typed = row("params", 0, name="x-stage", type="STRING", location="QUERY")
    page = press(admin_client, opened(admin_client) | typed)
    assert page.says("Request Parameters: correct the marked rows.")
    assert page.says("a name of the gateway's own")
    assert page.form_with("req_uri")["step"] == "1"


def test_a_button_adds_a_row_and_finds_no_fault(admin_client: Client) -> None:
    sent = opened(admin_client) | {"name": ""}
    page = press(admin_client, sent, add_row="params")
    assert not page.says("This field is required")
    assert page.form_with("req_uri")["params-TOTAL_FORMS"] == "3"


def test_parameters_are_mapped_constant_or_of_the_system(admin_client: Client) -> None:
    sent = second(admin_client)
    place = {"location": "HEADER"}
    sent |= row("mapped", 0, value="id", name="X-Id", **place)
    sent |= row("constants", 0, name="X-A", value="1", **place)
    sent |= row("systems", 0, kind="gateway", value="stage", name="X-S", **place)
    api = finish(admin_client, sent)
    values = {p["name"]: (p["origin"], p["value"]) for p in api.backend_params}
    assert values == {
        "X-Id": ("REQUEST", "id"),
        "X-A": ("CONSTANT", "1"),
        "X-S": ("SYSTEM", "$context.stage"),
        "id": ("REQUEST", "id"),
    }


def test_import_maps_each_request_parameter_once(admin_client: Client) -> None:
    sent = second(admin_client)
    for _ in range(2):
        sent = press(admin_client, sent, **{"import": ""}).form_with("address")
    assert [p["name"] for p in finish(admin_client, sent).backend_params] == ["id"]


def test_a_policy_is_added_filled_and_saved(admin_client: Client) -> None:
    page = press(admin_client, second(admin_client), add_policy="1")
    sent = page.form_with("policy0-name")
    assert (sent["pane"], sent["policies"]) == ("0", "0")
    assert sent["address"] == "backend.example"
    assert not page.says("missing")
    sent |= {"policy0-name": "other", "policy0-address": "other.example"}
    sent |= row(
        "policy0-conditions",
        0,
        condition_origin="param",
        name="id",
        condition_type="exact",
        condition_value="7",
    )
    sent |= {"policy0-path": "/c/{id}"}
    api = finish(admin_client, sent)
    [policy] = api.policy_https
    assert (policy["name"], policy["url_domain"]) == ("other", "other.example")
    assert policy["conditions"][0]["req_param_name"] == "id"
    [compiled] = Compiler().draft(api).policies
    assert compiled.conditions[0].name == "id"


def test_policies_are_reordered_and_deleted(admin_client: Client) -> None:
    sent = second(admin_client)
    for _ in range(3):
        sent = press(admin_client, sent, add_policy="1").form_with("address")
    assert sent["policies"] == "0,1,2"
    sent = press(admin_client, sent, move_policy="2").form_with("address")
    assert sent["policies"] == "0,2,1"
    sent = press(admin_client, sent, delete_policy="0").form_with("address")
    assert sent["policies"] == "2,1"


def test_a_wrong_policy_is_opened_and_its_fault_named(admin_client: Client) -> None:
    sent = press(admin_client, second(admin_client), add_policy="1").form_with(
        "address"
    )
    page = press(admin_client, sent | {"pane": "default"})
    assert page.form_with("address")["pane"] == "0"
    assert page.says("Backend Address is missing.")


def test_a_function_is_chosen_with_its_version(admin_client: Client) -> None:
    example = world.example()
    sent = second(admin_client) | {
        "backend_type": "FUNCTION",
        "function": example.function.pk,
        "target": example.version.pk,
    }
    assert admin_client.post(CREATE, sent).status_code == 302
    api = Api.objects.get(name="orders")
    assert api.func_info["version"] == example.version.version
    assert api.uses.get().version == example.version
    other = world.function()
    sent |= {"function": other.pk, "name": "second", "req_uri": "/other/{id}"}
    page = press(admin_client, sent)
    assert page.says("belongs to another function")


def test_a_backend_authorizer_is_chosen_or_asked_for(admin_client: Client) -> None:
    guard = world.authorizer(type="BACKEND")
    sent = second(admin_client) | {"guarded": "on"}
    assert press(admin_client, sent).says("choose one, or leave it out")
    api = finish(admin_client, sent | {"authorizer_id": guard.pk})
    assert api.backend_api["authorizer_id"] == guard.pk


def test_a_channel_stands_in_for_an_address(admin_client: Client) -> None:
    channel = world.channel()
    sent = second(admin_client) | {
        "by_channel": "1",
        "channel": channel.pk,
        "proxy_host": "a.example",
        "address": "",
    }
    info = finish(admin_client, sent).backend_api["vpc_channel_info"]
    assert info == {
        "vpc_channel_id": channel.pk,
        "vpc_channel_proxy_host": "a.example",
    }


def test_modifying_changes_nothing_by_itself(admin_client: Client) -> None:
    sent = press(admin_client, second(admin_client), add_policy="1").form_with(
        "address"
    )
    sent |= {"policy0-name": "other", "policy0-address": "other.example"}
    sent |= row(
        "policy0-conditions", 0, condition_origin="source", condition_value="192.0.2.1"
    )
    sent |= row("constants", 0, name="X-A", value="1", location="HEADER")
    sent |= {"result_normal_sample": "fine"}
    api = finish(admin_client, sent)
    before: dict[str, Any] = api.definition()
    url = f"/apis/{api.pk}/edit/"
    first = Page(admin_client.get(url)).form_with("req_uri")
    step2 = press(admin_client, first, url).form_with("address")
    assert finish(admin_client, step2, url).definition() == before
    page = Page(admin_client.get(api.get_absolute_url()))
    for text in ("other.example", "192.0.2.1", "X-A", "fine", "How a Call Goes"):
        assert page.says(text)


def test_an_https_backend_may_have_a_ca_of_its_own(admin_client: Client) -> None:
    ca = authority().pem
    sent = second(admin_client) | {"protocol": "HTTPS", "ca_content": "no PEM"}
    refused = Page(admin_client.post(CREATE, sent))
    assert "Backend CA: certificates in PEM" in refused.text
    api = finish(admin_client, sent | {"ca_content": ca.replace("\n", "\r\n")})
    assert api.backend_api["ca_content"] == ca
    assert "CN=Test CA" in Page(admin_client.get(api.get_absolute_url())).text
    edit = f"/apis/{api.pk}/edit/"
    again = press(admin_client, Page(admin_client.get(edit)).form_with("req_uri"), edit)
    plain = again.form_with("address")
    assert plain["ca_content"].strip() == ca.strip()
    finish(admin_client, plain | {"protocol": "HTTP"}, edit)
    assert Api.objects.get().backend_api["ca_content"] == ""


def test_two_way_authentication_says_what_it_needs(admin_client: Client) -> None:
    sent = second(admin_client) | {"protocol": "HTTPS", "enable_client_ssl": "on"}
    refused = Page(admin_client.post(CREATE, sent))
    assert "enable the gateway parameter backend_client_certificate" in refused.text
    policies.client_certificate()
    assert finish(admin_client, sent).backend_api["enable_client_ssl"] is True


def test_rules_of_a_parameter_are_named_in_their_order(admin_client: Client) -> None:
    last = policies.orchestration(
        orchestration_name="last",
        orchestration_strategy="default",
        orchestration_map=[{"mapped_param_value": "grey"}],
    )
    first = policies.orchestration(orchestration_name="first")
    typed = row("params", 0, name="tier", type="STRING", location="QUERY")
    sent = second(admin_client, **typed | {"params-0-orchestrations": "first,last"})
    page = press(admin_client, sent, add_policy="1")
    sent = page.form_with("policy0-name") | {
        "policy0-name": "blue",
        "policy0-address": "blue.example",
        "policy0-path": "/b/{id}",
    }
    sent |= row(
        "policy0-conditions",
        0,
        condition_origin="orchestration",
        name="color",
        location="query",
        condition_type="exact",
        condition_value="blue",
    )
    api = finish(admin_client, sent)
    assert api.req_params[0]["orchestrations"] == [first.pk, last.pk]
    [condition] = api.policy_https[0]["conditions"]
    assert condition["mapped_param_name"] == "color"
    [compiled] = Compiler().draft(api).policies[0].conditions
    assert (compiled.location, compiled.name) == ("query", "color")
    shown = Page(admin_client.get(api.get_absolute_url()))
    assert shown.says("first, last") and shown.says("query color")
    edit = Page(admin_client.get(f"/apis/{api.pk}/edit/")).form_with("req_uri")
    assert edit["params-0-orchestrations"] == "first, last"


def test_a_rule_that_is_not_there_is_named(admin_client: Client) -> None:
    typed = row("params", 0, name="tier", type="STRING", location="QUERY")
    typed["params-0-orchestrations"] = "nothing"
    page = press(admin_client, opened(admin_client) | typed)
    assert page.says("Orchestration Rules: there is no rule nothing.")


def test_a_condition_on_what_no_rule_produces_is_refused(admin_client: Client) -> None:
    page = press(admin_client, second(admin_client), add_policy="1")
    sent = page.form_with("policy0-name") | {
        "policy0-name": "blue",
        "policy0-address": "blue.example",
        "policy0-path": "/b/{id}",
    }
    sent |= row(
        "policy0-conditions",
        0,
        condition_origin="orchestration",
        name="color",
        location="header",
        condition_type="exact",
        condition_value="blue",
    )
    said = "no orchestration rule of a request parameter produces the header parameter"
    assert press(admin_client, sent).says(said)


def test_tracing_has_a_share_of_the_calls(admin_client: Client) -> None:
    page = Page(admin_client.get(CREATE)).form_with("req_uri")
    assert "trace_enabled" not in page and page["sampling_param"] == "100"
    wrong = opened(admin_client) | {"trace_enabled": "on", "sampling_param": "101"}
    assert press(admin_client, wrong).says("Sampling Rate (%): 0 to 100.")
    traced = {"trace_enabled": "on", "sampling_param": "25"}
    api = finish(admin_client, second(admin_client, **traced))
    assert (api.trace_enabled, api.sampling_strategy) == (True, "RATE")
    assert Compiler().draft(api).traced == 25
    assert Page(admin_client.get(api.get_absolute_url())).says("Rate: 25% of calls")
    edit = Page(admin_client.get(f"/apis/{api.pk}/edit/")).form_with("req_uri")
    assert (edit["trace_enabled"], edit["sampling_param"]) == ("on", "25")


def test_a_cookie_is_declared_and_goes_into_a_header(admin_client: Client) -> None:
    typed = row("params", 0, name="tier", type="STRING", location="COOKIE")
    sent = second(admin_client, **typed | {"params-0-sample_value": "gold"})
    sent = press(admin_client, sent, **{"import": ""}).form_with("address")
    api = finish(admin_client, sent)
    assert api.req_params[0]["location"] == "COOKIE"
    assert ("tier", "HEADER") in [
        (p["value"], p["location"]) for p in api.backend_params
    ]
    debug = Page(admin_client.get(f"/debug/?api={api.pk}"))
    assert "tier=gold" in debug.html


def test_groups_of_a_channel_have_urls_of_their_own(admin_client: Client) -> None:
    channel = world.channel()
    group = channel.member_groups.get()
    sent = second(admin_client) | {
        "by_channel": "4",
        "channel": channel.pk,
        "address": "",
        "path": "/",
    }
    assert press(admin_client, sent).says("Group URLs: add at least one.")
    place = {"req_method": "PUT", "req_protocol": "HTTP", "req_uri": "/b/{id}"}
    sent |= row("group_urls", 0, member_group_id=group.pk, **place)
    api = finish(admin_client, sent)
    urls = api.backend_api["member_group_url_infos"]
    assert urls == [{"member_group_id": group.pk} | place]
    # The parameter of that path comes from the request's, by itself.
    assert [p["name"] for p in api.backend_params] == ["id"]
    shown = Page(admin_client.get(api.get_absolute_url()))
    assert shown.says("Group servers") and shown.says("PUT HTTP /b/{id}")
    url = f"/apis/{api.pk}/edit/"
    before = api.definition()
    first = Page(admin_client.get(url)).form_with("req_uri")
    again = press(admin_client, first, url).form_with("address")
    assert finish(admin_client, again, url).definition() == before


def test_what_only_the_management_api_sets_is_kept(admin_client: Client) -> None:
    api = finish(admin_client, second(admin_client) | {"backend_remark": "the old one"})
    api.backend_api |= {"version": "V7"}
    api.save_valid()
    assert Page(admin_client.get(api.get_absolute_url())).says("the old one")
    url = f"/apis/{api.pk}/edit/"
    first = Page(admin_client.get(url)).form_with("req_uri")
    again = press(admin_client, first, url).form_with("address")
    backend = finish(admin_client, again, url).backend_api
    assert (backend["remark"], backend["version"]) == ("the old one", "V7")


def test_something_new_to_choose_comes_without_losing_what_was_typed(
    admin_client: Client,
) -> None:
    sent = opened(admin_client) | {"name": "typed"}
    row = world.group()
    page = press(admin_client, sent, refresh="1")
    assert page.form_with("req_uri")["name"] == "typed"
    assert f'value="{row.pk}"' in page.html
    second_step = press(admin_client, sent).form_with("address") | {"path": "/x"}
    channel = world.channel()
    page = press(admin_client, second_step, refresh="1")
    assert page.form_with("address")["path"] == "/x"
    assert f'value="{channel.pk}"' in page.html
