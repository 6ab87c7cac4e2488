"""What the official clients do, family by family."""

from tests.conformance import (
    apis,
    apps,
    authorizers,
    channels,
    functions,
    gateway,
    groups,
    openapi,
    policies,
)
from tests.conformance.run import Run


def play(run: Run) -> None:
    """Every family, then what is said to be unsupported; what is made is removed."""
    urn = functions.create(run)
    gateway.play(run)
    group = groups.create(run)
    api = apis.create(run, group)
    app = apps.create(run, group, api)
    authorizers.play(run, urn)
    channels.play(run)
    policies.play(run, group, api, app)
    apis.statistics(run, group, api)
    openapi.play(run, group, api)
    apps.remove(run, app)
    apis.remove(run, api)
    groups.remove(run, group)
    functions.remove(run, urn)
    run.call_the_unsupported()
