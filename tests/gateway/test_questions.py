"""What a gateway's process answers the console."""

import asyncio
from typing import Any

from gateway.backends.channel import channels
from gateway.questions import answering
from gateway.snapshot import Channel, Member
from gateway.verdicts import Asked, Verdicts
from tests.gateway.world import World


def test_it_tells_which_servers_of_channels_it_has_taken_out(world: World) -> None:
    channel = Channel("c", "orders", members=(Member("m", "h", 1), Member("n", "i", 2)))
    verdicts = Verdicts({"gateway": world.gateway.services.verdicts}, world, b"key")

    async def main() -> tuple[Any, Any]:
        answer = answering(verdicts, world.gateway.services)
        loads = channels(world.gateway.services).balancer(channel).loads
        before = answer({"do": "health"})
        loads["i:2"].healthy = False
        after = answer({"do": "health"})
        await asyncio.sleep(0)
        await world.gateway.services.background.close()
        return before, after

    before, after = world.runner.run(main())
    assert before == {"unhealthy": {"c": []}}
    assert after == {"unhealthy": {"c": ["i:2"]}}


def test_other_questions_are_about_verdicts(world: World) -> None:
    verdicts = Verdicts({"gateway": world.gateway.services.verdicts}, world, b"key")
    answer = answering(verdicts, world.gateway.services)
    told = answer({"do": "list", "asked": Asked()._asdict()})
    assert (told["rows"], told["where"]) == ([], ["gateway"])
