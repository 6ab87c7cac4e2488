"""The documented example."""

import pytest
from django.core.exceptions import ValidationError

from console import demo, models, publish
from console.compile import function
from console.embedded import embedded
from tests.console import world

pytestmark = pytest.mark.django_db


def counts() -> list[int]:
    return [noun.objects.count() for noun in (*demo.NOUNS, models.TestEvent)]


def test_it_has_one_of_everything_connected() -> None:
    example = demo.create()
    assert counts() == [1] * 7
    assert example.api.two_factor
    assert example.api.req_uri == "/api/two_factor_authorization"
    assert example.api.releases.get().status == 1
    assert example.credential.authorizations.get().api == example.api
    guard = example.api.authorizer
    assert guard is not None and guard.ttl == 30
    assert guard.function.deployed is not None
    assert guard.function.encrypted_user_data == {"token": demo.TOKEN}
    for row in (example.api, example.credential, guard, guard.function):
        row.full_clean()


def test_creating_it_again_changes_nothing() -> None:
    first = demo.create()
    first.api.remark = "mine now"
    first.api.save_valid()
    before = demo.describe(first)
    again = demo.create()
    assert demo.describe(again) == before
    assert again.api.remark == "mine now"
    assert counts() == [1] * 7


def test_what_is_missing_is_added() -> None:
    first = demo.create()
    publish.take_offline(first.api, world.environment())
    first.credential.delete()
    again = demo.create()
    assert again.api.releases.filter(status=1).count() == 1
    assert again.credential.authorizations.count() == 1


def test_an_api_of_the_user_s_own_on_its_path_is_left_alone() -> None:
    own = world.published(req_uri=demo.PATH)
    with pytest.raises(ValidationError, match=str(own)):
        demo.create()
    assert not models.Function.objects.exists()


def test_its_event_is_allowed_by_its_function() -> None:
    example = demo.create()
    assert example.api.authorizer is not None
    row = example.api.authorizer.function
    event = row.events.get().parsed()
    outcome = embedded().invoke(function(row), event, "request")
    assert outcome.ok and "allow" in outcome.result
    event["headers"]["token"] = "other"
    outcome = embedded().invoke(function(row), event, "request")
    assert outcome.ok and "deny" in outcome.result


def test_its_description_says_how_to_call_it() -> None:
    example = demo.create()
    facts = demo.describe(example)
    assert facts["method"] == "GET"
    assert facts["path"] == demo.PATH
    assert facts["host"] == f"{example.api.group.sl_domain}:8443"
    assert facts["gateway_url"] == "https://127.0.0.1:8443"
    assert facts["app_secret"] == example.credential.app_secret
    assert facts["headers"] == {"token": demo.TOKEN}
    assert facts["query"] == {"test": demo.TEST}
