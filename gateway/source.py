"""Where a gateway gets its snapshot: a file on this host, encrypted.

The file is replaced whole, so its identity (inode, time, size) tells a change;
asking costs one stat per request, and the next request sees what was written.
"""

import logging
import os
from pathlib import Path
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from gateway.errors import ConfigurationMissing
from gateway.snapshot import Snapshot, dump, load

log = logging.getLogger(__name__)


class Source(Protocol):
    """Gives the snapshot in force; asked once for each request."""

    def current(self) -> Snapshot: ...


class Fixed:
    """One snapshot for good: a debug call's, or a test's."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot.prepare()

    def current(self) -> Snapshot:
        return self._snapshot


class File:
    """The snapshot in a file. An unreadable one never replaces a good one."""

    def __init__(self, path: Path, key_file: Path) -> None:
        self._path = str(path)
        self._cipher = read_cipher(key_file)
        self._seen: tuple[int, int, int] | None = None
        self._snapshot: Snapshot | None = None

    def current(self) -> Snapshot:
        """The newest readable snapshot; ConfigurationMissing before the first."""
        try:
            stat = os.stat(self._path)
            seen = stat.st_mtime_ns, stat.st_ino, stat.st_size
            if seen != self._seen:
                self._load(seen)
        except OSError as error:
            if self._snapshot is None:
                raise ConfigurationMissing(reason=str(error)) from None
        if self._snapshot is None:
            raise ConfigurationMissing(reason=f"{self._path} cannot be read")
        return self._snapshot

    def _load(self, seen: tuple[int, int, int]) -> None:
        with open(self._path, "rb") as file:
            sealed = file.read()
        # Only now: a file that could not be opened is tried again.
        self._seen = seen
        try:
            self._snapshot = load(self._cipher.decrypt(sealed))
        except (InvalidToken, ValueError, KeyError, TypeError, AttributeError):
            log.exception("%s is not a readable snapshot; keeping the last", self._path)


def write(snapshot: Snapshot, path: Path, key_file: Path) -> None:
    """Replace the file in one step; it is never seen half-written."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(read_cipher(key_file).encrypt(dump(snapshot)))
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def read_cipher(key_file: Path) -> MultiFernet:
    """The cipher of a key file: one Fernet key a line, the newest first."""
    return MultiFernet([Fernet(line) for line in key_file.read_text().split()])
