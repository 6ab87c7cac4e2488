"""How a function's process is started: interpreter, jail level, command line.

The levels, each with the walls of those before it:

    limits       process limits, own session and user, empty environment, no
                 descriptor of the gateway's
    kernel       Landlock and seccomp as far as the host has them (sandbox.py)
    bubblewrap   namespaces of its own: files, processes, network
"""

import itertools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gateway.functions import sandbox
from gateway.functions.package import Store
from gateway.functions.runtimes import Runtime, host
from gateway.snapshot import Function

LEVELS = ("limits", "kernel", "bubblewrap")
_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
# One malloc arena: those of further threads would each reserve 64 MB of the limit.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
# Where a function finds itself inside bubblewrap (auth.md section 10.2).
_CODE, _DEPENDENCIES, _TEMP = "/opt/function/code", "/opt/function/lib", "/tmp/function"
# The documented size of /tmp, in MB; it is memory, so never more than the function's.
_TMP_MB = 512
# User ids nobody has: one for each child of each gateway that runs as root.
_FIRST_UID, _UIDS = 0x70000000, 0x1000
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about one child before it starts; paths are as the child sees them."""

    runtime: Runtime
    command: tuple[str, ...]
    home: Path
    code: str
    dependencies: str
    temp: str
    walls: dict[str, Any]
    wrapped: bool


class JailMissing(RuntimeError):
    """This host does not offer the jail level asked for."""


def levels() -> tuple[str, ...]:
    """The jail levels of this host, the strongest last."""
    offered = {
        "limits": True,
        "kernel": bool(sandbox.walls()),
        "bubblewrap": _bubblewrap_works(),
    }
    return tuple(level for level in LEVELS if offered[level])


def choose(level: str = "") -> str:
    """The level asked for, or the strongest; JailMissing when it is not offered."""
    offered = levels()
    if not level:
        return offered[-1]
    if level not in offered:
        raise JailMissing(
            f"the jail level {level!r} is not to be had on this host: "
            f"it offers {', '.join(offered)}"
        )
    return level


def describe(level: str) -> str:
    """One line for people: the walls in force at a level, and what the host lacks."""
    walls = ["process limits"]
    if os.geteuid() == 0:
        walls.append("a user of its own")
    if level != "limits":
        walls += [name.capitalize() for name in sandbox.walls()]
    if level == "bubblewrap":
        walls.append("bubblewrap")
    lacking = [n for n in ("landlock", "seccomp") if n not in sandbox.walls()]
    missing = [name.capitalize() for name in lacking]
    if "bubblewrap" not in levels():
        missing.append("bubblewrap")
    text = f"{level}: {', '.join(walls)}"
    return f"{text} (this host lacks {', '.join(missing)})" if missing else text


def plan(function: Function, packages: Store, home: Path, level: str) -> Plan:
    """How to start a child for a function in a private directory of its own.

    RuntimeMissing without an interpreter, JailMissing without the level.
    """
    level = choose(level)
    runtime = host().find(function.runtime)
    code = str(packages.code(function.code_hash))
    installed = packages.dependencies(function.dependencies_hash)
    dependencies = str(installed) if function.dependencies_hash else ""
    wrapped = level == "bubblewrap"
    outer: list[str] = []
    temp = str(home / "tmp")
    if wrapped:
        outer = _bubblewrap(function, runtime, code, dependencies)
        code, temp = _CODE, _TEMP
        dependencies = dependencies and _DEPENDENCIES
    walls = {
        "level": level,
        "read": [code, *([dependencies] if dependencies else []), *runtime.reads],
        "temp": temp,
        "memory_mb": function.memory_size,
        "network": function.network,
        "execute": runtime.executable if runtime.language == "Node.js" else "",
        # Inside, the parent is bubblewrap's first process.
        "parent": 0 if wrapped else os.getpid(),
        "uid": _uid(),
    }
    command = (*outer, *_program(runtime))
    return Plan(runtime, command, home, code, dependencies, temp, walls, wrapped)


def spawn(made: Plan, channel: int, log: int | None) -> subprocess.Popen[bytes]:
    """Start the child with its socket, its log, and nothing else of the gateway's.

    All of it is one process group, so that one signal reaches it whole.
    """
    return subprocess.Popen(
        [*made.command, str(channel), str(_ROOT)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=_ENVIRONMENT,
        cwd=made.home,
        pass_fds=(channel,),
        start_new_session=True,
    )


def _program(runtime: Runtime) -> list[str]:
    """A Python runs child.py itself; before another runtime ours sets the walls."""
    if runtime.language == "Python":
        return [runtime.executable, "-I", "-S", str(_HERE / "child.py")]
    own = host().own
    return [own.executable, "-I", "-S", str(_HERE / "node.py")]


def _uid() -> int:
    """A user id that no other child has at the same time."""
    return _FIRST_UID + (os.getpid() % 0x8000) * _UIDS + next(_numbers) % _UIDS


def _bubblewrap(
    function: Function, runtime: Runtime, code: str, dependencies: str
) -> list[str]:
    """The command before the command, with nothing but what the function needs."""
    size = min(_TMP_MB, function.memory_size) << 20
    words = [_bwrap() or "bwrap", "--die-with-parent", "--unshare-pid"]
    words += ["--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        # Enough to become nobody; sandbox.py gives all of it up.
        for name in ("SETUID", "SETGID", "CHOWN", "DAC_READ_SEARCH"):
            words += ["--cap-add", f"CAP_{name}"]
    else:
        words.append("--unshare-user")
    if not function.network:
        words.append("--unshare-net")
    own = host().own
    shown = [*sandbox.READABLE, *own.reads, own.executable]
    shown += [*runtime.reads, runtime.executable, str(_HERE)]
    if function.network:
        shown += sandbox.NETWORK_FILES
    # These first: what is shown may lie below /tmp.
    words += ["--size", str(size), "--tmpfs", "/tmp", "--proc", "/proc"]
    words += ["--dev", "/dev"]
    for path in dict.fromkeys(shown):
        words += ["--ro-bind-try", path, path]
    words += ["--ro-bind", code, _CODE]
    if dependencies:
        words += ["--ro-bind", dependencies, _DEPENDENCIES]
    return [*words, "--chdir", "/tmp"]


@lru_cache(maxsize=1)
def _bwrap() -> str | None:
    return shutil.which("bwrap")


@lru_cache(maxsize=1)
def _bubblewrap_works() -> bool:
    """Whether namespaces can be had, tried once: many containers refuse them."""
    found = _bwrap()
    if found is None or not sys.platform.startswith("linux"):
        return False
    trial = [found, "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts"]
    trial += ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"]
    if os.geteuid() != 0:
        trial.insert(1, "--unshare-user")
    try:
        done = subprocess.run(trial, capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
