"""Counters that outlive a restart: a mapped file of fixed slots.

Counting writes into the page cache, which costs no system call and survives the
end of the process, killed or not. The file belongs to one process at a time.
"""

import fcntl
import hashlib
import mmap
import os
import struct
from pathlib import Path

# Digest of the key, calls counted, end of the window in epoch seconds.
_SLOT = struct.Struct("<16sQd")
_COUNT = struct.Struct("<Qd")
_FREE = bytes(16)
_GROW = 1024


class LedgerTaken(OSError):
    """Another process has the file."""


class Ledger:
    """Slots by key. Those whose window has ended are given to others."""

    def __init__(self, path: Path, now: float) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise LedgerTaken(
                f"{path} belongs to another gateway: give each a --state of its own."
            ) from None
        self._size = os.fstat(self._file).st_size // _SLOT.size
        self._slots: dict[bytes, int] = {}
        self._free: list[int] = []
        self._map()
        self._index(now)

    def find(self, key: str) -> int | None:
        """The place of a key that was kept."""
        return self._slots.get(_digest(key))

    def slot(self, key: str, now: float) -> int:
        """The place of a key, kept or new."""
        digest = _digest(key)
        known = self._slots.get(digest)
        if known is not None:
            return known
        if not self._free:
            self._index(now)
        if not self._free:
            self._grow()
        place = self._free.pop()
        self._slots[digest] = place
        _SLOT.pack_into(self._memory, place * _SLOT.size, digest, 0, 0.0)
        return place

    def read(self, place: int) -> tuple[int, float]:
        _, count, ends = _SLOT.unpack_from(self._memory, place * _SLOT.size)
        return count, ends

    def write(self, place: int, count: int, ends: float) -> None:
        _COUNT.pack_into(self._memory, place * _SLOT.size + 16, count, ends)

    def close(self) -> None:
        self._memory.close()
        os.close(self._file)

    def _map(self) -> None:
        self._size = max(self._size, _GROW)
        os.ftruncate(self._file, self._size * _SLOT.size)
        self._memory = mmap.mmap(self._file, self._size * _SLOT.size)

    def _index(self, now: float) -> None:
        """Sort the slots into those that count and those that are free."""
        self._slots, self._free = {}, []
        for place in range(self._size):
            digest, _, ends = _SLOT.unpack_from(self._memory, place * _SLOT.size)
            if digest == _FREE or ends <= now:
                self._free.append(place)
            else:
                self._slots[digest] = place

    def _grow(self) -> None:
        before = self._size
        self._memory.close()
        self._size *= 2
        self._map()
        self._free = list(range(before, self._size))


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=16).digest()
