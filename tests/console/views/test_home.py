"""Home: the checklist computed from the data."""

import pytest
from django.test import Client
from django.urls import reverse

from console import demo, models
from console.views.home import checklist
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db


def done() -> list[bool]:
    return [task.done for task in checklist()]


def test_a_fresh_console_has_everything_to_do(admin_client: Client) -> None:
    assert done() == [False] * 7
    page = Page(admin_client.get(reverse("home")))
    assert reverse("function-create") in page.hrefs
    assert page.says("Open: ")
    assert not page.says("Done: ")


def test_each_step_is_done_when_its_object_is_there() -> None:
    function = world.function()
    assert done() == [True, *[False] * 6]
    guard = world.authorizer(function=function)
    assert done() == [True, True, *[False] * 5]
    world.published()
    assert done() == [True, True, *[False] * 5]
    api = world.published(authorizer=guard)
    assert done() == [True] * 4 + [False] * 3
    app = world.credential()
    assert done() == [True] * 5 + [False] * 2
    world.bind(app, api)
    assert done() == [True] * 6 + [False]


def test_an_undeployed_function_leads_to_its_deploy_button(
    admin_client: Client,
) -> None:
    function = models.Function(func_name="guard")
    function.save_valid()
    task = checklist()[0]
    assert (task.button, task.url) == ("Deploy", function.get_absolute_url())


def test_the_button_creates_the_example_and_leads_to_debug(
    admin_client: Client,
) -> None:
    for _ in range(2):
        response = admin_client.post(reverse("demo"))
        api = models.Api.objects.get(name=demo.NAME)
        assert response["Location"] == f"{reverse('debug')}?api={api.pk}"
    assert all(done()[:6])


def test_the_example_needs_every_permission_that_it_uses(
    client_of: MakeClient,
) -> None:
    names = [f"add_{noun._meta.model_name}" for noun in demo.NOUNS]
    assert client_of(*names[1:]).post(reverse("demo")).status_code == 403
    assert not models.Function.objects.exists()
    assert client_of(*names).post(reverse("demo")).status_code == 302


def test_a_taken_path_is_said_and_leaves_nothing_half_made(
    admin_client: Client,
) -> None:
    own = world.published(name="own_api", req_uri=demo.PATH)
    page = Page(admin_client.post(reverse("demo"), follow=True))
    assert page.status == 200
    assert page.says(own.name)
    assert not models.Function.objects.exists()
    assert models.Api.objects.count() == 1
