"""What a gateway gets to see of what is bound."""

import pytest

from console import bindings, publish
from tests.console import policies, world

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_bound_acts_in_its_environment_only_and_at_once() -> None:
    api = world.published()
    publish.publish(api, world.environment("test"))
    plugin, signature = policies.plugin(), policies.signature()
    bindings.bind(plugin, [api], world.environment("test"))
    bindings.bind(signature, [api], world.environment("test"))
    stages = {found.stage: found for found in world.live().apis}
    assert stages["RELEASE"].plugins == {}
    assert stages["RELEASE"].signature is None
    assert stages["test"].plugins["cors"].name == plugin.plugin_name
    bound = stages["test"].signature
    assert bound is not None
    assert (bound.sign_key, bound.sign_secret) == (
        signature.sign_key,
        signature.sign_secret,
    )
    plugin.bindings.get().delete()
    stages = {found.stage: found for found in world.live().apis}
    assert stages["test"].plugins == {}


def test_a_document_goes_with_the_functions_it_names() -> None:
    function = world.function()
    row = policies.plugin(downgrade={"function_urn": function.func_urn})
    bindings.bind(row, [world.published()], world.environment())
    (found,) = world.live().plugins
    assert found.targets[function.func_urn].function.code_hash == function.deployed_id
    assert function.func_urn in {f.urn for f in world.live().functions}


def test_offline_keeps_bindings() -> None:
    api = world.published()
    bindings.bind(policies.plugin(), [api], world.environment())
    publish.take_offline(api, world.environment())
    assert not world.live().apis
    publish.publish(api, world.environment())
    assert "cors" in world.live().apis[0].plugins
