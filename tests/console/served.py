"""A served gateway that reads what the tests publish."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings as conf

from gateway import handshake, tls
from gateway.app import Gateway
from gateway.functions.package import Store
from gateway.functions.pool import Pool
from gateway.server import GatewayServer, bind
from gateway.source import File


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """HTTP and HTTPS ports of a gateway that reads the tests' snapshot."""
    tls.ensure_certificates(conf.TLS_DIR, [f"*.{conf.GATEWAY_DOMAIN}", "127.0.0.1"])
    source = File(conf.SNAPSHOT_FILE, conf.SNAPSHOT_KEY_FILE)
    contexts = handshake.Contexts(tls.ssl_context(conf.TLS_DIR), source)
    listeners = [bind("127.0.0.1", 0), bind("127.0.0.1", 0)]
    gateway = Gateway(source, Pool(Store(conf.PACKAGES_DIR)))
    server = GatewayServer(
        gateway, [(listeners[0], None), (listeners[1], contexts.choose)]
    )
    ready = threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(server, gateway, ready)), daemon=True
    )
    thread.start()
    assert ready.wait(10)
    yield listeners[0].getsockname()[1], listeners[1].getsockname()[1]
    server.should_exit = True
    thread.join(10)


async def _serve(
    server: GatewayServer, gateway: Gateway, done: threading.Event
) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    done.set()
    await serving
    await gateway.close()
