"""What a function's requirements.txt asks for, installed ahead of any call.

Only wheels are installed, so that no foreign code runs here, outside the jail; and
only by name, so that the file reaches nothing of this host.
"""

import hashlib
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from packaging.requirements import InvalidRequirement, Requirement

from gateway.functions.package import Files, place
from gateway.functions.runtimes import Runtime, host

FILE = "requirements.txt"
MAX_SECONDS = 600
MAX_BYTES = 300 << 20


class DependencyError(RuntimeError):
    """Why dependencies cannot be installed; the text is for people."""


def name(files: Files, label: str) -> str:
    """The directory of what a package's code asks for, for a runtime; "" for nothing.

    DependencyError when the file asks for what is not allowed.
    """
    lines = wanted(files)
    if not lines:
        return ""
    runtime = host().find(label)
    version = runtime.version.rpartition(".")[0]
    parts = (*sorted(lines), version, platform.machine(), platform.libc_ver()[0])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def wanted(files: Files) -> list[str]:
    """The requirements, one a line; DependencyError names the line that is wrong."""
    found = []
    text = files.get(FILE, b"").decode("utf-8", "replace").replace("\\\n", " ")
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition(" #")[0].strip()
        if line and not line.startswith("#"):
            _check(line, number)
            found.append(line)
    return found


def install(files: Files, label: str, target: Path, log: Callable[[str], None]) -> None:
    """Install into a new directory, whole or not at all; DependencyError says why not.

    `log` gets what pip prints, line by line.
    """
    runtime = host().find(label)
    if runtime.language != "Python":
        raise DependencyError(
            f"{FILE} is for Python. Node.js finds its modules in node_modules, which "
            "belongs into the package."
        )

    def fill(folder: Path) -> None:
        listed = folder / FILE
        listed.write_text("\n".join(wanted(files)) + "\n")
        _run(_command(runtime, listed, folder), log)
        listed.unlink()
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        if size > MAX_BYTES:
            raise DependencyError(
                f"installed, the dependencies have {size >> 20} MB; at most "
                f"{MAX_BYTES >> 20} MB fit."
            )

    place(fill, target)


def _check(line: str, number: int) -> None:
    requirement = line.partition(" --hash=")[0].strip()
    try:
        url = Requirement(requirement).url
    except InvalidRequirement:
        url = requirement
    if url:
        raise DependencyError(
            f"{FILE}, line {number}: {line!r} is not the name of a package with its "
            "versions. Options, paths and addresses are not allowed here."
        )


def _command(runtime: Runtime, listed: Path, folder: Path) -> list[str]:
    pip = [sys.executable, "-m", "pip", "--python", runtime.executable, "install"]
    options = ["--target", str(folder), "--only-binary=:all:", "--no-input"]
    options += ["--disable-pip-version-check", "--no-cache-dir", "--no-compile"]
    options.append("--root-user-action=ignore")
    wheels = settings.WHEELHOUSE
    if wheels.is_dir():
        options += ["--no-index", "--find-links", str(wheels)]
    return [*pip, *options, "-r", str(listed)]


def _run(command: list[str], log: Callable[[str], None]) -> None:
    deadline = time.monotonic() + MAX_SECONDS
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "PIP_NO_COLOR": "1"},
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            log(line)
            if time.monotonic() > deadline:
                pip.kill()
                raise DependencyError(f"it took longer than {MAX_SECONDS} seconds.")
    if pip.returncode:
        raise DependencyError(
            "pip could not install them (its messages are above). Packages without a "
            "wheel for this Python are not built here."
        )
