"""Scenarios: cases made from calls, run from the page, exported."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console import demo, models
from console.replay import cases
from console.replay.asked import Asked
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page
from tests.console.replay.calls import call

pytestmark = pytest.mark.django_db


def run(browser: Client, scenario: models.Scenario, **fields: Any) -> Page:
    url = reverse("scenario-run", args=[scenario.pk])
    return Page(browser.post(url, fields, follow=True))


def saved(browser: Client, url: str, **fields: Any) -> Page:
    """Open the form of a case, change some fields, and send it."""
    sent = Page(browser.get(url)).form_with("signer") | fields
    return Page(browser.post(url, sent, follow=True))


def test_a_scenario_is_made_and_deleted_with_its_cases(admin_client: Client) -> None:
    sent = {"name": "orders", "remark": "all of them"}
    page = Page(admin_client.post(reverse("scenario-create"), sent, follow=True))
    assert page.says("No case yet.")
    scenario = models.Scenario.objects.get()
    world.scenario_case(world.published(auth_type="NONE"), scenario=scenario)
    url = reverse("scenario-delete", args=[scenario.pk])
    assert Page(admin_client.get(url)).says("Also affected")
    admin_client.post(url)
    assert not models.ScenarioCase.objects.exists()


def test_a_recorded_call_becomes_a_case_that_expects_what_it_got(
    admin_client: Client, example: world.Example
) -> None:
    api, app = example.api, example.credential
    models.AclBinding.objects.all().delete()
    log = call(api, app, query="test=wrong", headers={"token": demo.TOKEN})
    url = f"{reverse('case-create')}?request_id={log.request_id}"
    form = Page(admin_client.get(url)).form_with("signer")
    assert (form["status"], form["code"]) == ("401", "APIG.0305")
    assert form["signer"] == app.pk
    page = saved(admin_client, url, name="wrong test", scenario=example.scenario.pk)
    assert page.says("wrong test") and page.says("Not run")
    assert not page.says(demo.TOKEN)
    row = models.ScenarioCase.objects.get(name="wrong test")
    asked = Asked.from_document(row.call)
    assert (asked.query, asked.signer) == ("test=wrong", app.pk)
    page = run(admin_client, example.scenario, case=row.pk)
    assert page.says("1 passed, 0 failed.")
    assert page.says("decided by: custom authorizer")
    trace = models.Trace.objects.filter(origin="debug").latest("create_time")
    assert trace.get_absolute_url() in page.hrefs


def test_all_cases_run_and_each_says_what_it_got(admin_client: Client) -> None:
    api = world.published(auth_type="NONE")
    scenario = world.scenario_case(api, name="right").scenario
    world.scenario_case(api, scenario=scenario, name="wrong status", status=201)
    world.scenario_case(
        api, scenario=scenario, name="lost", path="/nowhere", code="APIG.0303"
    )
    api.mock_info = api.mock_info | {"status_code": 202}
    api.save_valid()
    world.scenario_case(
        api, scenario=scenario, name="saved", version="draft", status=202
    )
    page = run(admin_client, scenario)
    assert page.says("2 passed, 2 failed.")
    assert page.says("200 instead of 201")
    assert page.says("404 APIG.0101 instead of 200 APIG.0303")
    assert page.says("decided by: match route") and page.says("decided by: backend")
    models.Trace.objects.all().delete()
    page = Page(admin_client.get(scenario.get_absolute_url()))
    assert page.says("Its trace is not kept any more.")


def test_a_run_ends_when_its_time_is_up(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = world.scenario_case(world.published(auth_type="NONE"))
    monkeypatch.setattr(cases, "RUN_SECONDS", -1.0)
    page = run(admin_client, row.scenario)
    assert page.says("0 passed, 0 failed. 1 were not run")


def test_what_signs_must_be_there_and_be_one_s_own(
    admin_client: Client, client_of: MakeClient, example: world.Example
) -> None:
    api = world.published(auth_type="IAM")
    row = world.scenario_case(api, signer=example.access_key.pk)
    assert run(admin_client, row.scenario).says("1 passed")
    rights = ("view_scenario", "change_scenario", "view_api", "change_api")
    other = client_of(*rights)
    assert run(other, row.scenario).says("You may not use what signs the call.")
    example.access_key.delete()
    page = run(admin_client, row.scenario)
    assert page.says("What signs the call is gone") and page.says(
        "somebody who is gone"
    )


def test_running_needs_the_right_to_debug(
    client_of: MakeClient, example: world.Example
) -> None:
    client = client_of("view_scenario", "change_scenario")
    url = reverse("scenario-run", args=[example.scenario.pk])
    assert client.post(url).status_code == 403
    page = Page(client.get(example.scenario.get_absolute_url()))
    assert not page.says("Run All")


def test_a_recorded_call_stays_hidden_from_who_may_not_see_it(
    client_of: MakeClient, example: world.Example
) -> None:
    log = call(example.api, example.credential, headers={"token": demo.TOKEN})
    client = client_of("add_scenariocase")
    url = f"{reverse('case-create')}?request_id={log.request_id}"
    assert demo.TOKEN not in Page(client.get(url)).html


def test_what_others_could_call_with_is_kept_and_not_shown(
    admin_client: Client, example: world.Example
) -> None:
    row = world.scenario_case(example.api, headers=(("Cookie", "id=s3cret"),))
    url = row.get_absolute_url()
    page = Page(admin_client.get(url))
    assert page.form_with("signer")["headers"] == "Cookie: ***"
    assert "s3cret" not in page.html
    saved(admin_client, url, name="renamed")
    row.refresh_from_db()
    assert row.name == "renamed"
    assert Asked.from_document(row.call).headers == (("Cookie", "id=s3cret"),)


def test_a_changed_case_has_no_result(admin_client: Client) -> None:
    row = world.scenario_case(world.published(auth_type="NONE"))
    run(admin_client, row.scenario)
    page = saved(admin_client, row.get_absolute_url(), status="201")
    assert page.says("Not run")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "-", "Case Name: 1 to 64 characters"),
        ("name", "taken", "The scenario has a case with this name."),
        ("status", "99", "Expected Status"),
        ("code", "0303", "Expected Error Code: as APIG.0303."),
        ("body", "x" * (64 * 1024 + 1), "Request body: At most 64 KB."),
        ("scenario", "", "Scenario: "),
        ("target", "/a b", "Path and query: a slash first"),
    ],
)
def test_what_no_case_can_be_is_refused_with_its_field(
    admin_client: Client, example: world.Example, field: str, value: str, said: str
) -> None:
    world.scenario_case(example.api, scenario=example.scenario, name="taken")
    page = saved(admin_client, example.case.get_absolute_url(), **{field: value})
    assert page.says(said)
    assert not page.says("Saved. Run it")


def test_scenarios_and_cases_are_limited(
    admin_client: Client, example: world.Example, settings: Settings
) -> None:
    settings.LIMITS = {"SCENARIO_NUM_LIMIT": 1, "SCENARIO_CASE_NUM_LIMIT": 1}
    sent = {"name": "another", "remark": ""}
    page = Page(admin_client.post(reverse("scenario-create"), sent))
    assert page.says("At most 1 scenarios")
    log = call(world.published(auth_type="NONE"))
    url = f"{reverse('case-create')}?request_id={log.request_id}"
    page = saved(admin_client, url, scenario=example.scenario.pk)
    assert page.says("At most 1 cases of a scenario")


def test_changes_are_audited_and_runs_are_none(
    admin_client: Client, example: world.Example
) -> None:
    saved(admin_client, example.case.get_absolute_url(), name="renamed")
    run(admin_client, example.scenario)
    names = models.Audit.objects.filter(resource_id=example.case.pk)
    found = list(names.values_list("trace_name", flat=True))
    assert found == ["UpdateScenarioCase", "CreateScenarioCase"]
    assert "token" not in str(names.values_list("message"))


def test_an_export_is_a_file_and_without_cases_none(
    admin_client: Client, example: world.Example
) -> None:
    url = reverse("scenario-export", args=[example.scenario.pk])
    reply = admin_client.get(url)
    name = f'attachment; filename="test_{example.scenario.name}.py"'
    assert reply["Content-Disposition"] == name
    assert b"def test_case(case)" in reply.content
    example.case.delete()
    page = Page(admin_client.get(url, follow=True))
    assert page.says("There is no case to export")
