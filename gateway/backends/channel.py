"""Backends behind load balance channels: a member for each attempt (policies.md 6).

`Channels` has what outlives calls: whose turn it is, how busy and how well members
are. It belongs to the gateway's event loop, where it also looks after them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Iterable
from dataclasses import replace

from gateway.backends import http
from gateway.backends.balance import Balancer, Load
from gateway.backends.health import Watcher
from gateway.call import Call, Services
from gateway.client import Client
from gateway.errors import GatewayError, NoBackendAvailable
from gateway.http import Response
from gateway.policies import breaker
from gateway.snapshot import Api, BackendApi, Channel, Member
from gateway.snapshot.channel import URI_HASH
from gateway.source import Source

# How often the configuration is looked at.
LOOK_SECONDS = 1.0
log = logging.getLogger(__name__)


class Channels:
    """A balancer for each channel, and a task for each that is looked after."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._balancers: dict[str, Balancer] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def balancer(self, channel: Channel) -> Balancer:
        """The balancer of this version of a channel, made when it is new."""
        known = self._balancers.get(channel.id)
        if known is not None and known.channel == channel:
            return known
        made = self._balancers[channel.id] = Balancer(channel, known)
        self._watch(made)
        return made

    def adopt(self, channels: Iterable[Channel]) -> None:
        """Look after these channels from now on, and no others."""
        wanted = {channel.id: channel for channel in channels}
        for gone in self._balancers.keys() - wanted.keys():
            del self._balancers[gone]
            self._unwatch(gone)
        for channel in wanted.values():
            self.balancer(channel)

    def unhealthy(self) -> dict[str, list[str]]:
        """The addresses of members that are taken out, by channel id."""
        return {
            id: [address for address, load in found.loads.items() if not load.healthy]
            for id, found in self._balancers.items()
        }

    async def close(self) -> None:
        for id in list(self._tasks):
            self._unwatch(id)

    def _watch(self, balancer: Balancer) -> None:
        self._unwatch(balancer.channel.id)
        if balancer.channel.health is None:
            for load in balancer.loads.values():
                load.healthy = True
            return
        work = Watcher(self._client).run(balancer)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[balancer.channel.id] = task

    def _unwatch(self, id: str) -> None:
        task = self._tasks.pop(id, None)
        if task is not None:
            task.cancel()

    async def follow(self, source: Source) -> None:
        """Look after what is configured, as it changes."""
        last = None
        while True:
            try:
                snapshot = source.current()
            except GatewayError as error:
                log.debug("there is no configuration: %s", error)
            else:
                if snapshot is not last:
                    last = snapshot
                    self.adopt(snapshot.channels)
            await asyncio.sleep(LOOK_SECONDS)


def channels(services: Services) -> Channels:
    """Those of a gateway, looked after from the first time on."""

    def make() -> Channels:
        made = Channels(services.client)
        services.background.spawn("channels", made.follow(services.source), 1)
        return made

    return services.background.keep("channels", 0, make)


def skips(api: Api) -> str:
    used = any(
        isinstance(end.to, BackendApi) and end.to.channel for end in api.backends
    )
    return "" if used or breaker.stands_in(api) else "no backend has a channel"


def choose(call: Call) -> Awaitable[None] | None:
    """Choose the member that is asked first, and what its group is asked for."""
    to = call.backend.to
    if not isinstance(to, BackendApi) or to.channel is None:
        call.skip("the backend has no channel")
        return None
    return _choose(call, to, to.channel)


async def _choose(call: Call, to: BackendApi, channel: Channel) -> None:
    call.member = member = _pick(call, to, channel, ())
    call.explain(channel=channel.name, server=member.address)
    if (own := to.group_urls.get(member.group_id)) is not None:
        chosen = replace(
            to,
            req_protocol=own.req_protocol,
            req_method=own.req_method,
            req_uri=own.req_uri,
        )
        call.backend = replace(call.backend, to=chosen)


async def send(call: Call, to: BackendApi) -> Response:
    """Send to the chosen member and, as far as retries go, to others."""
    if to.channel is None:
        return await http.send(call, to)
    return await http.send(call, to, _Picker(call, to, to.channel))


def _pick(
    call: Call, to: BackendApi, channel: Channel, tried: Collection[str]
) -> Member:
    """A member; of the chosen one's group alone, when groups are asked otherwise."""
    request = call.request
    hashes_uri = channel.balance_strategy == URI_HASH
    key = call.path if hashes_uri else request.client
    chosen = call.member.group_id if call.member and to.group_urls else None
    member = channels(call.services).balancer(channel).pick(key, tried, chosen)
    if member is None:
        raise NoBackendAvailable(
            reason=f"the channel {channel.name} has no healthy server"
        )
    return member


class _Picker:
    """Gives a member for each attempt: the chosen one first, a tried one last."""

    def __init__(self, call: Call, to: BackendApi, channel: Channel) -> None:
        assert call.outgoing is not None
        self._call, self._to, self._channel = call, to, channel
        received = (call.outgoing.header(b"host") or b"").decode("latin-1")
        self._host = to.host(received)
        self._tried: set[str] = set()

    def __call__(self) -> http.Peer:
        member = self._call.member
        if member is None or self._tried:
            member = _pick(self._call, self._to, self._channel, self._tried)
            self._call.member = member
        self._tried.add(member.address)
        loads = channels(self._call.services).balancer(self._channel).loads
        load = loads.get(member.address) or Load()
        load.active += 1
        return http.Peer(member.address, self._host, _Release(load).end)


class _Release:
    """Ends one exchange, once."""

    def __init__(self, load: Load) -> None:
        self._load: Load | None = load

    def end(self, error: GatewayError | None) -> None:
        if self._load is not None:
            self._load.active -= 1
            self._load = None
