"""`python -m gateway`: one gateway process, on a snapshot file."""

import argparse
import asyncio
import gc
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from socket import socket
from threading import Thread
from urllib.parse import urlsplit

import uvloop
from prometheus_client import REGISTRY, start_http_server

from gateway import rsgi, server, tls
from gateway.app import Gateway
from gateway.client import Client
from gateway.control import start_control
from gateway.delivery import Sender
from gateway.exposition import Exposition
from gateway.functions.launch import JailMissing
from gateway.functions.package import Store
from gateway.functions.pool import Pool
from gateway.functions.runtimes import host
from gateway.guard import guard
from gateway.handshake import Contexts
from gateway.questions import answering
from gateway.records import Recorder
from gateway.source import Followed
from gateway.state import State
from gateway.state.memory import Memory
from gateway.state.redis import Redis
from gateway.tally import Counting, Tally
from gateway.verdicts import Verdicts

# What sysexits.h calls "a service is unavailable": an address or a file is.
UNAVAILABLE = 69
_PORTS = {"http": 80, "https": 443, "redis": 6379, "rediss": 6379}


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    options.add_argument("--snapshot", type=Path, required=True, metavar="FILE")
    options.add_argument("--key-file", type=Path, required=True, metavar="FILE")
    options.add_argument(
        "--packages",
        type=Path,
        required=True,
        metavar="DIR",
        help="the code of functions",
    )
    options.add_argument(
        "--jail",
        default="",
        metavar="LEVEL",
        help="limits, kernel or bubblewrap; the strongest without it",
    )
    options.add_argument("--console", metavar="URL", help="where records go")
    options.add_argument("--records-key", type=Path, metavar="FILE")
    options.add_argument("--http", type=server.parse_address, metavar="HOST:PORT")
    options.add_argument("--https", type=server.parse_address, metavar="HOST:PORT")
    options.add_argument(
        "--tls-dir", type=Path, metavar="DIR", help="server.pem and server.key"
    )
    options.add_argument(
        "--server",
        choices=("uvicorn", "granian"),
        default="uvicorn",
        help="granian has more throughput, uvicorn certificates by server name",
    )
    options.add_argument(
        "--reuse-port",
        action="store_true",
        help="listen beside other gateways on the same addresses",
    )
    options.add_argument(
        "--state", type=Path, metavar="DIR", help="where quotas are kept over restarts"
    )
    options.add_argument(
        "--redis-file",
        type=Path,
        metavar="FILE",
        help="holds the URL of the Redis server that gateways count in together",
    )
    options.add_argument(
        "--metrics",
        type=server.parse_address,
        metavar="HOST:PORT",
        help="where Prometheus finds what the gateway counts about itself",
    )
    options.add_argument(
        "--allow-backends",
        type=lambda text: [word for word in text.split(",") if word],
        default=[],
        metavar="NETWORKS",
        help="where backends may be although it is link-local or the console's",
    )
    return options


def client(options: argparse.Namespace) -> Client:
    """Connections to backends, but not to what administrators alone may reach.

    OSError when a name of that is not known, ValueError for a bad network.
    """
    urls = [options.console] if options.console else []
    if options.redis_file:
        urls.append(options.redis_file.read_text().strip())
    parts = [urlsplit(url) for url in urls]
    control = [
        (part.hostname, part.port or _PORTS[part.scheme])
        for part in parts
        if part.hostname
    ]
    if options.metrics:
        control.append(options.metrics)
    return Client(guard(control, options.allow_backends))


def state(options: argparse.Namespace) -> State:
    """Of this process, or shared. OSError when its files cannot be had."""
    if options.redis_file:
        return Redis(options.redis_file.read_text().strip())
    if options.state:
        options.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Memory(options.state)


def listen(options: argparse.Namespace) -> tuple[socket | None, socket | None]:
    """The sockets for HTTP and HTTPS. OSError when an address cannot be had."""
    http, https = (
        server.bind(*address, reuse_port=options.reuse_port) if address else None
        for address in (options.http, options.https)
    )
    return http, https


async def serve(
    gateway: Gateway,
    options: argparse.Namespace,
    http: socket | None,
    https: socket | None,
    watch: Callable[[server.InFlight], object],
) -> None:
    """Serve on the chosen server until a signal stops it."""
    if options.server == "granian":
        folders = ((http, None), (https, options.tls_dir))
        await rsgi.serve(gateway, [(s, folder) for s, folder in folders if s], watch)
        return
    listeners: list[server.Listener] = [(http, None)] if http else []
    if https:
        local = tls.ssl_context(options.tls_dir)
        contexts = Contexts(local, gateway.services.source)
        listeners.append((https, contexts.choose))
    await server.serve(gateway, listeners, gateway.close, watch)


def _collect_seldom() -> None:
    """Spare calls the long pauses of the garbage collector.

    What is here stays, and calls make next to no cycles: young ones are looked at a
    little later than by default, and everything hardly ever.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 5, 1_000)


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.console and not options.records_key:
        parser().error("--console needs --records-key")
    if options.https and not options.tls_dir:
        parser().error("--https needs --tls-dir")
    if not options.http and not options.https:
        parser().error("nothing to listen on: give --http, --https or both")
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    try:
        source = Followed(options.snapshot, options.key_file)
        pool = Pool(Store(options.packages), jail=options.jail)
        counted = state(options)
        connections = client(options)
        sockets = listen(options)
        if options.metrics:
            start_http_server(options.metrics[1], options.metrics[0])
    except (OSError, ValueError, JailMissing) as error:
        print(f"The gateway cannot start: {error}", file=sys.stderr)
        return UNAVAILABLE
    # Looking for interpreters takes a moment: no call should wait for it.
    Thread(target=host().interpreters, daemon=True).start()
    tally = Tally()
    recorder = Recorder(tally=tally if options.metrics else None)
    gateway = Gateway(source, pool, records=recorder, state=counted, client=connections)
    remembered = {"gateway": gateway.services.verdicts}
    verdicts = Verdicts(remembered, source, options.key_file.read_bytes())
    answer = answering(verdicts, gateway.services)
    control = start_control(options.snapshot, options.key_file, answer)
    exposition = Exposition(gateway, tally, source, options.server)
    if options.metrics:
        REGISTRY.register(exposition)
        Counting(recorder).start()
    sender = None
    if options.console:
        sender = Sender(recorder, options.console, options.records_key)
        sender.start()
    _collect_seldom()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.get_loop().call_soon(gateway.open)
        runner.run(serve(gateway, options, *sockets, exposition.watch))
    if control is not None:
        control.close()
    if sender is not None:
        sender.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
