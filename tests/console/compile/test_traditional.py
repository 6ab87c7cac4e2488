"""Policies in the snapshot: bound ones act at the next call."""

from datetime import datetime

import pytest
from django.test import Client

from console import bindings, publish
from gateway import snapshot as data
from gateway.snapshot.throttle import DEFAULT
from tests.console import policies, world

pytestmark = pytest.mark.django_db(transaction=True)


def live() -> data.Api:
    [api] = world.live().apis
    return api


def test_an_api_without_a_policy_has_the_limit_of_the_gateway() -> None:
    world.published()
    assert live().throttle == data.Throttle(DEFAULT, "default", 1, "second", 200)
    assert live().acls == ()


def test_a_bound_policy_is_in_force_without_publishing_again() -> None:
    api, env = world.published(), world.environment()
    throttle = policies.throttle(type=2, app_call_limits=5)
    policies.special(throttle, "a1", 7)
    policies.special(throttle, "d1", 8, "USER")
    [binding] = bindings.bind(throttle, [api], env)
    bindings.bind(policies.acl("192.0.2.1, 10.0.0.0/8"), [api], env)
    found = live().throttle
    assert found == data.Throttle(
        throttle.pk,
        throttle.name,
        1,
        "minute",
        100,
        app_limit=5,
        shared=True,
        apps={"a1": 7},
        users={"d1": 8},
    )
    [acl] = live().acls
    assert acl.values == ("192.0.2.1", "10.0.0.0/8")
    throttle.api_call_limits = 99
    throttle.save_valid()
    assert live().throttle == found.__class__(**vars(found) | {"api_limit": 99})
    binding.delete()
    assert live().throttle is not None
    assert live().throttle.id == DEFAULT  # type: ignore[union-attr]


def test_a_policy_acts_in_its_environment_only() -> None:
    api, other = world.published(), world.environment("TEST")
    publish.publish(api, other)
    bindings.bind(policies.acl(), [api], other)
    assert {a.stage: len(a.acls) for a in world.live().apis} == {
        "RELEASE": 0,
        "TEST": 1,
    }


def test_what_a_credential_has_goes_with_it() -> None:
    app = world.credential()
    policies.app_acl(app, "192.0.2.1", app_acl_type="DENY")
    policies.quota(app, reset_time="2026-01-31 05:05:00", time_unit="HOUR")
    [found] = world.live().credentials
    assert found.acl is not None
    assert found.quota is not None
    assert (found.acl.acl_type, found.acl.values) == ("DENY", ("192.0.2.1",))
    assert (found.quota.call_limits, found.quota.seconds) == (1000, 3600)
    assert found.quota.reset == datetime.fromisoformat("2026-01-31T05:05Z").timestamp()


def test_the_next_call_is_refused(client: Client) -> None:
    api = world.published(auth_type="NONE", req_protocol="BOTH")
    call = {"HTTP_HOST": api.group.sl_domain, "REMOTE_ADDR": "192.0.2.1"}
    assert client.get(api.req_uri, **call).status_code == 200  # type: ignore[arg-type]
    bindings.bind(policies.acl("198.51.100.1"), [api], world.environment())
    response = client.get(api.req_uri, **call)  # type: ignore[arg-type]
    assert (response.status_code, response.json()["error_code"]) == (403, "APIG.0402")


def test_the_strategy_local_counts_for_each_gateway_alone() -> None:
    api, env = world.published(), world.environment()
    policies.feature("throttle_strategy", '{"enable": "on", "strategy": "local"}')
    assert live().throttle == data.Throttle(
        DEFAULT, "default", 1, "second", 200, local=True
    )
    bindings.bind(policies.throttle(), [api], env)
    found = live().throttle
    assert found is not None and found.local
