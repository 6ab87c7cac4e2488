"""Private directories for children, removed also after a gateway that was killed."""

import fcntl
import logging
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "sallyport-functions-"
_logger = logging.getLogger(__name__)


class Scratch:
    """A directory of one pool, mode 0700, holding one directory per child.

    It stays locked as long as the pool lives: what is not locked was left behind.
    """

    def __init__(self, parent: Path | None = None) -> None:
        base = parent or Path(tempfile.gettempdir())
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in base.glob(f"{_PREFIX}*"):
            _sweep(leftover)
        self.root, self._lock = _claim(base)

    def home(self) -> Path:
        """A new empty directory; OSError when the disk is full."""
        return Path(tempfile.mkdtemp(dir=self.root))

    def close(self) -> None:
        remove(self.root)
        os.close(self._lock)


def remove(path: Path) -> None:
    """Delete a directory with all that is in it; a failure is logged."""
    try:
        shutil.rmtree(path)
    except OSError as error:
        _logger.warning("a directory of a function stays behind: %s", error)


def _claim(base: Path) -> tuple[Path, int]:
    """A new locked directory; again if another gateway swept it before the lock."""
    while True:
        root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base)).resolve()
        lock = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if root.exists():
            return root, lock
        os.close(lock)


def _sweep(leftover: Path) -> None:
    try:
        lock = os.open(leftover, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        # Another user's, or just removed: not ours to sweep.
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        remove(leftover)
    finally:
        os.close(lock)
