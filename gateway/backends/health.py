"""Looking after the members of channels (policies.md section 6.3).

A member is well until so many checks in a row have failed, and ill until so many in
a row have succeeded. Calls themselves change nothing about that.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

import aiohttp

from gateway.backends.balance import Balancer, Load
from gateway.client import Client, tls_context
from gateway.snapshot.channel import HealthCheck, Member

# Checks of a channel that run at the same time.
_AT_ONCE = 50
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Streak:
    """Checks in a row with the same result."""

    good: bool = True
    length: int = 0


class Watcher:
    """Checks the members of one channel, over and over, while its task runs."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._streaks: dict[str, _Streak] = {}

    async def run(self, balancer: Balancer) -> None:
        check = balancer.channel.health
        assert check is not None
        while True:
            await self.look(balancer)
            await asyncio.sleep(check.time_interval)

    async def look(self, balancer: Balancer) -> None:
        """Check every enabled member once."""
        check = balancer.channel.health
        assert check is not None
        room = asyncio.Semaphore(_AT_ONCE)

        async def one(member: Member) -> None:
            async with room:
                good = await self._check(check, member)
            self._note(check, balancer.loads[member.address], member, good)

        async with asyncio.TaskGroup() as group:
            for member in balancer.channel.members:
                if member.enabled:
                    group.create_task(one(member))

    def _note(self, check: HealthCheck, load: Load, member: Member, good: bool) -> None:
        streak = self._streaks.setdefault(member.address, _Streak())
        streak.length = streak.length + 1 if streak.good is good else 1
        streak.good = good
        enough = check.threshold_normal if good else check.threshold_abnormal
        if streak.length >= enough and load.healthy is not good:
            load.healthy = good
            log.warning("%s is %s", member.address, "back" if good else "taken out")

    async def _check(self, check: HealthCheck, member: Member) -> bool:
        """Whether a member answers as it should, in time."""
        port = check.port or member.port
        try:
            async with asyncio.timeout(check.timeout):
                if check.protocol == "TCP":
                    return await self._connect(member.host, port)
                return await self._ask(check, replace(member, port=port).address)
        except (OSError, TimeoutError, aiohttp.ClientError, ValueError) as error:
            log.debug("%s:%d: %s", member.host, port, error)
            return False

    async def _connect(self, host: str, port: int) -> bool:
        (await self._client.connect(host, port)).close()
        return True

    async def _ask(self, check: HealthCheck, address: str) -> bool:
        url = f"{check.protocol.lower()}://{address}{check.path}"
        tls = tls_context(check.tls) if check.enable_client_ssl else False
        async with self._client.session.request(
            check.method, url, allow_redirects=False, ssl=tls
        ) as response:
            return any(low <= response.status <= high for low, high in check.http_code)


def health(balancers: Mapping[str, Balancer]) -> dict[str, dict[str, bool]]:
    """Which members are well, by channel id and address."""
    return {
        id: {address: load.healthy for address, load in balancer.loads.items()}
        for id, balancer in balancers.items()
    }
