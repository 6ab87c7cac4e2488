"""What is in use stays, and what fails in the middle leaves nothing behind."""

from collections.abc import Callable
from typing import Any

import pytest

from console import models, publish
from console.models.environment import RELEASE_ID
from tests.console import policies, world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
NOWHERE = "0" * 32
# What to delete, by its path, and the error that says it is in use.
Used = tuple[str, tuple[int, str]]


def group() -> Used:
    return f"~/api-groups/{world.api(group=world.group()).group_id}", (412, "APIG.3415")


def environment() -> Used:
    env = world.environment("OTHER")
    publish.publish(world.api(), env)
    return f"~/envs/{env.pk}", (403, "APIG.3418")


def response() -> Used:
    api = world.api()
    row = models.GatewayResponse(group=api.group, name="own")
    row.save_valid()
    api.response = row
    api.save_valid()
    path = f"~/api-groups/{api.group_id}/gateway-responses/{row.pk}"
    return path, (409, "APIG.3719")


def certificate() -> Used:
    row = world.certificate()
    world.domain().certificates.add(row)
    return f"/certificates/{row.pk}", (409, "APIG.3708")


def version() -> Used:
    function = world.function()
    frozen = models.Version.publish(function, "v1")
    world.authorizer(function=function, version=frozen)
    return f"fgs/functions/{function.func_urn}:v1", (409, "FSS.0409")


def alias() -> Used:
    function = world.function()
    row = models.Alias(function=function, name="prod")
    row.version = models.Version.publish(function, "v1")
    row.save_valid()
    world.authorizer(function=function, alias=row)
    return f"fgs/functions/{function.func_urn}/aliases/prod", (409, "FSS.0409")


@pytest.mark.parametrize(
    "used", [group, environment, response, certificate, version, alias]
)
def test_what_is_in_use_stays(api: Api, used: Callable[[], Used]) -> None:
    path, error = used()
    for _ in range(2):
        assert refused(api("DELETE", path)) == error


MEMBER = {"host": "192.0.2.1", "port": 80}
CHANNEL = {"name": "channel", "port": 80, "balance_strategy": 1, "member_type": "ip"}


def test_a_channel_with_a_bad_server_is_not_made(api: Api) -> None:
    members = [MEMBER, {"host": "no host"}]
    wrongs: list[dict[str, Any]] = [{"members": members}, {"member_groups": [{}]}]
    for wrong in wrongs:
        assert refused(api("POST", "~/vpc-channels", CHANNEL | wrong))[0] == 400
    assert not models.Channel.objects.exists()
    assert not models.Member.objects.exists()


def test_of_several_groups_of_servers_all_are_made_or_none(api: Api) -> None:
    row = world.channel()
    bodies = [{"member_group_name": "green"}, {"member_group_name": "1"}]
    path = f"~/vpc-channels/{row.pk}/member-groups"
    assert refused(api("POST", path, {"member_groups": bodies})) == (400, "APIG.2012")
    assert [one.member_group_name for one in row.member_groups.all()] == ["servers"]


def test_a_change_of_servers_is_made_whole_or_not_at_all(api: Api) -> None:
    row = world.channel()
    path = f"~/vpc-channels/{row.pk}/members"
    body = {"members": [MEMBER, MEMBER | {"host": "no host"}]}
    assert refused(api("PUT", path, body))[0] == 400
    assert [one.host for one in row.members.all()] == ["192.0.2.10"]


def bodies() -> dict[str, tuple[str, dict[str, Any], tuple[int, str]]]:
    """Operations on several objects, the last of which is not there."""
    api, app = world.published(auth_type="APP"), world.credential()
    [release] = api.releases.all()
    ids = {"publish_ids": [release.publish_id, NOWHERE]}
    throttle, acl, key = policies.throttle(), policies.acl(), policies.signature()
    plugin = policies.plugin()
    draft = world.api()
    quota = models.AppQuota(name="quota", call_limits=1)
    quota.save_valid()
    return {
        "throttles": (
            "~/throttle-bindings",
            {"strategy_id": throttle.pk, **ids},
            (404, "APIG.3015"),
        ),
        "acls": ("~/acl-bindings", {"acl_id": acl.pk, **ids}, (404, "APIG.3015")),
        "signs": ("~/sign-bindings", {"sign_id": key.pk, **ids}, (404, "APIG.3015")),
        "plugins": (
            f"~/plugins/{plugin.pk}/attach",
            {"env_id": RELEASE_ID, "api_ids": [api.pk, draft.pk]},
            (409, "APIG.3707"),
        ),
        "auths": (
            "~/app-auths",
            {"env_id": RELEASE_ID, "app_ids": [app.pk], "api_ids": [api.pk, NOWHERE]},
            (404, "APIG.3002"),
        ),
        "quotas": (
            f"~/app-quotas/{quota.pk}/binding-apps",
            {"app_ids": [app.pk, NOWHERE]},
            (404, "APIG.3004"),
        ),
    }


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("throttles", models.ThrottleBinding),
        ("acls", models.AclBinding),
        ("signs", models.SignatureBinding),
        ("plugins", models.PluginBinding),
        ("auths", models.Authorization),
        ("quotas", models.AppQuotaBinding),
    ],
)
def test_a_batch_with_one_that_is_not_there_does_nothing(
    api: Api, name: str, model: Any
) -> None:
    path, body, error = bodies()[name]
    assert refused(api("POST", path, body)) == error
    assert not model.objects.exists()
