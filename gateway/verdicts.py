"""The verdicts of custom authorizers that a gateway remembers, for the console to see.

Identity values are what callers prove themselves with, so they never leave as they
are: each is shown as a digest, keyed, so that nobody finds a value by trying.
"""

import time
from collections.abc import Callable, Hashable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from gateway.errors import ConfigurationMissing
from gateway.snapshot import Authorizer, Snapshot
from gateway.source import Source
from gateway.state.memory import Entry, ExpiringCache

# Told in one answer; the rest is only counted.
MOST = 500
_SHOWN = 12
# So many, then a rest: calls go first.
_PIECE, _REST = 200, 0.0005
Row = dict[str, Any]


class Asked(NamedTuple):
    """Which verdicts are meant: those of an authorizer, or one. Empty means all."""

    authorizer: str = ""
    id: str = ""
    allow: bool | None = None
    text: str = ""


class Verdicts:
    """What caches of verdicts hold, by where they are used."""

    def __init__(
        self, caches: Mapping[str, ExpiringCache], source: Source, key: bytes
    ) -> None:
        self._caches, self._source = caches, source
        self._key = blake2b(key, person=b"verdicts").digest()

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """What the console asks (`gateway.control`): to list them, or to forget."""
        asked, where = Asked(**question["asked"]), list(self._caches)
        if question["do"] == "forget":
            return {"forgotten": self.forget(asked), "where": where}
        rows, total = self.rows(asked)
        return {"rows": rows, "total": total, "where": where}

    def rows(self, asked: Asked) -> tuple[list[Row], int]:
        """The newest that are meant, and how many there are."""
        tell = _Teller(_snapshot(self._source), self._digest)
        found = []
        for where, cache in self._caches.items():
            for number, entry in enumerate(cache.living(), 1):
                if not number % _PIECE:
                    time.sleep(_REST)
                if self._is_meant(entry.key, asked):
                    row = tell.row(entry) | {"where": where}
                    if asked.allow in (None, row["allow"]) and _says(row, asked.text):
                        found.append(row)
        found.sort(key=lambda row: row["age"])
        return found[:MOST], len(found)

    def forget(self, asked: Asked) -> int:
        """Forget an authorizer's, one, or all; how many there were."""

        def chosen(key: Hashable) -> bool:
            return self._is_meant(key, asked)

        return sum(cache.forget(chosen) for cache in self._caches.values())

    def _is_meant(self, key: Any, asked: Asked) -> bool:
        if asked.authorizer and key[0].partition("\0")[0] != asked.authorizer:
            return False
        return not asked.id or self._digest(*key) == asked.id

    def _digest(self, *parts: str | bytes) -> str:
        hashed = blake2b(key=self._key, digest_size=16)
        for part in parts:
            raw = _bytes(part)
            hashed.update(b"%d:%b" % (len(raw), raw))
        return hashed.hexdigest()


class _Teller:
    """Says what an entry is about, by the configuration in force."""

    def __init__(self, snapshot: Snapshot, digest: Callable[..., str]) -> None:
        self._digest = digest
        self._guards = {guard.id: guard for guard in snapshot.authorizers}
        self._apis = {api.id: api.name for api in snapshot.apis}

    def row(self, entry: Entry) -> Row:
        # As `gateway.policies.custom_auth` makes it.
        key: Any = entry.key
        scope, function, *values = key
        guard_id, revision, api, stage = scope.split("\0")
        guard = self._guards.get(guard_id)
        known = guard if guard and guard.revision == revision else None
        return {
            "id": self._digest(*key),
            "allow": entry.value.allow,
            "age": entry.age,
            "left": entry.left,
            "authorizer": guard_id,
            "authorizer_name": guard.name if guard else "",
            "api": api,
            "api_name": self._apis.get(api, ""),
            "stage": stage,
            "identities": self._identities(known, values),
            # What callers get: one of older code or settings is never looked for.
            "in_force": known is not None and function in _keys(known),
        }

    def _identities(
        self, guard: Authorizer | None, values: list[str | bytes]
    ) -> list[tuple[str, str]]:
        names = [f"value {number}" for number in range(1, len(values) + 1)]
        if guard is not None:
            names = list(map(str, guard.identities))
        digests = [self._digest(value)[:_SHOWN] for value in values]
        return list(zip(names, digests, strict=True))


def _keys(guard: Authorizer) -> set[str]:
    target = guard.target
    functions = (target.function, target.second) if target else ()
    return {function.key for function in functions if function}


def _bytes(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")


def _says(row: Row, text: str) -> bool:
    """Whether what is shown of it has a text."""
    digests = (digest for _, digest in row["identities"])
    names = (row["authorizer_name"], row["api_name"], row["api"], row["id"])
    return any(text.lower() in each.lower() for each in (*names, *digests))


def _snapshot(source: Source) -> Snapshot:
    try:
        return source.current()
    except ConfigurationMissing:
        return Snapshot()
