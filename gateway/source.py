"""Where a gateway gets its snapshot: a file on this host, encrypted.

The file is replaced whole, so its identity (inode, time, size) tells a change. `File`
asks at each call, and the next one sees what was written. A server has `Followed`: a
thread that waits for it, reads in pieces, and tells when it is done, while calls go on
with the last snapshot; who wrote the file waits for that (`await_readers`). So no call
waits for configuration, and yet what the console says is saved is in force.
"""

import fcntl
import gc
import logging
import os
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from gateway.changes import waiting
from gateway.errors import ConfigurationMissing
from gateway.snapshot import Snapshot, dump, load

log = logging.getLogger(__name__)

Identity = tuple[int, int, int]
# Seconds that a thread rests after each piece, and that a writer waits between looks.
_PAUSE, _LOOK = 0.0001, 0.004
_UNREADABLE = (
    InvalidToken,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    zlib.error,
)


def _no_pause() -> None:
    """For who reads at a stretch."""


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
        self._seen: Identity | None = None
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

    @property
    def written(self) -> float:
        """When the file that was read was written, epoch s; 0 before the first."""
        return self._seen[0] / 1e9 if self._seen else 0.0

    def _load(self, seen: Identity, pause: Callable[[], object] = _no_pause) -> None:
        with open(self._path, "rb") as file:
            sealed = file.read()
        made = self._snapshot
        try:
            made = load(zlib.decompress(self._cipher.decrypt(sealed)), pause)
        except _UNREADABLE:
            log.exception("%s is not a readable snapshot; keeping the last", self._path)
        # Only now: a file that could not be opened is tried again.
        self._seen, self._snapshot = seen, made


class Followed(File):
    """A server's: read by a thread of its own, so that calls need not ask."""

    def __init__(self, path: Path, key_file: Path) -> None:
        super().__init__(path, key_file)
        self._told: Identity | None = None
        self._teller = _teller(path)
        # Before the first look, so that no change falls between the two.
        self._wait = waiting(path.parent)
        self._look()
        Thread(target=self._follow, name="snapshot", daemon=True).start()

    def current(self) -> Snapshot:
        if self._snapshot is None:
            raise ConfigurationMissing(reason=f"{self._path} cannot be read")
        return self._snapshot

    def _follow(self) -> None:
        while True:
            self._wait()
            self._look()

    def _look(self) -> None:
        try:
            seen = identity(self._path)
            if seen != self._seen:
                self._read(seen)
            if self._seen != self._told:
                self._told = self._seen
                os.pwrite(self._teller, _text(self._told), 0)
        except OSError as error:
            log.debug("the snapshot cannot be read: %s", error)

    def _read(self, seen: Identity) -> None:
        gc.disable()
        try:
            self._load(seen, lambda: time.sleep(_PAUSE))
            # Or the next call would wait until all of it has been looked at.
            gc.freeze()
        finally:
            gc.enable()


def identity(path: str | Path) -> Identity:
    """What tells a written file from the one before."""
    stat = os.stat(path)
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def await_readers(path: Path, seconds: float = 3.0) -> bool:
    """Wait until every server on this host has read the file; False if one has not."""
    deadline = time.monotonic() + seconds
    while True:
        text = _text(identity(path))
        if all(teller.read_bytes() == text for teller in _tellers(path)):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK)


def readers(path: Path) -> tuple[int, int]:
    """How many servers on this host live, and how many have read the file."""
    text = _text(identity(path)) if path.exists() else b""
    told = [teller.read_bytes() for teller in _tellers(path)]
    return len(told), told.count(text)


def _text(seen: Identity | None) -> bytes:
    return b"%20d %20d %20d" % (seen or (0, 0, 0))


def _folder(path: Path) -> Path:
    return path.with_name(f"{path.name}.readers")


def _teller(path: Path) -> int:
    """A file to tell in what was read, locked as long as this process lives."""
    folder = _folder(path)
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / f"{os.getpid()}", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.pwrite(descriptor, _text(None), 0)
    return descriptor


def _tellers(path: Path) -> list[Path]:
    """Those of the servers that live; the others' are removed."""
    found = []
    for file in _folder(path).glob("*"):
        with open(file, "rb") as opened:
            try:
                fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(file)
            else:
                file.unlink(missing_ok=True)
    return found


def write(snapshot: Snapshot, path: Path, key_file: Path) -> None:
    """Replace the file in one step; it is never seen half-written."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(read_cipher(key_file).encrypt(zlib.compress(dump(snapshot), 1)))
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def read_cipher(key_file: Path) -> MultiFernet:
    """The cipher of a key file: one Fernet key a line, the newest first."""
    return MultiFernet([Fernet(line) for line in key_file.read_text().split()])
