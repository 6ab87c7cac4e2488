"""Key files: made once, mode 0600, never printed."""

import contextlib
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def ensure_directory(path: Path) -> None:
    """A directory that nobody else may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def ensure_fernet_key(path: Path) -> str:
    """The file's keys, one a line; a new file gets one fresh key."""
    return _ensure(path, Fernet.generate_key().decode())


def ensure_secret(path: Path) -> str:
    """The file's text; a new file gets 50 random characters."""
    return _ensure(path, secrets.token_urlsafe(38))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step."""
    fresh = _beside(path)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    os.replace(fresh, path)


def _beside(path: Path) -> Path:
    """A name of nobody else's: containers on one volume share process ids."""
    return path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")


def _ensure(path: Path, fresh: str) -> str:
    """The file's text. Of two processes that start at once, one file wins."""
    if not path.exists():
        draft = _beside(path)
        write_private(draft, fresh + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
