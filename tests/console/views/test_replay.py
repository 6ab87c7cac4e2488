"""Replay: a recorded call again, from its page."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console import demo, models, publish
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page
from tests.console.replay.calls import call

pytestmark = pytest.mark.django_db
HEADERS = {"token": demo.TOKEN}
QUERY = "test=user%40123"
# What a person needs besides the credential itself.
RIGHTS = ("view_trace", "change_trace", "view_api", "change_api")


def url(request_id: str) -> str:
    return f"{reverse('replay')}?request_id={request_id}"


def opened(client: Client, request_id: str) -> Page:
    return Page(client.get(url(request_id)))


def replay(browser: Client, request_id: str, **fields: Any) -> Page:
    """Press Replay on the page as it opens, with some fields changed."""
    sent = opened(browser, request_id).form_with("signer")
    return Page(browser.post(url(request_id), sent | fields))


def traced(example: world.Example) -> models.Api:
    """The documented API, which traces all calls of its own."""
    api = example.api
    api.trace_enabled = True
    api.save_valid()
    publish.publish(api, world.environment())
    models.AclBinding.objects.all().delete()
    return api


def test_a_traced_call_is_signed_again_by_its_credential(
    admin_client: Client, example: world.Example
) -> None:
    api, app = traced(example), example.credential
    log = call(api, app, query=QUERY, headers=HEADERS)
    assert log.status == 200, log.reason
    form = opened(admin_client, log.request_id).form_with("signer")
    assert (form["signer"], form["version"]) == (app.pk, "RELEASE")
    assert form["client"] == "192.0.2.7"
    assert form["target"] == f"{demo.PATH}?{QUERY}"
    assert form["headers"] == f"token: {demo.TOKEN}"
    page = replay(admin_client, log.request_id)
    assert page.says("The answers are the same.")
    assert app.app_secret not in page.html
    again = models.AccessLog.objects.latest("time")
    assert (again.app_id, again.debug, again.status) == (app.pk, True, 200)


def test_a_refused_call_is_the_same_until_something_is_mended(
    admin_client: Client, example: world.Example
) -> None:
    api, app = traced(example), example.credential
    log = call(api, app, query="test=wrong", headers=HEADERS)
    assert log.apig_err_code == "APIG.0305"
    assert replay(admin_client, log.request_id).says("The answers are the same.")
    page = replay(admin_client, log.request_id, target=f"{demo.PATH}?{QUERY}")
    assert page.says("The answers differ in: Status, Error code")
    assert page.says("401 200 changed")
    assert page.says("APIG.0305 -- changed")
    assert page.says('- "error_code": "APIG.0305"') or page.says('-  "error_code"')


def test_the_draft_and_another_environment_answer_for_themselves(
    admin_client: Client, example: world.Example
) -> None:
    api = world.published(auth_type="NONE", trace_enabled=True)
    log = call(api)
    api.mock_info = api.mock_info | {"result_content": "drafted", "status_code": 202}
    api.save_valid()
    page = replay(admin_client, log.request_id, version="draft")
    assert page.says("200 202 changed") and page.says("+drafted")
    assert replay(admin_client, log.request_id).says("The answers are the same")
    other = replay(admin_client, log.request_id, version=example.environment.name)
    assert other.says("200 404 changed") and other.says("-- APIG.0101 changed")


def test_of_a_call_that_was_let_through_untraced_little_is_known(
    admin_client: Client, example: world.Example
) -> None:
    api, app = example.api, example.credential
    models.AclBinding.objects.all().delete()
    log = call(api, app, query=QUERY, headers=HEADERS)
    page = opened(admin_client, log.request_id)
    assert page.says("Query, headers and body: of a call that was neither refused")
    assert page.form_with("signer")["signer"] == app.pk
    page = replay(
        admin_client,
        log.request_id,
        target=f"{demo.PATH}?{QUERY}",
        headers=f"token: {demo.TOKEN}",
    )
    assert page.says("The answers are the same. Not recorded: Headers, Body.")


def test_a_debug_call_is_repeated_with_what_the_page_chose(
    admin_client: Client, example: world.Example
) -> None:
    from tests.console.views.test_debug import call as debug

    debug(admin_client, example, version="RELEASE")
    trace = models.Trace.objects.latest("create_time")
    form = opened(admin_client, trace.request_id).form_with("signer")
    assert (form["signer"], form["version"]) == ("debugger", "RELEASE")
    assert "policies" not in form
    assert replay(admin_client, trace.request_id).says("The answers are the same.")


def test_a_body_that_is_no_text_is_sent_again(admin_client: Client) -> None:
    body = b"\x89PNG\r\n\x00\xff"
    api = world.published(auth_type="NONE", req_method="POST", trace_enabled=True)
    log = call(api, body=body)
    form = opened(admin_client, log.request_id).form_with("signer")
    assert (form["body_type"], form["body"]) == ("base64", "iVBORw0KAP8=")
    replay(admin_client, log.request_id)
    trace = models.Trace.objects.filter(origin="debug").latest("create_time")
    assert trace.content["call"]["body"] == "iVBORw0KAP8="


def test_what_others_could_call_with_is_neither_shown_nor_kept(
    admin_client: Client,
) -> None:
    api = world.published(auth_type="NONE", trace_enabled=True)
    log = call(api, headers={"cookie": "id=s3cret", "x-own": "1"})
    page = opened(admin_client, log.request_id)
    assert page.says("Header Cookie: its value is not kept")
    assert page.form_with("signer")["headers"] == "x-own: 1"
    page = replay(admin_client, log.request_id, headers="Cookie: id=0ther")
    assert page.says("The answers are the same")
    trace = models.Trace.objects.filter(origin="debug").latest("create_time")
    assert "0ther" not in str(trace.content["call"])


def test_who_may_not_look_at_credentials_signs_with_none(
    client_of: MakeClient, example: world.Example
) -> None:
    api, app = traced(example), example.credential
    log = call(api, app, query=QUERY, headers=HEADERS)
    client = client_of(*RIGHTS)
    page = opened(client, log.request_id)
    assert page.says("you may not use what signed the call")
    assert page.form_with("signer")["signer"] == "nobody"
    assert app.name not in page.html.partition('id="id_signer"')[2].partition("</s")[0]
    forced = replay(client, log.request_id, signer=app.pk)
    assert forced.says("Signed by: Select a valid choice")
    allowed = client_of(*RIGHTS, "view_credential")
    assert opened(allowed, log.request_id).form_with("signer")["signer"] == app.pk


def test_an_access_key_of_somebody_else_signs_nothing(
    client_of: MakeClient, example: world.Example
) -> None:
    api = world.published(auth_type="IAM", trace_enabled=True)
    log = call(api, example.access_key)
    assert log.status == 200
    page = opened(client_of(*RIGHTS, "view_credential"), log.request_id)
    assert page.says("you may not use what signed the call")
    assert example.access_key.access not in page.form_with("signer")["signer"]


def test_a_credential_that_is_gone_is_said_to_be(admin_client: Client) -> None:
    api, app = world.published(trace_enabled=True), world.credential()
    log = call(api, app)
    app.delete()
    page = opened(admin_client, log.request_id)
    assert page.says("what signed the call is gone")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("method", "get it", "Method: 1 to 16 capital letters."),
        ("host", "a b", "Host: a host name"),
        ("target", "orders", "Path and query: a slash first"),
        ("headers", "no colon", "is no header"),
        ("headers", "Host: other", "Host is set when the call is made"),
        ("headers", "A: \x01", "control characters"),
        ("headers", "Cookie: ***", "Cookie: enter its value"),
        ("body", "x", "It is not Base64."),
        ("client", "nowhere", "Caller's address"),
        ("version", "NOWHERE", "Against: Select a valid choice"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_field(
    admin_client: Client, field: str, value: str, said: str
) -> None:
    log = call(world.published(auth_type="NONE"))
    fields = {"body_type": "base64"} | {field: value}
    page = replay(admin_client, log.request_id, **fields)
    assert page.says(said) and not page.says("The answers")


def test_a_long_body_is_refused(admin_client: Client) -> None:
    log = call(world.published(auth_type="NONE"))
    page = replay(admin_client, log.request_id, body="x" * (1024 * 1024 + 1))
    assert page.says("At most 1,024 KB.")


def test_an_unknown_call_is_said_to_be_unknown(admin_client: Client) -> None:
    assert opened(admin_client, "f" * 32).says("No call with this request ID")
    assert Page(admin_client.post(url("f" * 32))).says("No call with this request ID")
    assert Page(admin_client.get(reverse("replay"))).says("Makes a recorded call again")


def test_looking_at_traces_alone_is_not_enough(client_of: MakeClient) -> None:
    client = client_of("view_trace", "change_trace")
    assert client.get(reverse("replay")).status_code == 403


def test_events_of_its_functions_become_test_events(
    admin_client: Client, example: world.Example
) -> None:
    api, app = traced(example), example.credential
    guard = example.authorizer
    guard.ttl = 300
    guard.save_valid()
    models.TestEvent.objects.all().delete()
    log = call(api, app, query=QUERY, headers=HEADERS)
    label = f"Save as test event of {example.function}"
    assert opened(admin_client, log.request_id).says(label)
    # The second replay's verdict is remembered: nobody was asked.
    replay(admin_client, log.request_id)
    page = replay(admin_client, log.request_id)
    assert page.says(label)
    link = next(href for href in page.hrefs if "?call=" in href)
    form = Page(admin_client.get(link)).form_with("content")
    event = json.loads(form["content"])
    assert event["headers"]["token"] == demo.TOKEN
    assert event["queryStringParameters"] == {"test": demo.TEST}
    admin_client.post(link, form)
    assert json.loads(models.TestEvent.objects.get().content) == event


def test_an_event_is_for_those_who_may_see_traces(
    admin_client: Client, client_of: MakeClient, example: world.Example
) -> None:
    log = call(traced(example), example.credential, headers=HEADERS)
    replay(admin_client, log.request_id)
    trace = models.Trace.objects.filter(origin="debug").latest("create_time")
    assert trace.content["unasked"]["event"]["headers"]["token"] == demo.TOKEN
    url = reverse("function-event-create", args=[example.function.pk])
    link = f"{url}?call={trace.request_id}"
    assert demo.TOKEN in Page(admin_client.get(link)).html
    other = client_of("add_testevent", "change_function")
    assert demo.TOKEN not in Page(other.get(link)).html
