#!/usr/bin/env python3
"""Django's manage.py, and before it: what it needs to run.

Down to `prepare` this file uses the standard library only, in the syntax of
Python 3.6, so that an old Python can still say what is wrong. When the packages
of requirements.txt are not there in the versions it names, they are installed
into `.venv` beside this file, never anywhere else, and the command goes on there.
"""

import os
import re
import sys
import typing

BASE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(BASE, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOG = os.path.join(VENV, "setup.log")
OLDEST = (3, 11)
VERSION = sys.version.split()[0]
# Asks for `.venv` where it is not made by itself; "done" is for our own use.
ASKED = "SALLYPORT_SETUP"


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(
            "Sallyport needs Python {}.{} or newer, and this is {}: start it with "
            "a newer one, e.g. `python3.11 manage.py`.".format(*OLDEST, VERSION)
        )
    names = ["requirements.txt"]
    if sys.argv[1:2] == ["test"]:
        names.append(os.path.join("tests", "requirements.txt"))
    prepare(names)

    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    execute_from_command_line(sys.argv)


def prepare(names: "list[str]") -> None:
    """Return when the packages are importable here; else go on in `.venv`."""
    missing = unsatisfied(names)
    if not missing:
        os.environ.pop(ASKED, None)
        return
    inside = os.path.realpath(sys.prefix) == os.path.realpath(VENV)
    if inside and os.environ.get(ASKED) == "done":
        sys.exit(f"{missing} is still missing after the setup; see {LOG}.")
    if not inside and os.path.exists(PYTHON):
        go_on_in_venv()
    if not inside and is_curated() and os.environ.get(ASKED) != "1":
        files = " ".join("-r " + name for name in names)
        sys.exit(
            f"{missing} is missing, and nothing is installed here unasked: run "
            f"`pip install {files}`, or set {ASKED}=1 to have it all in .venv."
        )
    install(names)
    os.environ[ASKED] = "done"
    go_on_in_venv()


def unsatisfied(names: "list[str]") -> "str | None":
    """The first requirement that is not installed as pinned, or None."""
    from importlib.metadata import PackageNotFoundError, version

    for name in names:
        with open(os.path.join(BASE, name)) as lines:
            pins = re.findall(r"(?m)^([\w.-]+)(?:\[.*?\])?==(\S+)", lines.read())
        for package, pinned in pins:
            try:
                found = version(package)
            except PackageNotFoundError:
                found = ""
            if found != pinned:
                return f"{package}=={pinned}"
    return None


def is_curated() -> bool:
    """Whether somebody else decides what is installed here.

    That is an active virtualenv that is not ours, and a container whose image
    brought this project along; a clone in a container is somebody at work.
    """
    if sys.prefix != sys.base_prefix:
        return True
    contained = any(map(os.path.exists, ("/.dockerenv", "/run/.containerenv")))
    return contained and not os.path.exists(os.path.join(BASE, ".git"))


def install(names: "list[str]") -> None:
    """Make `.venv` and put the packages in it; one process at a time."""
    import fcntl
    import shutil

    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit(
            "Python's venv module is missing: `apt install python3-venv` brings it "
            "on Debian and Ubuntu; then run this command again."
        )
    os.makedirs(VENV, exist_ok=True)
    what = " and ".join(names)
    print("Setting up .venv from", what, "(log: .venv/setup.log)", file=sys.stderr)
    with open(os.path.join(VENV, "setup.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(PYTHON):
            # A link to a Python that went away would survive `-m venv`.
            shutil.rmtree(os.path.dirname(PYTHON), ignore_errors=True)
        with open(LOG, "w") as log:
            base = getattr(sys, "_base_executable", sys.executable)
            run([base, "-m", "venv", VENV], log)
            run([PYTHON, "-m", "pip", "install", "--no-input"] + sources(names), log)


def sources(names: "list[str]") -> "list[str]":
    """pip's arguments: a `wheelhouse` directory makes it work offline."""
    arguments = [word for name in names for word in ("-r", os.path.join(BASE, name))]
    wheelhouse = os.path.join(BASE, "wheelhouse")
    if os.path.isdir(wheelhouse):
        arguments += ["--no-index", "--find-links", wheelhouse]
    return arguments


def run(command: "list[str]", log: typing.TextIO) -> None:
    import subprocess

    if subprocess.call(command, stdout=log, stderr=subprocess.STDOUT) != 0:
        with open(LOG) as lines:
            sys.stderr.writelines(lines.readlines()[-10:])
        sys.exit(f"The setup of .venv failed; the whole log is {LOG}.")


def go_on_in_venv() -> "typing.NoReturn":
    os.execv(PYTHON, [PYTHON, os.path.abspath(__file__)] + sys.argv[1:])


if __name__ == "__main__":
    main()
