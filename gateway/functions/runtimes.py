"""The interpreters of this host, found by the labels that functions carry.

Every CPython from 3.9 up and Node.js. A label names a version; where the host has
another one of that language, that one runs, and `exact` and `describe` say so.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from glob import glob
from pathlib import Path
from threading import Lock

import orjson

# The documented labels (auth.md section 10.4) of what can run here.
DOCUMENTED = (
    "Python3.9",
    "Python3.10",
    "Python3.12",
    "Node.js16.17",
    "Node.js18.15",
    "Node.js20.15",
)
OLDEST_PYTHON = (3, 9)
# And every other CPython, also those still to come: a host offers what it has.
LABELS = tuple(dict.fromkeys((*DOCUMENTED, *(f"Python3.{n}" for n in range(9, 30)))))
_LABEL = re.compile(r"(Python|Node\.js)(\d+)\.(\d+)\Z")
_NAME = re.compile(r"(?:python3(?:\.\d+)?|node|nodejs)\Z")
# Where people's version managers put interpreters, beside PATH.
_PLACES = (
    "/usr/bin",
    "/usr/local/bin",
    "/opt/*/bin",
    "~/.pyenv/versions/*/bin",
    "~/.local/share/uv/python/*/bin",
    "~/.nvm/versions/node/*/bin",
)
_SECONDS = 10
_ASK_PYTHON = """
import json, os, sys
libraries = [os.path.join(p, "lib") for p in (sys.base_prefix, sys.base_exec_prefix)]
reads = [os.path.dirname(os.__file__), *libraries]
usable = sys.implementation.name == "cpython"
found = [usable, sys.version_info[:3], os.path.realpath(sys.executable), reads]
print(json.dumps(found))
"""
_ASK_NODE = """
console.log(JSON.stringify([true, process.versions.node.split(".").map(Number),
process.execPath, []]))
"""


class RuntimeMissing(LookupError):
    """The host has no interpreter of a label's language; the text is for people."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One that was found and has run: `reads` is what it needs to be able to read."""

    language: str
    executable: str
    version: tuple[int, ...]
    reads: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.language} {'.'.join(map(str, self.version))}"

    def is_version(self, wanted: tuple[int, int]) -> bool:
        """Of Node.js the first number tells what code runs on it."""
        numbers = 2 if self.language == "Python" else 1
        return self.version[:numbers] == wanted[:numbers]


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a label means here: `exact` says whether it is the version it names."""

    label: str
    language: str
    executable: str
    version: str
    exact: bool
    reads: tuple[str, ...]


class Host:
    """The interpreters in some directories; looks for them when first asked."""

    def __init__(self, directories: Iterable[str]) -> None:
        self._directories = directories
        self.problems: list[str] = []
        self._found: list[Interpreter] | None = None
        self._lock = Lock()

    def interpreters(self) -> list[Interpreter]:
        """Each version once, the newest first; the gateway's own is among them."""
        with self._lock:
            if self._found is None:
                self._found = self._look()
            return self._found

    @property
    def own(self) -> Interpreter:
        """The gateway's own, which is there without looking."""
        return _own()

    def find(self, label: str) -> Runtime:
        """What runs functions of a label; RuntimeMissing when nothing can."""
        language, wanted = parse(label)
        own = _own()
        if language == own.language and own.is_version(wanted):
            # Without looking any further: most functions run on it.
            return _runtime(label, own, exact=True)
        known = [i for i in self.interpreters() if i.language == language]
        if not known:
            raise RuntimeMissing(f"there is no {language} on this host")
        exact = [i for i in known if i.is_version(wanted)]
        chosen = exact[0] if exact else _nearest(known, wanted)
        return _runtime(label, chosen, exact=bool(exact))

    def labels(self) -> list[str]:
        """The documented labels, and the others of which the host has the version."""
        return [n for n in LABELS if n in DOCUMENTED or self._has(n)]

    def describe(self, label: str) -> str:
        """A label for people, with what really runs."""
        spelled = spell(label)
        try:
            runtime = self.find(label)
        except RuntimeMissing as error:
            return f"{spelled} (unavailable: {error})"
        if runtime.exact:
            return f"{spelled} ({runtime.version.rpartition(' ')[2]})"
        return f"{spelled} (not on this host: runs on {runtime.version})"

    def _look(self) -> list[Interpreter]:
        with ThreadPoolExecutor(8) as threads:
            candidates = list(_candidates(self._directories))
            known = [i for i in threads.map(self._ask, candidates) if i]
        # Of those with one version the gateway's own comes first.
        each = {(i.language, i.version): i for i in (*reversed(known), _own())}
        return sorted(each.values(), key=lambda i: i.version, reverse=True)

    def _has(self, label: str) -> bool:
        language, wanted = parse(label)
        return any(
            i.language == language and i.is_version(wanted) for i in self.interpreters()
        )

    def _ask(self, path: str) -> Interpreter | None:
        """Run a candidate once; None, and a line in `problems`, when it fails."""
        node = "node" in os.path.basename(path)
        question = ["-e", _ASK_NODE] if node else ["-I", "-S", "-c", _ASK_PYTHON]
        try:
            answer = subprocess.run(
                [path, *question],
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=True,
                env={},
            )
            usable, version, executable, reads = orjson.loads(answer.stdout)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            known = getattr(error, "returncode", type(error).__name__)
            self.problems.append(f"{path} does not run ({known})")
            return None
        if not usable or (not node and tuple(version) < OLDEST_PYTHON):
            return None
        language = "Node.js" if node else "Python"
        return Interpreter(language, executable, tuple(version), tuple(reads))


def parse(label: str) -> tuple[str, tuple[int, int]]:
    """Language and version of a label; RuntimeMissing when it is not one."""
    found = _LABEL.match(label)
    if found is None:
        raise RuntimeMissing(f"{label!r} is not the name of a runtime")
    return found[1], (int(found[2]), int(found[3]))


def spell(label: str) -> str:
    """A label as people write it: `Python 3.9`."""
    language, version = parse(label)
    return f"{language} {version[0]}.{version[1]}"


@lru_cache(maxsize=1)
def host() -> Host:
    """This host."""
    places = [*os.get_exec_path(), *map(os.path.expanduser, _PLACES)]
    return Host(places)


def _runtime(label: str, found: Interpreter, *, exact: bool) -> Runtime:
    return Runtime(
        label, found.language, found.executable, found.name, exact, found.reads
    )


@lru_cache(maxsize=1)
def _own() -> Interpreter:
    """The gateway's interpreter itself, outside any virtual environment."""
    libraries = [
        os.path.join(p, "lib") for p in (sys.base_prefix, sys.base_exec_prefix)
    ]
    return Interpreter(
        "Python",
        os.path.realpath(sys.executable),
        sys.version_info[:3],
        (os.path.dirname(os.__file__), *libraries),
    )


def _nearest(known: Sequence[Interpreter], wanted: tuple[int, int]) -> Interpreter:
    """The gateway's own Python; of another language the nearest version."""
    own = _own()
    if own in known:
        return own
    return min(known, key=lambda found: abs(found.version[0] - wanted[0]))


def _candidates(directories: Iterable[str]) -> Iterator[str]:
    """Interpreters by their names, each file once; links and shims collapse."""
    seen: set[str] = set()
    for pattern in directories:
        # A version manager's shims stand for what is found in its own place.
        for folder in sorted(f for f in glob(pattern) if not f.endswith("/shims")):
            for path in _named(folder):
                real = os.path.realpath(path)
                if real not in seen and os.access(real, os.X_OK):
                    seen.add(real)
                    yield path


def _named(folder: str) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        # Not a directory, or not ours to read: nothing is found there.
        return []
    return [str(Path(folder, name)) for name in names if _NAME.match(name)]
