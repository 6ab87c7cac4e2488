"""Functions, and what a caller of one refers to (auth.md section 10.4)."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from random import random

import orjson


@dataclass(frozen=True)
class Function:
    """A version of a function, or a draft (reference: auth.md section 10.4).

    `code_hash` and `dependencies_hash` name directories of a package store; the
    latter is empty when nothing is installed. Times are in seconds, `memory_size`
    in MB; `concurrency` is how many calls may run at once, -1 without a limit of
    its own; `encrypted_user_data` holds clear text, since a snapshot is encrypted
    whole.
    """

    urn: str
    func_name: str
    runtime: str
    handler: str
    code_hash: str
    dependencies_hash: str = ""
    package: str = "default"
    project_id: str = ""
    version: str = "latest"
    alias: str = ""
    memory_size: int = 128
    timeout: int = 3
    initializer_handler: str = ""
    initializer_timeout: int = 3
    concurrency: int = -1
    enabled: bool = True
    network: bool = False
    user_data: Mapping[str, str] = field(default_factory=dict)
    encrypted_user_data: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def qualified_urn(self) -> str:
        """With the alias, or else the version (auth.md section 10.4)."""
        return f"{self.urn}:{'!' + self.alias if self.alias else self.version}"

    @cached_property
    def key(self) -> str:
        """Hex SHA-256 of code and configuration: a worker serves one key only."""
        return hashlib.sha256(
            orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)
        ).hexdigest()

    @classmethod
    def gone(cls, key: str) -> "Function":
        """In place of one that is gone: whoever calls it is refused."""
        return cls("", "(deleted)", "", "", "", enabled=False)


@dataclass(frozen=True)
class Target:
    """What a caller refers to: a function, and by weight a second version of it.

    `weight` is the percentage of calls that go to `second` (an alias's additional
    version, auth.md section 10.4).
    """

    function: Function
    second: Function | None = None
    weight: int = 0

    def pick(self) -> Function:
        """The function for one call."""
        if self.second is None or random() * 100 >= self.weight:
            return self.function
        return self.second
