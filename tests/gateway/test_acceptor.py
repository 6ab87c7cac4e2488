"""How connections are accepted; real sockets."""

import asyncio
import socket

import uvloop

from gateway.acceptor import Acceptor
from gateway.server import bind


def test_a_crowd_is_let_in_before_the_first_of_it_has_called_often() -> None:
    met: list[asyncio.BaseTransport] = []

    class Met(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            met.append(transport)

    async def main() -> None:
        listener = bind("127.0.0.1", 0)
        server = Acceptor(listener, Met, None, 128)
        address = listener.getsockname()
        crowd = [socket.create_connection(address) for _ in range(60)]
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(met) == len(crowd)
        for transport, client in zip(met, crowd, strict=True):
            transport.close()
            client.close()
        server.close()
        await server.wait_closed()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
