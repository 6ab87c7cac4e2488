"""APIs: the list and the two-step wizard."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from console.models import Api
from tests.console import policies, world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db

CREATE = "/apis/create/"


def first_step(client: Client, **fields: str) -> dict[str, str]:
    """Step 1 as it opens, with some fields typed."""
    opened = Page(client.get(CREATE)).form_with("req_uri")
    return opened | {"name": "orders", "req_uri": "/orders"} | fields


def send(client: Client, url: str, sent: dict[str, str]) -> Page:
    return Page(client.post(url, sent))


def second_step(client: Client, **fields: str) -> dict[str, str]:
    """Step 2, reached by Next; the first step travels along."""
    page = send(client, CREATE, first_step(client, **fields))
    return page.form_with("status_code") | {"backend_type": "MOCK"}


def headers(*pairs: tuple[str, str]) -> dict[str, str]:
    sent = {"headers-TOTAL_FORMS": str(len(pairs)), "headers-INITIAL_FORMS": "0"}
    for number, (name, value) in enumerate(pairs):
        sent |= {
            f"headers-{number}-name": name,
            f"headers-{number}-value": value,
            f"headers-{number}-remark": "",
        }
    return sent


def test_step_one_has_the_documented_fields_and_proposals(
    admin_client: Client,
) -> None:
    page = Page(admin_client.get(CREATE))
    blank_parameter = page.labels.index("Parameter Name")
    assert page.labels[:blank_parameter] == [
        "API Name",
        "Group",
        "Method",
        "Protocol",
        "Subdomain Name",
        "Path",
        "Gateway Response",
        "Matching",
        "Tags",
        "Description",
        "Request Body Format",
        "Request Body Content",
        "Base64 Encoding",
        "Visibility",
        "Authentication Mode",
        "Simple Authentication",
        "Two-Factor Authentication",
        "Custom Authorizer",
        "CORS",
    ]
    sent = page.form_with("req_uri")
    assert sent["name"].startswith("API_")
    assert sent["group"] == world.default_group().pk
    assert (sent["req_method"], sent["req_protocol"]) == ("GET", "HTTPS")
    assert (sent["auth_type"], sent["match_mode"]) == ("APP", "NORMAL")
    assert page.says(world.default_group().sl_domain)


def test_a_link_from_a_group_preselects_it(admin_client: Client) -> None:
    row = world.group()
    page = Page(admin_client.get(f"{CREATE}?group={row.pk}"))
    assert page.form_with("req_uri")["group"] == row.pk
    # An unknown one is no reason to fail.
    assert Page(admin_client.get(f"{CREATE}?group=0")).status == 200


def test_the_documented_api_is_created_in_two_steps(admin_client: Client) -> None:
    guard = world.authorizer()
    sent = second_step(
        admin_client,
        name="two_factor",
        req_uri="/api/two_factor_authorization",
        two_factor="on",
        authorizer=guard.pk,
        tags_text="a, b;c  a",
    )
    assert not Api.objects.exists()
    sent |= {"status_code": "201", "result_content": "你好\r\n"}
    sent |= headers(("X-A", "1"), ("X-A", "2"))
    response = admin_client.post(CREATE, sent)
    row = Api.objects.get()
    assert response["Location"] == row.get_absolute_url()
    assert row.two_factor and row.authorizer == guard
    assert row.tags == ["a", "b", "c"]
    assert row.response == row.group.gateway_responses.get(default=True)
    assert row.mock_info == {
        "authorizer_id": "",
        "remark": "",
        "version": "",
        "status_code": 201,
        "result_content": "你好\n",
        "headers": [
            {"name": "X-A", "value": "1", "remark": ""},
            {"name": "X-A", "value": "2", "remark": ""},
        ],
    }
    page = Page(admin_client.get(row.get_absolute_url()))
    assert page.says("Not published")
    assert page.says(row.group.sl_domain)


def test_previous_and_next_keep_what_was_typed_in_both_steps(
    admin_client: Client,
) -> None:
    guard = world.authorizer()
    sent = second_step(
        admin_client,
        remark="kept",
        two_factor="on",
        authorizer=guard.pk,
        match_mode="SWA",
    )
    sent |= {"status_code": "404", "result_content": "typed"}
    sent |= headers(("X-A", "kept"))
    first = send(admin_client, CREATE, sent | {"back": "1"}).form_with("req_uri")
    assert first["step"] == "1"
    assert (first["remark"], first["match_mode"]) == ("kept", "SWA")
    assert (first["two_factor"], first["authorizer"]) == ("on", guard.pk)
    second = send(admin_client, CREATE, first).form_with("req_uri")
    assert second["step"] == "2"
    assert (second["status_code"], second["result_content"]) == ("404", "typed")
    assert (second["headers-0-name"], second["headers-0-value"]) == ("X-A", "kept")
    assert second["remark"] == "kept"
    assert send(admin_client, CREATE, second).status == 302
    row = Api.objects.get()
    assert (row.remark, row.two_factor) == ("kept", True)
    assert row.mock_info["result_content"] == "typed"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "API Name: This field is required."),
        ("name", "ab", "API Name: 3 to 255 characters"),
        ("name", "-abc", "API Name: 3 to 255 characters"),
        ("name", "a" * 256, "API Name: Ensure this value has at most 255"),
        ("name", "taken", "API Name: the group has an API of this name."),
        ("req_uri", "", "Path: This field is required."),
        ("req_uri", "orders", "Path: it must start with a slash."),
        ("req_uri", "/a b", "Path: a b: a segment is"),
        ("req_uri", "/路径", "Path: 路径: a segment is"),
        ("req_uri", "/{a}/{a}", "Path: the parameter a is there twice."),
        ("req_uri", "/{a+}/b", "Path: {name+} may only end the path"),
        ("req_uri", "/" + "a" * 512, "Path: Ensure this value has at most 512"),
        ("req_uri", "/taken", "matching: taken"),
        ("req_method", "TRACE", "Method: Select a valid choice."),
        ("req_protocol", "FTP", "Protocol: Select a valid choice."),
        ("match_mode", "LOOSE", "Matching: Select a valid choice."),
        ("group", "0", "Group: Select a valid choice."),
        ("type", "3", "Visibility: Select a valid choice."),
        ("auth_type", "MAGIC", "Authentication Mode: Select a valid choice."),
        ("auth_type", "AUTHORIZER", "Custom Authorizer: choose one for this mode."),
        ("two_factor", "on", "Custom Authorizer: choose one, or turn Two-Factor"),
        ("authorizer", "0", "Custom Authorizer: Select a valid choice."),
        ("remark", "d" * 256, "Description: Ensure this value has at most 255"),
        ("tags_text", "9a", "Tags: 9a: 1 to 128 letters"),
        ("tags_text", "a,b,c,d,e,f,g,h,i,j,k", "At most 10 tags"),
        ("response", "0", "Gateway Response: Select a valid choice."),
    ],
)
def test_a_broken_rule_of_step_one_is_named_and_nothing_typed_is_lost(
    admin_client: Client, field: str, value: str, said: str
) -> None:
    world.api(name="taken", req_uri="/taken")
    sent = first_step(admin_client, **{"tags_text": "kept, too"} | {field: value})
    page = send(admin_client, CREATE, sent)
    assert page.status == 200
    assert page.says(said)
    shown = page.form_with("req_uri")
    assert shown["step"] == "1"
    for name in ("name", "req_uri", "remark", "tags_text"):
        assert shown[name] == sent[name]
    assert Api.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status_code": ""}, "Status Code: This field is required."),
        ({"status_code": "100"}, "Status Code: Select a valid choice."),
        ({"status_code": "600"}, "Status Code: Select a valid choice."),
        ({"backend_type": "GRPC"}, "Backend Type: Select a valid choice."),
        ({"result_content": "x" * 20_481}, "Response: Ensure this value has at most"),
        (headers(("a b", "1")), "Headers: a b: a name has 1 to 128 letters"),
        (headers(("", "1")), "Name: This field is required."),
        (headers(("X-A", "")), "Value: This field is required."),
        (headers(("X-A", "值")), "Headers: X-A: a value is one line of ASCII"),
        (headers(("a" * 129, "1")), "Name: Ensure this value has at most 128"),
        (headers(("X-A", "v" * 1025)), "Value: Ensure this value has at most 1024"),
        (headers(*[(f"H{n}", "1") for n in range(11)]), "at most 10"),
    ],
)
def test_a_broken_rule_of_step_two_is_named_and_both_steps_are_kept(
    admin_client: Client, fields: dict[str, str], said: str
) -> None:
    sent = second_step(admin_client, remark="kept", tags_text="a, b")
    sent |= {"result_content": "typed"} | fields
    page = send(admin_client, CREATE, sent)
    assert page.status == 200
    assert page.says(said)
    shown = page.form_with("req_uri")
    assert shown["step"] == "2"
    choices = ("status_code", "backend_type")
    typed = {k: v for k, v in sent.items() if k not in choices and "FORMS" not in k}
    typed.pop("csrfmiddlewaretoken", None)
    assert {name: shown.get(name) for name in typed} == typed
    assert not Api.objects.exists()


def test_step_one_is_checked_again_when_finishing(admin_client: Client) -> None:
    sent = second_step(admin_client)
    world.api(name="rival", req_uri="/orders")
    sent["result_content"] = "typed"
    page = send(admin_client, CREATE, sent)
    assert page.says("matching: rival")
    shown = page.form_with("req_uri")
    assert (shown["step"], shown["result_content"]) == ("1", "typed")


def test_without_two_factor_an_app_api_has_no_authorizer(
    admin_client: Client,
) -> None:
    guard = world.authorizer()
    sent = second_step(admin_client, authorizer=guard.pk)
    send(admin_client, CREATE, sent)
    assert Api.objects.get().authorizer is None


def test_only_frontend_authorizers_are_offered(admin_client: Client) -> None:
    front, back = world.authorizer(), world.authorizer(type="BACKEND")
    page = Page(admin_client.get(CREATE))
    assert page.says(front.name)
    assert not page.says(back.name)


def test_modifying_starts_from_what_is_saved_and_keeps_the_group(
    admin_client: Client,
) -> None:
    row = world.api(authorizer=world.authorizer(), tags=["a", "b"], match_mode="SWA")
    row.mock_info["headers"] = [{"name": "X-A", "value": "1", "remark": "一"}]
    row.save_valid()
    before = row.definition()
    url = reverse("api-edit", args=[row.pk])
    first = Page(admin_client.get(url)).form_with("req_uri")
    assert first["name"] == row.name
    assert (first["two_factor"], first["tags_text"]) == ("on", "a, b")
    second = send(admin_client, url, first | {"group": world.group().pk})
    assert second.form_with("req_uri")["headers-0-remark"] == "一"
    assert send(admin_client, url, second.form_with("req_uri")).status == 302
    row = Api.objects.get(pk=row.pk)
    assert row.definition() == before
    assert row.group == world.default_group()


def test_the_list_asks_as_many_queries_for_20_apis_as_for_one(
    admin_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    url = reverse("api-list")
    guard = world.authorizer()
    world.published(authorizer=guard)
    admin_client.get(url)
    with CaptureQueriesContext(connection) as one:
        admin_client.get(url)
    assert len(one) < 14
    for _ in range(19):
        world.published(authorizer=guard, group=world.group())
    with django_assert_num_queries(len(one)):
        page = Page(admin_client.get(url))
    assert page.says("Total: 20")


def test_the_list_is_searched_filtered_and_paged(admin_client: Client) -> None:
    url = reverse("api-list")
    assert Page(admin_client.get(url)).says("An API says which calls are taken")
    special = world.published(auth_type="NONE", name="special", req_uri="/special")
    for _ in range(20):
        world.api()
    assert Page(admin_client.get(url)).says("Page 1 of 2")
    assert Page(admin_client.get(url + "?page=99")).says("Page 2 of 2")
    for query in ("q=/special", "auth_type=NONE", f"q={special.pk}"):
        page = Page(admin_client.get(f"{url}?{query}"))
        assert page.says("special") and page.says("Total: 1")
    page = Page(admin_client.get(f"{url}?group={world.group().pk}"))
    assert page.says("Nothing matches.")


def test_a_user_who_may_add_but_not_change_creates_only(
    client_of: MakeClient,
) -> None:
    client = client_of("add_api")
    row = world.api()
    assert client.get(CREATE).status_code == 200
    assert client.get(reverse("api-edit", args=[row.pk])).status_code == 403


def test_the_address_has_the_scheme_and_port_of_the_protocol(
    admin_client: Client,
) -> None:
    expected: dict[str, Any] = {"HTTP": "http://{}:8080/", "HTTPS": "https://{}:8443/"}
    for protocol, shape in expected.items():
        row = world.api(req_protocol=protocol)
        url = shape.format(row.group.sl_domain).rstrip("/") + row.req_uri
        assert Page(admin_client.get(row.get_absolute_url())).says(url)


def test_a_condition_on_an_orchestrated_parameter_is_shown(
    admin_client: Client,
) -> None:
    condition = {
        "condition_origin": "orchestration",
        "condition_type": "exact",
        "condition_value": "blue",
        "mapped_param_name": "color",
        "mapped_param_location": "query",
    }
    policy = {"name": "blue_ones", "effect_mode": "ALL", "conditions": [condition]}
    rules = [policies.orchestration().pk]
    tier = {"name": "tier", "type": "STRING", "location": "QUERY"}
    row = world.api(
        req_params=[tier | {"orchestrations": rules}],
        policy_mocks=[policy | {"result_content": "b"}],
    )
    page = Page(admin_client.get(row.get_absolute_url()))
    assert page.says("Orchestrated parameter") and page.says("query color")
