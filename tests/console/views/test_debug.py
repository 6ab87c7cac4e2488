"""The debug page: build a call, send it, read the answer and the trace."""

from typing import Any

import pytest
from django.test import Client

from console import demo, publish
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db

Pairs = tuple[tuple[str, str], ...]


def rows(prefix: str, *pairs: tuple[str, str]) -> dict[str, str]:
    sent = {f"{prefix}-TOTAL_FORMS": str(len(pairs)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, (name, value) in enumerate(pairs):
        sent[f"{prefix}-{number}-name"] = name
        sent[f"{prefix}-{number}-value"] = value
    return sent


def call(
    client: Client,
    example: world.Example,
    *,
    query: Pairs = (("test", demo.TEST),),
    headers: Pairs = (("token", demo.TOKEN),),
    **fields: Any,
) -> Page:
    """The documented call, sent from the page as it opens."""
    opened = Page(client.get(example.debug_url)).form_with("signer")
    kept = {
        k: v for k, v in opened.items() if not k.startswith(("parameters-", "headers-"))
    }
    sent = kept | rows("parameters", *query) | rows("headers", *headers)
    return Page(client.post(example.debug_url, sent | {"action": "debug"} | fields))


def test_the_page_lists_the_identity_sources_beforehand(
    admin_client: Client, example: world.Example
) -> None:
    sent = Page(admin_client.get(example.debug_url)).form_with("signer")
    assert sent["parameters-0-name"] == "test"
    assert sent["headers-0-name"] == "token"
    assert sent["path"] == demo.PATH
    assert (sent["method"], sent["scheme"]) == ("GET", "https")
    assert (sent["version"], sent["signer"]) == ("draft", "debugger")


def test_right_values_get_200_and_the_whole_story(
    admin_client: Client, example: world.Example
) -> None:
    page = call(admin_client, example)
    assert page.says("Status Code 200")
    assert page.says("Duration")
    assert page.says("Hello from behind two doors")
    assert page.says(f"GET {demo.PATH}?test=user%40123 HTTP/1.1")
    assert page.says("HTTP/1.1 200 OK")
    for phase in (
        "match route",
        "app signature",
        "credential authorization",
        "custom authorizer",
        "backend",
    ):
        assert page.says(phase)
    hashed = str(example.function.deployed_id)
    assert page.says(hashed[:12]) and not page.says(hashed)
    # What was typed is still there for the next try.
    shown = page.form_with("signer")
    assert shown["parameters-0-value"] == demo.TEST
    assert shown["headers-0-value"] == demo.TOKEN


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ((("test", "user@124"),), (("token", demo.TOKEN),)),
        ((("test", demo.TEST),), (("token", "Basic other"),)),
        ((), (("token", demo.TOKEN),)),
        ((("test", demo.TEST),), ()),
        ((("Test", demo.TEST),), (("token", demo.TOKEN),)),
        ((), ()),
    ],
)
def test_another_value_gets_the_documented_401(
    admin_client: Client,
    example: world.Example,
    query: Pairs,
    headers: Pairs,
) -> None:
    page = call(admin_client, example, query=query, headers=headers)
    assert page.says("Status Code 401")
    assert page.says("APIG.0305")
    assert page.says("Incorrect authentication information: frontend authorizer")


def test_a_call_that_nobody_signs_gets_401(
    admin_client: Client, example: world.Example
) -> None:
    page = call(admin_client, example, signer="nobody")
    assert page.says("Status Code 401")
    assert page.says("APIG.0303")


def test_a_pasted_authorization_counts_when_the_page_does_not_sign(
    admin_client: Client, example: world.Example
) -> None:
    given = "SDK-HMAC-SHA256 Access=nobodys-key, SignedHeaders=host, Signature=00"
    page = call(
        admin_client,
        example,
        headers=(("token", demo.TOKEN), ("Authorization", given)),
        signer="nobody",
    )
    assert page.says("Status Code 401")
    assert page.says("app not found, appkey nobodys-key")


def test_the_user_s_own_authorization_stays_free_when_the_page_signs(
    admin_client: Client, example: world.Example
) -> None:
    headers = (("token", demo.TOKEN), ("Authorization", "Bearer own"))
    page = call(admin_client, example, headers=headers)
    assert page.says("Status Code 200")
    assert page.says("Authorization: Bearer own")


def test_a_bound_credential_signs(admin_client: Client, example: world.Example) -> None:
    page = call(admin_client, example, signer=example.credential.pk)
    assert page.says("Status Code 200")
    assert page.says(f"Access={example.credential.app_key}")


def test_a_credential_that_is_not_bound_gets_403(
    admin_client: Client, example: world.Example
) -> None:
    stranger = world.credential()
    page = call(admin_client, example, signer=stranger.pk)
    assert page.says("Status Code 403")
    assert page.says("APIG.0304")


def test_a_draft_is_tried_without_touching_what_is_published(
    admin_client: Client, example: world.Example
) -> None:
    api = example.api
    api.mock_info = api.mock_info | {"result_content": "drafted", "status_code": 202}
    api.save_valid()
    assert call(admin_client, example, version="draft").says("Status Code 202")
    page = call(admin_client, example, version="RELEASE")
    assert page.says("Status Code 200")
    assert not page.says("drafted")


def test_an_api_that_was_never_published_can_be_tried(admin_client: Client) -> None:
    api = world.api(req_protocol="HTTP")
    sent = {"method": "GET", "scheme": "http", "path": api.req_uri, "version": "draft"}
    sent |= {"signer": "debugger"} | rows("parameters") | rows("headers")
    page = Page(admin_client.post(f"/debug/?api={api.pk}", sent))
    assert page.says("Status Code 200")


def test_another_environment_is_called_by_its_name(
    admin_client: Client, example: world.Example
) -> None:
    publish.publish(example.api, world.environment("TEST"))
    page = call(admin_client, example, version="TEST")
    assert page.says("Status Code 200")
    assert page.says("X-Stage: TEST")


def test_the_body_is_sent_with_unix_line_ends(admin_client: Client) -> None:
    api = world.api(req_method="ANY", req_protocol="BOTH")
    sent = {"method": "POST", "scheme": "http", "path": api.req_uri, "version": "draft"}
    sent |= {"signer": "debugger", "body": "一\r\n二"}
    sent |= rows("parameters") | rows("headers")
    page = Page(admin_client.post(f"/debug/?api={api.pk}", sent))
    assert page.says("Status Code 200")
    assert page.says("Content-Length: 7")
    assert page.form_with("body")["body"].splitlines() == ["一", "二"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"method": "POST"}, "Method: Select a valid choice."),
        ({"scheme": "http"}, "Protocol: Select a valid choice."),
        ({"path": ""}, "Path: This field is required."),
        ({"path": "orders"}, "Path: it must start with a slash."),
        ({"path": "/a\nb"}, "Path: it must start with a slash"),
        ({"version": "TEST"}, "Definition: Select a valid choice."),
        ({"signer": "0"}, "App signature: Select a valid choice."),
        ({"body": "x" * (2 * 1024 * 1024 + 1)}, "Body: at most 2 MB."),
        (rows("headers", ("X-Stage", "a")), "X-Stage is set by the debugger."),
        (rows("headers", ("x-sdk-date", "a")), "x-sdk-date is set by the debugger."),
        (rows("headers", ("Host", "a")), "Host is set by the debugger."),
        (rows("headers", ("1a", "b")), "1 to 32 letters"),
        (rows("headers", ("a b", "b")), "1 to 32 letters"),
        (rows("headers", ("", "b")), "Parameter Name: This field is required."),
        (rows("parameters", ("a b", "c")), "Letters, digits and _ . - only."),
        (rows("parameters", ("值", "c")), "Letters, digits and _ . - only."),
    ],
)
def test_a_call_that_cannot_be_built_is_refused_and_kept(
    admin_client: Client, example: world.Example, fields: dict[str, Any], said: str
) -> None:
    page = call(admin_client, example, **fields)
    assert page.status == 200
    assert page.says(said)
    assert not page.says("Status Code")
    shown = page.form_with("signer")
    chosen = ("method", "scheme", "version", "signer")
    for name, value in fields.items():
        if name not in chosen and "FORMS" not in name:
            assert shown[name] == value


def test_values_survive_whatever_characters_they_have(
    admin_client: Client, example: world.Example
) -> None:
    odd = "值 &=+%/?#\"'<b>"
    page = call(admin_client, example, query=(("test", odd),))
    assert page.says("Status Code 401")
    assert page.form_with("signer")["parameters-0-value"] == odd
    assert "<b>" not in page.html


def test_snippets_are_programs_that_hold_the_whole_call(
    admin_client: Client, example: world.Example
) -> None:
    page = call(admin_client, example, signer=example.credential.pk, action="snippets")
    assert page.says("curl -i")
    assert page.says("import requests")
    assert page.says('from "node:https"')
    assert page.html.count(example.credential.app_secret) == 2
    assert not page.says("Status Code")


def test_snippets_need_a_credential_to_sign_with(
    admin_client: Client, example: world.Example
) -> None:
    page = call(admin_client, example, action="snippets")
    assert page.says("choose the credential that the snippets sign with")
    assert page.form_with("signer")["parameters-0-value"] == demo.TEST


def test_snippets_are_for_those_who_may_see_secrets(
    client_of: MakeClient, example: world.Example
) -> None:
    signer = example.credential.pk
    without = client_of("view_api", "change_api")
    page = call(without, example, signer=signer)
    assert page.says("App signature: Select a valid choice.")
    assert call(without, example).says("Status Code 200")
    viewer = client_of("view_api", "change_api", "view_credential")
    assert call(viewer, example, signer=signer).says("Status Code 200")
    page = call(viewer, example, signer=signer, action="snippets")
    assert page.status == 403
    assert example.credential.app_secret not in page.html
    allowed = client_of(
        "view_api", "change_api", "view_credential", "change_credential"
    )
    page = call(allowed, example, signer=signer, action="snippets")
    assert page.says("import requests")


def test_the_page_is_never_cached(admin_client: Client, example: world.Example) -> None:
    response = admin_client.get(example.debug_url)
    assert "no-store" in response["Cache-Control"]


def test_without_apis_the_page_says_what_to_do(admin_client: Client) -> None:
    assert Page(admin_client.get("/debug/")).says("There is no API to debug yet.")


def test_the_trace_keeps_secrets_to_itself(
    admin_client: Client, example: world.Example
) -> None:
    page = call(admin_client, example, signer=example.credential.pk)
    assert example.credential.app_secret not in page.html


def test_the_trace_says_why_a_call_was_refused(
    admin_client: Client, example: world.Example
) -> None:
    page = call(admin_client, example, query=())
    assert page.says("the identity source is missing: query test")
    assert page.says("refused")
