"""Rows to a snapshot."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console import compile, models, publish
from console.compile import Compiler
from console.setup import ensure_default_response
from gateway.source import File, write
from tests.console import world

pytestmark = pytest.mark.django_db


def test_a_snapshot_survives_the_file_as_it_is(example: world.Example) -> None:
    snapshot = Compiler().snapshot()
    path = settings.DATA_DIR / "compiled.bin"
    write(snapshot, path, settings.SNAPSHOT_KEY_FILE)
    assert File(path, settings.SNAPSHOT_KEY_FILE).current() == snapshot
    assert example.credential.app_secret.encode() not in path.read_bytes()


def test_everything_of_the_example_is_there(example: world.Example) -> None:
    snapshot = Compiler().snapshot()
    (api,) = snapshot.apis
    assert (api.id, api.stage) == (example.api.pk, "RELEASE")
    assert api.credentials == {example.credential.pk}
    assert api.authorizer is not None and api.authorizer.target is not None
    assert [i.name for i in api.authorizer.identities] == ["token", "test"]
    function = api.authorizer.target.function
    assert function.code_hash == example.function.deployed_id
    assert function.user_data == {"test": "user@123"}
    assert set(function.encrypted_user_data) == {"token"}
    assert function.project_id == settings.PROJECT_ID
    host = example.api.group.sl_domain
    assert snapshot.hosts[host].group.id == api.group_id


def test_an_unpublished_api_and_an_undeployed_function_are_left_out() -> None:
    row = world.api()
    draft = models.Function(func_name="draft")
    draft.save_valid()
    guard = world.authorizer(function=draft)
    snapshot = Compiler().snapshot()
    assert row.pk not in {api.id for api in snapshot.apis}
    assert snapshot.functions == ()
    known = next(a for a in snapshot.authorizers if a.id == guard.pk)
    assert known.target is None


def test_a_draft_is_compiled_as_if_it_were_published() -> None:
    row = world.api()
    app = world.credential()
    models.Authorization(app=app, api=row, env=world.environment()).save_valid()
    drafted = Compiler().draft(row)
    assert (drafted.stage, drafted.credentials) == ("RELEASE", {app.pk})
    publish.publish(row, world.environment())
    (published,) = Compiler().snapshot().apis
    assert published == drafted


def test_a_function_is_compiled_as_deployed_or_as_drafted() -> None:
    row = world.function()
    world.write(row, "draft")
    assert compile.function(row).code_hash == world.hash_of(world.ALLOW)
    assert compile.function(row, draft=True).code_hash == world.hash_of("draft")


def test_an_api_whose_authorizer_is_gone_refuses_instead_of_passing() -> None:
    guard = world.authorizer()
    row = world.published(authorizer=guard)
    row.authorizer = None
    row.save_valid()
    guard.delete()
    (api,) = Compiler().snapshot().apis
    assert api.authorizer is not None
    assert (api.authorizer.name, api.authorizer.target) == ("(deleted)", None)


def test_customised_gateway_responses_are_the_api_s_or_else_the_group_s() -> None:
    group = world.default_group()
    default = ensure_default_response(group)
    default.responses = {"NOT_FOUND": {"status": 410, "body": '"gone"'}}
    default.save_valid()
    own = models.GatewayResponse(
        group=group,
        name="own",
        responses={
            "AUTH_FAILURE": {
                "status": None,
                "body": "{}",
                "headers": [{"key": "x-a", "value": "1"}],
            }
        },
    )
    own.save_valid()
    world.published(response=own)
    snapshot = Compiler().snapshot()
    (api,) = snapshot.apis
    assert api.responses["AUTH_FAILURE"].headers == (("x-a", "1"),)
    assert snapshot.plain_site is not None
    assert snapshot.plain_site.group.responses["NOT_FOUND"].status == 410


def test_queries_do_not_grow_with_the_rows() -> None:
    first = world.published(authorizer=world.authorizer())
    world.app_code(world.bind(world.credential(), first).app)
    world.access_key()
    with CaptureQueriesContext(connection) as few:
        Compiler().snapshot()
    for number in range(5):
        app = world.credential()
        world.app_code(app)
        world.access_key(world.user(f"user{number}"))
        world.bind(
            app, world.published(group=world.group(), authorizer=world.authorizer())
        )
    with CaptureQueriesContext(connection) as many:
        Compiler().snapshot()
    assert len(many) == len(few) < 28
