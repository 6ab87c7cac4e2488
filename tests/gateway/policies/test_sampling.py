"""Which live calls leave a trace."""

from tests.gateway.world import World, request, signed


def traced(world: World) -> int:
    """How many calls left a trace."""
    return len(world.gateway.services.records.take_kept())


def test_without_a_share_nothing_is_traced(world: World) -> None:
    world.publish()
    world.send(request("GET", "/orders"))
    assert traced(world) == 0


def test_a_full_share_traces_every_call_and_each_phase(world: World) -> None:
    world.publish(traced=100)
    world.send(request("GET", "/orders"))
    (one,) = world.gateway.services.records.take_kept()
    steps = {step.phase: step for step in one.call.trace or []}
    assert steps["match route"].decision == "passed"
    assert steps["app signature"].decision == "skipped"
    assert steps["backend"].decision == "answered"


def test_a_part_of_the_calls_is_a_part(world: World) -> None:
    world.publish(traced=50)
    for _ in range(80):
        world.send(request("GET", "/orders"))
    assert 10 < traced(world) < 70


def test_an_unsigned_call_cannot_ask(world: World) -> None:
    world.publish()
    world.send(request("GET", "/orders", ("x-sallyport-trace", "1")))
    assert traced(world) == 0


def test_a_signed_call_may_ask(world: World) -> None:
    world.publish_app()
    asking = signed(headers={"X-Sallyport-Trace": "1"})
    assert world.send(asking).status == 200
    assert traced(world) == 1
