"""Binding policies to APIs: one of a kind for each API and environment."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from console import bindings, publish
from tests.console import policies, world

pytestmark = pytest.mark.django_db


def test_a_policy_serves_many_apis() -> None:
    policy, apis = policies.throttle(), [world.published() for _ in range(3)]
    bindings.bind(policy, apis, world.environment())
    assert [b.api for b in policy.bindings.order_by("api__name")] == apis


def test_another_policy_of_the_kind_takes_the_place_of_the_first() -> None:
    api, env = world.published(), world.environment()
    first, second = policies.throttle(), policies.throttle()
    [old] = bindings.bind(first, [api], env)
    assert bindings.replaced(second, [api], env) == [old]
    bindings.bind(second, [api], env)
    assert [b.policy for b in bindings.of_api(api)] == [second]


def test_binding_again_changes_nothing() -> None:
    api, env, policy = world.published(), world.environment(), policies.throttle()
    [first] = bindings.bind(policy, [api], env)
    assert bindings.replaced(policy, [api], env) == []
    assert bindings.bind(policy, [api], env) == [first]


def test_an_api_has_one_access_control_policy_of_each_type() -> None:
    api, env = world.published(), world.environment()
    lists = [
        policies.acl(),
        policies.acl("account", entity_type="DOMAIN"),
        policies.acl("a" * 32, entity_type="DOMAIN_ID"),
    ]
    for policy in (*lists, policies.throttle()):
        bindings.bind(policy, [api], env)
    assert len(bindings.of_api(api)) == 4
    another = policies.acl("198.51.100.1")
    bindings.bind(another, [api], env)
    assert not lists[0].bindings.exists()
    assert len(bindings.of_api(api)) == 4


def test_each_environment_has_bindings_of_its_own() -> None:
    api, other = world.published(), world.environment("TEST")
    publish.publish(api, other)
    first, second = policies.throttle(), policies.throttle()
    bindings.bind(first, [api], world.environment())
    bindings.bind(second, [api], other)
    assert len(bindings.of_api(api)) == 2
    assert [b.policy for b in bindings.of_api(api, other)] == [second]


def test_only_a_published_api_takes_a_policy() -> None:
    with pytest.raises(ValidationError, match="is not published in RELEASE") as caught:
        bindings.bind(policies.throttle(), [world.api()], world.environment())
    assert caught.value.error_dict["__all__"][0].code == "APIG.3707"


def test_taking_an_api_offline_keeps_its_bindings() -> None:
    api, policy = world.published(), policies.throttle()
    bindings.bind(policy, [api], world.environment())
    publish.take_offline(api, world.environment())
    assert policy.bindings.count() == 1


def test_a_bound_policy_cannot_be_deleted() -> None:
    api, policy = world.published(), policies.throttle()
    [binding] = bindings.bind(policy, [api], world.environment())
    with pytest.raises(ProtectedError):
        policy.delete()
    binding.delete()
    policy.delete()


def test_a_binding_knows_the_publication_it_is_of() -> None:
    api = world.published()
    [binding] = bindings.bind(policies.throttle(), [api], world.environment())
    assert binding.publish_id == api.releases.get().publish_id
