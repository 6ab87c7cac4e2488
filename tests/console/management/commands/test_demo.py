"""manage.py demo."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from console import demo, models
from tests.console import world

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


def test_json_is_one_object_with_all_that_a_script_needs() -> None:
    facts = json.loads(said("--json"))
    assert set(facts) == {
        "console_url",
        "gateway_url",
        "host",
        "method",
        "path",
        "app_key",
        "app_secret",
        "headers",
        "query",
    }
    assert json.loads(said("--json")) == facts


def test_without_json_it_speaks_to_a_person_and_keeps_the_secret() -> None:
    text = said()
    app = models.Credential.objects.get()
    assert demo.PATH in text and app.app_key in text
    assert app.app_secret not in text


def test_a_taken_path_is_one_clear_line() -> None:
    own = world.published(req_uri=demo.PATH)
    with pytest.raises(CommandError, match=str(own)):
        said()
