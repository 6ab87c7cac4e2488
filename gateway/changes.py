"""Waits until files of a folder are replaced: as the system tells it, or by looking.

Linux tells it (inotify), so that whoever waits costs nothing meanwhile; a thread that
looked every few milliseconds would contend for the interpreter each time.
"""

import ctypes
import logging
import os
import select
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

log = logging.getLogger(__name__)

Wait = Callable[[], object]
_MOVED_TO = 0x80
_EVENTS_BYTES = 4096
# Seconds between two looks where the system tells nothing; and where it does, since a
# folder that another machine writes to tells nothing either.
LOOK, SELDOM = 0.02, 1.0


def waiting(folder: Path) -> Wait:
    """What waits for the next replaced file there; it may return for nothing."""
    try:
        descriptor = _watch(folder)
    except (OSError, AttributeError) as error:
        log.info("%s is looked at every %g s: %s", folder, LOOK, error)
        return partial(time.sleep, LOOK)
    # Not `select.select`, which knows no more than 1,024 files.
    told = select.poll()
    told.register(descriptor, select.POLLIN)
    return partial(_wait, told, descriptor)


def _wait(told: select.poll, descriptor: int) -> None:
    if told.poll(SELDOM * 1000):
        os.read(descriptor, _EVENTS_BYTES)


def _watch(folder: Path) -> int:
    """A file that can be read once something was moved into the folder."""
    system = ctypes.CDLL(None, use_errno=True)
    descriptor: int = system.inotify_init1(os.O_CLOEXEC)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "inotify cannot be had")
    if system.inotify_add_watch(descriptor, os.fsencode(folder), _MOVED_TO) < 0:
        os.close(descriptor)
        raise OSError(ctypes.get_errno(), "inotify cannot watch it")
    return descriptor
