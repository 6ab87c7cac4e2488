"""Every page, with hostile texts and with secrets behind it."""

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client

from console import demo, models, publish
from tests.console import addresses, world

pytestmark = pytest.mark.django_db

NAMES = sorted(str(p.name) for p in addresses.patterns() if p.name not in ("logout",))
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}"


def spoil(example: world.Example) -> None:
    """Put hostile text into every column that a page may show, past the rules."""
    function = models.Function.objects.get(pk=example.function.pk)
    function.func_name = function.description = HOSTILE
    world.write(function, HOSTILE + "</textarea>" + HOSTILE)
    function.user_data = {HOSTILE: HOSTILE}
    function.encrypted_user_data = {HOSTILE: "secret"}
    function.handler = HOSTILE
    function.save()
    models.TestEvent.objects.update(name=HOSTILE, content=HOSTILE)
    source = {"location": "HEADER", "name": HOSTILE, "validation": HOSTILE}
    models.Authorizer.objects.update(
        name=HOSTILE, user_data=HOSTILE, identities=[source]
    )
    models.ApiGroup.objects.update(remark=HOSTILE)
    models.ApiGroup.objects.filter(pk=example.group.pk).update(name=HOSTILE)
    header = {"name": HOSTILE, "value": HOSTILE, "remark": HOSTILE}
    models.Api.objects.update(
        name=HOSTILE,
        req_uri="/" + HOSTILE,
        remark=HOSTILE,
        tags=[HOSTILE],
        mock_info={"result_content": HOSTILE, "headers": [header]},
    )
    models.Scenario.objects.update(name=HOSTILE, remark=HOSTILE)
    call = example.case.call | {"path": f"/{HOSTILE}", "headers": [["a", HOSTILE]]}
    models.ScenarioCase.objects.update(name=HOSTILE, call=call)
    models.Feature.objects.update(config=HOSTILE)
    models.Orchestration.objects.update(orchestration_name=HOSTILE)
    models.Throttle.objects.update(name=HOSTILE, remark=HOSTILE)
    models.ThrottleSpecial.objects.update(object_id=HOSTILE)
    models.Acl.objects.update(acl_name=HOSTILE, acl_value=HOSTILE)
    models.AppAcl.objects.update(app_acl_values=[HOSTILE])
    models.AppQuota.objects.update(name=HOSTILE, remark=HOSTILE)
    models.Release.objects.update(remark=HOSTILE, version_no=HOSTILE[:20])
    models.Environment.objects.update(name=Concat(Value(HOSTILE), "pk"))
    models.GatewayResponse.objects.update(name=Concat(Value(HOSTILE), "pk"))
    models.Certificate.objects.update(name=HOSTILE, san=[HOSTILE])
    models.Domain.objects.update(url_domain=HOSTILE)
    models.Variable.objects.update(variable_name=HOSTILE, variable_value=HOSTILE)
    models.Credential.objects.update(name=HOSTILE, remark=HOSTILE, app_key=HOSTILE)


def assert_inert(html: str) -> None:
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "</textarea>\"'" not in html
    assert '""\'>' not in html


def urls(example: world.Example) -> dict[str, str]:
    """Every page's address, by its name."""
    found = {name: addresses.address(name, example) for name in NAMES}
    return found | {"debug": example.debug_url}


def test_hostile_text_is_inert(
    admin_client: Client, example: world.Example, subtests: pytest.Subtests
) -> None:
    pages = urls(example)
    spoil(example)
    for name, url in pages.items():
        with subtests.test(name):
            response = admin_client.get(url, {"q": HOSTILE, "api": example.api.pk})
            assert response.status_code in (200, 302, 405)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                assert_inert(response.getvalue().decode(errors="replace"))


def test_hostile_text_is_inert_when_a_form_comes_back(admin_client: Client) -> None:
    for url, field in (
        ("/groups/create/", "name"),
        ("/credentials/create/", "name"),
        ("/functions/create/", "func_name"),
        ("/policies/authorizers/create/", "name"),
        ("/login/", "username"),
    ):
        sent = {field: HOSTILE}
        if "authorizers" in url:
            sent |= {"identities-TOTAL_FORMS": "1", "identities-INITIAL_FORMS": "0"}
            sent |= {"identities-0-name": HOSTILE, "identities-0-location": "HEADER"}
        response = admin_client.post(url, sent)
        assert response.status_code == 200
        html = response.getvalue().decode()
        assert "&lt;script&gt;alert(1)" in html
        assert_inert(html)


def test_what_a_function_and_a_backend_answer_is_inert(
    admin_client: Client, example: world.Example
) -> None:
    code = (
        f"def handler(event, context):\n    print({HOSTILE!r})\n    return {HOSTILE!r}"
    )
    sent = {"source": code, "action": "test", "event": example.event.pk}
    url = example.function.get_absolute_url()
    html = admin_client.post(url, sent, follow=True).content.decode()
    assert "Execution successful" in html
    assert_inert(html)
    api = world.api(auth_type="NONE", mock_info={"result_content": HOSTILE})
    sent = {"method": "GET", "scheme": "https", "path": api.req_uri}
    sent |= {"version": "draft", "signer": "debugger", "body": HOSTILE}
    for table in ("parameters", "headers"):
        sent |= {f"{table}-TOTAL_FORMS": "1", f"{table}-INITIAL_FORMS": "0"}
        sent |= {f"{table}-0-name": "a", f"{table}-0-value": HOSTILE}
    html = admin_client.post(f"/debug/?api={api.pk}", sent).content.decode()
    assert "Status Code 200" in html
    assert_inert(html)


def test_no_page_shows_a_secret(
    admin_client: Client,
    example: world.Example,
    subtests: pytest.Subtests,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    # The documented code and its test event hold no secret of the console's.
    allowed = example.event.content.replace('"', "&quot;")
    for name, url in urls(example).items():
        with subtests.test(name):
            caplog.clear()
            html = admin_client.get(url).getvalue().decode(errors="replace")
            for secret in (example.credential.app_secret, demo.TOKEN):
                assert secret not in caplog.text
                assert secret not in html.replace(allowed, "")


def test_binding_and_publishing_say_no_secret(
    admin_client: Client, example: world.Example
) -> None:
    publish.take_offline(example.api, world.environment())
    response = admin_client.post(
        f"/apis/{example.api.pk}/publish/",
        {"env": world.environment().pk, "remark": ""},
        follow=True,
    )
    assert example.credential.app_secret not in response.content.decode()
