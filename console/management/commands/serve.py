"""manage.py serve: set up what is missing, then run the console and the gateway."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from console import gateways, publish, setup
from console.addresses import WILDCARDS, text, url
from console.keys import write_private
from console.supervisor import Address, Service, StartError, Supervisor
from gateway.server import bind, parse_address
from gateway.tls import ensure_certificates


class Command(BaseCommand):
    help = "Set up what is missing, then run the console and the gateway."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--server",
            choices=("uvicorn", "granian"),
            default=settings.GATEWAY_SERVER,
            help="the gateway's: granian has more throughput, uvicorn certificates "
            "of domain names",
        )
        parser.add_argument(
            "--gateway-workers",
            type=int,
            choices=range(1, 65),
            metavar="N",
            default=settings.GATEWAY_WORKERS,
            help="gateway processes that share the addresses",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        server, workers = options["server"], options["gateway_workers"]
        with _the_only_one(f"{workers} {server}"):
            console, http, https = _free_addresses()
            password = self.prepare(https)
            commands = _gateways(console, http, https, server, workers)
            services = [console_service(console), *commands]
            try:
                Supervisor(services, self.say).run(
                    lambda: self.report(console, http, https, password, workers)
                )
            except StartError as error:
                raise CommandError(str(error)) from None

    def prepare(self, https: Address) -> str | None:
        """Bring disk and database up to date.

        Gives the password of the first administrator if it was made up just now.
        """
        try:
            if _is_behind():
                self.say("Setting up the database")
                call_command("migrate", verbosity=0, interactive=False)
            password = setup.ensure_admin()
            publish.compile_now()
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {error}") from None
        ensure_certificates(settings.TLS_DIR, _names(https[0]))
        return password

    def report(
        self,
        console: Address,
        http: Address,
        https: Address,
        password: str | None,
        workers: int,
    ) -> None:
        lines = [f"Console  {url('http', console)}"]
        if password is not None:
            kept = settings.DATA_DIR / "admin-password"
            lines.append(f"         name {settings.ADMIN_NAME}, password {password}")
            lines.append(f"         (shown this once, and kept in {kept})")
        host = f"<group ID>.{settings.GATEWAY_DOMAIN}"
        lines += [
            f"Gateway  {url('http', http)} and {url('https', https)}",
            f"         API groups at {url('http', (host, http[1]))}",
            f"         local CA {settings.TLS_DIR / 'ca.pem'}",
        ]
        if workers > 1:
            lines.append(f"         {gateways.describe(workers)}")
        lines.append("Ctrl-C stops both.")
        self.say("\n".join(lines))

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


@contextmanager
def _the_only_one(gateway: str) -> Iterator[None]:
    """Hold the data directory; a second `serve` on it would corrupt nothing,
    but each would restart children that listen where the other's do."""
    with open(settings.DATA_DIR / "serve.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.readline().strip()
            raise CommandError(
                f"Sallyport already runs on {settings.DATA_DIR} (process {holder}). "
                "Stop it, or give SALLYPORT_DATA_DIR another."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n{gateway}\n")
        lock.flush()
        yield


def _free_addresses() -> list[Address]:
    """Where to listen: console, HTTP, HTTPS. Held all at once, then let go."""
    with ExitStack() as held:
        return [
            _free_address(held, "SALLYPORT_CONSOLE_BIND", settings.CONSOLE_BIND),
            _free_address(held, "SALLYPORT_GATEWAY_BIND", settings.GATEWAY_BIND),
            _free_address(
                held, "SALLYPORT_GATEWAY_TLS_BIND", settings.GATEWAY_TLS_BIND
            ),
        ]


def _free_address(held: ExitStack, setting: str, text: str) -> Address:
    try:
        address = parse_address(text)
        listener = held.enter_context(bind(*address))
        listener.listen()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(
            f"Cannot listen on {text}: {reason}. "
            f"Set {setting} to another host:port, or free that one."
        ) from None
    # Resolved once, for all who are told to listen there.
    return str(listener.getsockname()[0]), address[1]


def _is_behind() -> bool:
    """Whether migrations wait. Asking is ten times faster than `migrate`."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _names(host: str) -> list[str]:
    """What callers may call the gateway."""
    domain = settings.GATEWAY_DOMAIN
    names = [f"*.{domain}", domain, "localhost", "127.0.0.1", "::1"]
    return names if host in WILDCARDS else [*names, host]


def console_service(address: Address) -> Service:
    """One worker process: SQLite has one writer, and threads wait in it well."""
    host, port = address
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--http": "1",
        "--workers": "1",
        "--blocking-threads": "4",
        "--backlog": "512",
        "--log-level": "warning",
    }
    words = [word for pair in options.items() for word in pair]
    flags = ["--no-ws", "--respawn-failed-workers"]
    module = ["granian", *words, *flags, "console.wsgi:application"]
    return _service("console", module, address)


def _gateways(
    console: Address, http: Address, https: Address, server: str, workers: int
) -> list[Service]:
    """The gateway's processes. What each keeps on disk is its own."""
    options = {
        "--snapshot": str(settings.SNAPSHOT_FILE),
        "--key-file": str(settings.SNAPSHOT_KEY_FILE),
        "--packages": str(settings.PACKAGES_DIR),
        "--jail": settings.FUNCTION_JAIL,
        "--console": url("http", console),
        "--records-key": str(settings.RECORDS_KEY_FILE),
        "--http": text(http),
        "--https": text(https),
        "--tls-dir": str(settings.TLS_DIR),
        "--server": server,
    }
    if settings.REDIS_URL:
        # In a file, since the URL may hold a password and everybody sees arguments.
        file = settings.KEYS_DIR / "redis.url"
        write_private(file, settings.REDIS_URL)
        options["--redis-file"] = str(file)
    flags = ["--reuse-port"] if workers > 1 else []
    found = []
    for number in range(workers):
        words = [word for pair in (options | _own(number)).items() for word in pair]
        name = f"gateway {number + 1}" if workers > 1 else "gateway"
        found.append(_service(name, ["gateway", *words, *flags], http, https))
    return found


def _own(number: int) -> dict[str, str]:
    """The options of one of several gateways, counted from 0."""
    state = settings.STATE_DIR
    found = {"--state": str(state / str(number + 1) if number else state)}
    if settings.METRICS_BIND:
        host, port = parse_address(settings.METRICS_BIND)
        found["--metrics"] = text((host, port + number))
    return found


def _service(name: str, module: list[str], *addresses: Address) -> Service:
    return Service(
        name,
        [sys.executable, "-m", *module],
        addresses,
        directory=settings.BASE_DIR,
        # A relative path means the same there as here.
        environment={**os.environ, "SALLYPORT_DATA_DIR": str(settings.DATA_DIR)},
    )
