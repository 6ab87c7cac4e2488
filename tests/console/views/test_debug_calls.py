"""What the debug page can send, and what it shows of the answer."""

from base64 import b64encode
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from console import demo, models, publish
from console.models import Api
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db

ECHO = """def handler(event, context):
    headers = {"Content-Type": event["headers"].get("content-type", "none")}
    body = event["body"]
    reply = {"statusCode": 200, "isBase64Encoded": True}
    return reply | {"headers": headers, "body": body}
"""
LONG = """def handler(event, context):
    body = "\u5024" * 1000000
    return {"statusCode": 200, "isBase64Encoded": False, "headers": {}, "body": body}
"""
PNG = b"\x89PNG\r\n\x1a\n\x00rest"


def api(**fields: Any) -> Api:
    """An API for everybody, of any method, over either protocol."""
    open_to_all = {"auth_type": "NONE", "req_method": "ANY", "req_protocol": "BOTH"}
    return world.api(**open_to_all | fields)


def echo(code: str = ECHO) -> Api:
    """An API that answers with the body it got."""
    document = {
        "function_urn": world.function(code).func_urn,
        "invocation_type": "sync",
        "network_type": "V1",
        "timeout": 5000,
    }
    return api(backend_type="FUNCTION", func_info=document)


def send(client: Client, row: Api, **fields: Any) -> Page:
    """The page as it opens, with some fields changed, sent."""
    url = f"/debug/?api={row.pk}"
    form = Page(client.get(url)).form_with("signer")
    sent = form | {"action": "debug", "method": "POST"} | fields
    if row.req_method != "ANY":
        sent["method"] = row.req_method
    return Page(client.post(url, sent))


# Proofs


@pytest.mark.parametrize("version", ["draft", "RELEASE"])
def test_an_iam_api_is_signed_for_the_user(
    admin_client: Client, version: str, django_capture_on_commit_callbacks: Any
) -> None:
    row = world.published(auth_type="IAM")
    page = send(admin_client, row, version=version)
    assert page.says("Status Code 200")
    assert page.says("X-Apig-Authorization:")
    assert "IAM authentication" in page.labels


def test_an_iam_api_takes_the_user_s_own_key_or_a_token(admin_client: Client) -> None:
    row, key = api(auth_type="IAM"), world.access_key()
    page = send(admin_client, row, signer=key.pk)
    assert page.says("Status Code 200") and page.says(f"Access={key.access}")
    page = send(admin_client, row, signer="token")
    assert page.says("Status Code 200") and page.says("X-Auth-Token: g****")
    page = send(admin_client, row, signer="nobody")
    assert page.says("Status Code 401") and page.says("APIG.0301")


def test_a_disabled_key_of_the_user_is_refused(admin_client: Client) -> None:
    row, key = api(auth_type="IAM"), world.access_key()
    key.status = key.Status.INACTIVE
    key.save_valid()
    assert send(admin_client, row, signer=key.pk).says("ak not exist")


def test_somebody_else_s_key_is_not_offered(client_of: MakeClient) -> None:
    row, key = api(auth_type="IAM"), world.access_key()
    client = client_of("view_api", "change_api")
    page = send(client, row, signer=key.pk)
    assert page.says("IAM authentication: Select a valid choice.")
    assert key.access not in page.html


def test_an_app_code_is_sent_and_not_shown(
    admin_client: Client, example: world.Example
) -> None:
    row = world.published(auth_opt={"app_code_auth_type": "HEADER"})
    code = world.app_code(example.credential)
    page = send(admin_client, row, signer=code.pk)
    assert page.says("Status Code 403") and page.says("APIG.0304")
    world.bind(example.credential, row)
    page = send(admin_client, row, signer=code.pk)
    assert page.says("Status Code 200")
    assert page.says(f"X-Apig-Appcode: {code.masked}")
    assert code.app_code not in page.html
    trace = models.Trace.objects.latest("create_time")
    assert code.app_code not in trace.request + str(trace.content)


def test_an_app_code_over_http_is_refused(
    admin_client: Client, example: world.Example
) -> None:
    row = world.published(
        auth_opt={"app_code_auth_type": "HEADER"}, req_protocol="BOTH"
    )
    code = world.app_code(example.credential)
    page = send(admin_client, row, signer=code.pk, scheme="http")
    assert page.says("an AppCode is accepted over HTTPS only")


def test_where_nobody_asks_there_is_nothing_to_choose(admin_client: Client) -> None:
    page = send(admin_client, api())
    assert page.says("Status Code 200") and page.says("None is asked for")


def test_proofs_of_a_published_mode_are_offered_too(
    admin_client: Client, example: world.Example
) -> None:
    row = example.api
    row.auth_type, row.authorizer = "NONE", None
    row.save_valid()
    page = send(admin_client, row, version="RELEASE", signer=example.credential.pk)
    assert page.says(f"Access={example.credential.app_key}")
    assert send(admin_client, row).says("Status Code 200")


# Snippets


@pytest.mark.parametrize("kind", ["key", "token", "code"])
def test_snippets_hold_what_proves(
    admin_client: Client, example: world.Example, kind: str
) -> None:
    row, signer, said = api(auth_type="IAM"), example.access_key.pk, "X-Auth-Token"
    if kind == "code":
        row = api(auth_type="APP", auth_opt={"app_code_auth_type": "HEADER"})
        signer, said = world.app_code(example.credential).pk, "X-Apig-Appcode"
    chosen = "token" if kind == "token" else signer
    page = send(admin_client, row, signer=chosen, action="snippets")
    if kind == "key":
        assert page.html.count(example.access_key.secret) == 2
        assert page.says("good for 15 minutes")
    else:
        assert page.html.count(said) == 3
        assert page.says("keep them to yourself")


def test_snippets_of_an_open_api_are_plain(admin_client: Client) -> None:
    page = send(admin_client, api(), action="snippets")
    assert page.says("import requests")
    for word in ("hmac", "Authorization", "SECRET", "exclamation"):
        assert word not in page.html.partition('id="snippets-title"')[2]


def test_snippets_need_a_key_for_iam(admin_client: Client) -> None:
    page = send(admin_client, api(auth_type="IAM"), action="snippets")
    assert page.says("IAM authentication: choose the credential")


# Where to


def test_any_domain_of_the_group_can_be_called(admin_client: Client) -> None:
    row = api()
    world.domain("www.example.com", group=row.group)
    page = send(admin_client, row, domain="www.example.com")
    assert page.says("Status Code 200") and page.says("Host: www.example.com")
    assert send(admin_client, row).says(f"Host: {row.group.sl_domain}")


def test_a_wildcard_needs_a_name(admin_client: Client) -> None:
    row = api()
    world.domain("*.example.com", group=row.group)
    page = send(admin_client, row, domain="*.example.com", subdomain="shop")
    assert page.says("Status Code 200") and page.says("Host: shop.example.com")
    for wrong in ("", "-", "a b", "a."):
        page = send(admin_client, row, domain="*.example.com", subdomain=wrong)
        assert page.says("Sub-name: Letters, digits")


def test_path_parameters_have_fields_of_their_own(admin_client: Client) -> None:
    row = api(
        req_uri="/users/{id}/{rest+}",
        req_params=[
            {"name": "id", "location": "PATH", "type": "STRING", "sample_value": "42"},
            {"name": "rest", "location": "PATH", "type": "STRING"},
        ],
    )
    page = send(admin_client, row, **{"path-id": "a/b c", "path-rest": "d/e"})
    assert page.says("POST /users/a%2Fb%20c/d/e HTTP/1.1")
    assert page.says("Status Code 200")
    page = send(admin_client, row)
    assert page.says("rest: enter a value for the path.")
    assert page.form_with("signer")["path-id"] == "42"


def test_declared_parameters_are_listed_beforehand(admin_client: Client) -> None:
    row = api(
        req_params=[
            {"name": "q", "location": "QUERY", "type": "STRING", "sample_value": "x"},
            {"name": "X-Own", "location": "HEADER", "type": "STRING"},
        ],
    )
    form = Page(admin_client.get(f"/debug/?api={row.pk}")).form_with("signer")
    assert (form["parameters-0-name"], form["parameters-0-value"]) == ("q", "x")
    assert form["headers-0-name"] == "X-Own"


# Bodies


def test_a_form_is_sent_as_a_form(admin_client: Client) -> None:
    fields = {"fields-TOTAL_FORMS": "2", "fields-INITIAL_FORMS": "0"}
    fields |= {"fields-0-name": "a", "fields-0-value": "1 &"}
    fields |= {"fields-1-name": "a", "fields-1-value": "值"}
    page = send(admin_client, echo(), body_type="form", **fields)
    assert page.says("Content-Type: application/x-www-form-urlencoded")
    assert page.says("a=1%20%26&a=%E5%80%BC")


def test_a_file_is_sent_as_it_is_and_its_echo_is_shown(admin_client: Client) -> None:
    file = SimpleUploadedFile("x.png", PNG, content_type="image/png")
    page = send(admin_client, echo(), body_type="file", file=file)
    assert page.says("Status Code 200")
    assert page.says(f"({len(PNG)} bytes that are no text)")
    assert page.says("00000000  89 50 4e 47 0d 0a 1a 0a 00 72 65 73 74")
    trace = models.Trace.objects.get()
    url = f"/traces/{trace.request_id}/body/"
    assert f'<img class="debug-image" src="{url}?show"' in page.html
    saved, shown = admin_client.get(url), admin_client.get(url, {"show": ""})
    assert saved.content == shown.content == PNG
    assert saved["Content-Type"] == "application/octet-stream"
    assert saved["Content-Disposition"].startswith("attachment")
    assert shown["Content-Type"] == "image/png"
    assert shown["X-Content-Type-Options"] == "nosniff"


def test_a_type_that_could_run_is_never_shown(admin_client: Client) -> None:
    file = SimpleUploadedFile("x", b"\x00<script>", content_type="text/html")
    page = send(admin_client, echo(), body_type="file", file=file)
    assert "debug-image" not in page.html
    trace = models.Trace.objects.get()
    reply = admin_client.get(f"/traces/{trace.request_id}/body/?show")
    assert reply["Content-Type"] == "application/octet-stream"


def test_a_text_has_no_file(admin_client: Client) -> None:
    send(admin_client, api())
    trace = models.Trace.objects.get()
    assert admin_client.get(f"/traces/{trace.request_id}/body/").status_code == 404


def test_a_long_answer_is_cut_and_says_so(admin_client: Client) -> None:
    file = SimpleUploadedFile("x", b"x" * (2 * 1024 * 1024 + 1))
    assert send(admin_client, echo(), body_type="file", file=file).says(
        "File: at most 2 MB."
    )
    page = send(admin_client, echo(LONG))
    assert page.says("[TRUNCATED]")
    assert not page.says("no text")


def test_without_a_file_there_is_nothing_to_send(admin_client: Client) -> None:
    assert send(admin_client, echo(), body_type="file").says("File: choose one.")


def test_a_file_in_a_snippet_is_base64(admin_client: Client) -> None:
    file = SimpleUploadedFile("x.png", PNG, content_type="image/png")
    page = send(admin_client, echo(), body_type="file", file=file, action="snippets")
    assert page.html.count(b64encode(PNG).decode()) == 3
    assert demo.TOKEN not in page.html


def test_the_pages_of_others_answers_need_the_right(client_of: MakeClient) -> None:
    row = api()
    publish.publish(row, world.environment())
    trace = world.trace(row)
    reply = client_of("view_api").get(f"/traces/{trace.request_id}/body/")
    assert reply.status_code == 403


def test_a_draft_with_variables_is_not_debugged(admin_client: Client) -> None:
    to = {
        "url_domain": "#host#",
        "req_protocol": "HTTP",
        "req_method": "GET",
        "req_uri": "/",
        "timeout": 5000,
    }
    row = api(backend_type="HTTP", backend_api=to)
    page = send(admin_client, row, method="GET", version="draft")
    assert page.says("#host# has values in environments only: publish the API")
