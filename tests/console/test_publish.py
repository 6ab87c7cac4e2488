"""Making configuration live: what a commit leaves for the gateway to read."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from console import models, publish
from gateway import snapshot as data
from tests.console import world

on_commit = pytest.mark.django_db(transaction=True)
within = pytest.mark.django_db


def live_api(row: models.Api, stage: str = "RELEASE") -> data.Api | None:
    apis = [a for a in world.live().apis if (a.id, a.stage) == (row.pk, stage)]
    return apis[0] if apis else None


@on_commit
def test_an_api_is_live_once_published_and_no_more_when_taken_offline() -> None:
    row = world.api()
    assert live_api(row) is None
    publish.publish(row, world.environment())
    assert live_api(row) is not None
    assert publish.take_offline(row, world.environment())
    assert live_api(row) is None
    assert not publish.take_offline(row, world.environment())


@on_commit
def test_callers_get_what_was_published_not_what_was_saved_since() -> None:
    row = world.published(mock_info={"result_content": "published"})
    row.mock_info = {"result_content": "saved"}
    row.req_uri = "/moved"
    row.auth_type = "NONE"
    row.save_valid()
    known = live_api(row)
    assert known is not None
    assert known.backend.to == data.MockInfo(result_content="published")
    assert (known.req_uri != "/moved", known.auth_type) == (True, "APP")
    publish.publish(row, world.environment())
    known = live_api(row)
    assert known is not None
    assert (known.req_uri, known.auth_type) == ("/moved", "NONE")
    assert known.backend.to == data.MockInfo(result_content="saved")


@on_commit
def test_environments_have_definitions_of_their_own() -> None:
    row = world.published(mock_info={"result_content": "one"})
    row.mock_info = {"result_content": "two"}
    row.save_valid()
    publish.publish(row, world.environment("TEST"))
    release, test = live_api(row), live_api(row, "TEST")
    assert release and test
    assert release.backend.to == data.MockInfo(result_content="one")
    assert test.backend.to == data.MockInfo(result_content="two")


@on_commit
def test_authorizations_are_live_when_they_are_saved() -> None:
    row, app = world.published(), world.credential()
    pair = world.bind(app, row)
    known = live_api(row)
    assert known is not None and known.credentials == {app.pk}
    pair.delete()
    known = live_api(row)
    assert known is not None and known.credentials == frozenset()


@on_commit
def test_a_reset_secret_is_live_at_once() -> None:
    app = world.credential()
    old = app.app_secret
    app.reset_secret()
    known = world.live().apps[app.app_key]
    assert known.app_secret == app.app_secret != old


@on_commit
def test_an_authorizer_is_live_when_it_is_saved() -> None:
    guard = world.authorizer()
    row = world.published(authorizer=guard)
    before = live_api(row)
    guard.user_data = "changed"
    guard.save_valid()
    after = live_api(row)
    assert before and before.authorizer and after and after.authorizer
    assert after.authorizer.user_data == "changed"
    assert after.authorizer.revision != before.authorizer.revision


@on_commit
def test_a_function_s_code_is_live_when_deployed_its_variables_when_saved() -> None:
    guard = world.authorizer()
    row = world.published(authorizer=guard)
    function = guard.function
    world.write(function, "draft")
    function.encrypted_user_data = {"token": "secret"}
    function.save_valid()
    known = live_api(row)
    assert known and known.authorizer and known.authorizer.target
    assert known.authorizer.target.function.code_hash == world.hash_of(world.ALLOW)
    assert known.authorizer.target.function.encrypted_user_data == {"token": "secret"}
    function.deploy(function.draft)
    known = live_api(row)
    assert known and known.authorizer and known.authorizer.target
    assert known.authorizer.target.function.code_hash == world.hash_of("draft")


@on_commit
def test_a_transaction_that_fails_leaves_the_snapshot_alone() -> None:
    before = world.live()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        world.published()
        raise ZeroDivisionError
    assert world.live() == before


@on_commit
def test_one_commit_compiles_once() -> None:
    with transaction.atomic():
        world.published(authorizer=world.authorizer())
        asked = [f for _, f, *_ in connection.run_on_commit]
        assert asked == [publish.compile_now]


@on_commit
def test_two_that_save_at_once_are_both_in_the_snapshot() -> None:
    ready = threading.Barrier(4)
    failed: list[Exception] = []

    def save() -> None:
        ready.wait()
        try:
            for _ in range(3):
                world.credential()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    saved = set(models.Credential.objects.values_list("app_key", flat=True))
    assert len(saved) == 12
    assert set(world.live().apps) == saved


@on_commit
def test_a_flushed_database_has_its_defaults_again() -> None:
    world.published()
    call_command("flush", interactive=False, verbosity=0)
    assert world.default_group().name == "DEFAULT"
    assert world.environment().name == "RELEASE"
    snapshot = world.live()
    assert [g.name for g in snapshot.groups] == ["DEFAULT"]
    assert snapshot.apis == ()


@within
def test_at_most_ten_records_are_kept_for_each_environment() -> None:
    row = world.published()
    for number in range(12):
        publish.publish(row, world.environment(), f"remark {number}")
    publish.publish(row, world.environment("TEST"))
    kept = row.releases.filter(env=world.environment())
    assert kept.count() == 10
    assert [r.remark for r in kept][0] == "remark 11"
    assert kept.filter(status=1).get().remark == "remark 11"
    assert row.releases.count() == 11


@within
def test_version_numbers_are_times_and_differ_within_a_second() -> None:
    row = world.api()
    made = [publish.publish(row, world.environment()) for _ in range(4)]
    numbers = [release.version_no for release in made]
    assert len(set(numbers)) == 4
    assert numbers == sorted(numbers)
    assert all(len(n) == 14 and n.isdecimal() for n in numbers)


@within
def test_switching_back_makes_the_older_definition_the_only_effective_one() -> None:
    row = world.published()
    first = row.releases.get()
    publish.publish(row, world.environment())
    publish.switch_version(first)
    assert row.releases.get(status=1) == first
    publish.switch_version(first)
    assert row.releases.get(status=1) == first


@within
def test_switching_keeps_the_time_of_publication() -> None:
    row = world.published()
    first = row.releases.get()
    publish.publish(row, world.environment())
    before = first.publish_time
    publish.switch_version(first)
    first.refresh_from_db()
    assert abs(first.publish_time - before) < timedelta(seconds=1)


@within
def test_what_is_live_cannot_be_there_twice() -> None:
    old = world.published(req_uri="/orders/{id}")
    first = old.releases.get()
    old.req_uri, old.req_params = "/moved", []
    old.save_valid()
    new = world.api(req_uri="/orders/{number}")
    with pytest.raises(ValidationError, match=f"{old} answers to the same"):
        publish.publish(new, world.environment())
    # Elsewhere, and after the other has gone, there is room.
    publish.publish(new, world.environment("TEST"))
    publish.publish(old, world.environment())
    publish.publish(new, world.environment())
    with pytest.raises(ValidationError, match=f"{new} answers to the same"):
        publish.switch_version(first)
    assert old.releases.get(status=1, env=world.environment()) != first


@within
def test_a_description_that_is_too_long_publishes_nothing() -> None:
    row = world.published()
    with pytest.raises(ValidationError):
        publish.publish(row, world.environment(), "d" * 256)
    assert row.releases.get().status == 1


@on_commit
def test_a_backend_s_variable_needs_a_value_where_it_is_published() -> None:
    row = world.api()
    release = models.Release(
        api=row,
        env=world.environment("TEST"),
        version_no="1",
        publish_time=timezone.now(),
        status=2,
        definition=row.definition() | {"backend_api": {"url_domain": "#host#"}},
    )
    release.save_valid()
    world.variable()
    with pytest.raises(ValidationError, match="#host# has no value in TEST"):
        publish.switch_version(release)
    world.variable(env=release.env)
    publish.switch_version(release)
    assert live_api(row, "TEST") is not None


@on_commit
def test_of_many_each_is_published_that_can_be() -> None:
    first, taken, last = world.api(), world.api(req_uri="/taken"), world.api()
    rival = world.published(req_uri="/else")
    rival.releases.update(definition=rival.definition() | {"req_uri": "/taken"})
    outcome = publish.publish_many([first, taken, last], world.environment(), "all")
    assert [r.api for r in outcome.success] == [first, last]
    [(failed, error)] = outcome.failure
    assert failed == taken
    assert "answers to the same" in error.messages[0]
    assert live_api(first) and live_api(last) and not live_api(taken)
    assert not taken.releases.exists()
    outcome = publish.take_many_offline([first, taken, last], world.environment())
    assert [r.api for r in outcome.success] == [first, last]
    assert [api for api, _ in outcome.failure] == [taken]
    assert live_api(first) is None
