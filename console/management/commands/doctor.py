"""manage.py doctor: what works here, what does not, and what to do about it."""

import json
import os
import platform
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from console import gateways
from console.addresses import gateway, local, text
from gateway.functions import launch
from gateway.functions.runtimes import host
from gateway.source import File

OK, WARNING, PROBLEM = "ok", "warning", "problem"


class Finding(NamedTuple):
    """A line: how it is, what about, and what was found or is to be done."""

    state: str
    topic: str
    text: str


class Command(BaseCommand):
    help = "Say what works on this host, what does not, and the remedy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = [found for check in CHECKS for found in check()]
        if options["json"]:
            self.stdout.write(json.dumps([f._asdict() for f in findings], indent=2))
        else:
            for state, topic, found in findings:
                self.stdout.write(f"{state:8} {topic:12} {found}")
        problems = sum(f.state == PROBLEM for f in findings)
        if problems:
            raise CommandError(f"{problems} problem(s), named above.")


def _python() -> Iterator[Finding]:
    yield Finding(OK, "Python", f"{platform.python_version()} at {sys.executable}")


def _data() -> Iterator[Finding]:
    """The data directory and its keys are nobody else's."""
    for path in (settings.DATA_DIR, *sorted(settings.KEYS_DIR.glob("*.key"))):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            remedy = "700" if path.is_dir() else "600"
            yield Finding(
                PROBLEM,
                "files",
                f"{path} can be read by others (mode {mode:o}): chmod {remedy} it",
            )
        elif not os.access(path, os.W_OK):
            yield Finding(PROBLEM, "files", f"{path} cannot be written by this user")
    yield Finding(OK, "files", f"data in {settings.DATA_DIR}")


def _database() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield Finding(PROBLEM, "database", f"cannot be used: {error}")
        return
    if missing:
        count = len(missing)
        remedy = "`manage.py serve` runs them"
        yield Finding(PROBLEM, "database", f"lacks {count} migrations: {remedy}")
    else:
        yield Finding(OK, "database", f"{connection.vendor}, up to date")


def _snapshot() -> Iterator[Finding]:
    path: Path = settings.SNAPSHOT_FILE
    if not path.exists():
        yield Finding(
            WARNING, "snapshot", "none yet: `manage.py serve` writes the first"
        )
        return
    try:
        apis = len(File(path, settings.SNAPSHOT_KEY_FILE).current().apis)
    except Exception as error:
        yield Finding(
            PROBLEM,
            "snapshot",
            f"{path} cannot be read ({error}): delete it and run `manage.py serve`",
        )
        return
    yield Finding(OK, "snapshot", f"{apis} published APIs")


def _certificate() -> Iterator[Finding]:
    path = settings.TLS_DIR / "server.pem"
    if not path.exists():
        yield Finding(WARNING, "TLS", "no certificate yet: `manage.py serve` makes one")
        return
    left = x509.load_pem_x509_certificate(
        path.read_bytes()
    ).not_valid_after_utc - datetime.now(UTC)
    if left.days < 0:
        yield Finding(PROBLEM, "TLS", f"{path} has expired: delete it, and serve again")
    else:
        yield Finding(OK, "TLS", f"the certificate is good for {left.days} more days")


def _listeners() -> Iterator[Finding]:
    for name, address in (
        ("console", local(settings.CONSOLE_BIND)),
        ("gateway", gateway("http")),
        ("gateway", gateway("https")),
    ):
        try:
            socket.create_connection(address, timeout=2).close()
        except OSError:
            yield Finding(WARNING, name, f"nothing listens on {text(address)}")
        else:
            yield Finding(OK, name, f"listens on {text(address)}")


def _jail() -> Iterator[Finding]:
    try:
        level = launch.choose(settings.FUNCTION_JAIL)
    except launch.JailMissing as error:
        yield Finding(PROBLEM, "jail", f"{error}: set SALLYPORT_FUNCTION_JAIL to that")
        return
    weak = level == "limits"
    found = launch.describe(level)
    if weak:
        found += "; functions can read what this user can"
    yield Finding(WARNING if weak else OK, "jail", found)


def _runtimes() -> Iterator[Finding]:
    known = host()
    for label in known.labels():
        described = known.describe(label)
        inexact = "not on this host" in described or "unavailable" in described
        yield Finding(WARNING if inexact else OK, "runtime", described)
    for problem in known.problems:
        yield Finding(WARNING, "runtime", problem)


def _gateways() -> Iterator[Finding]:
    found = gateways.running()
    if found is None:
        return
    workers, server = found
    state = OK if workers == 1 or settings.REDIS_URL else WARNING
    yield Finding(state, "gateway", gateways.describe(workers))
    if server == "granian":
        yield Finding(WARNING, "gateway", gateways.GRANIAN)


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _data,
    _database,
    _snapshot,
    _certificate,
    _listeners,
    _gateways,
    _jail,
    _runtimes,
)
