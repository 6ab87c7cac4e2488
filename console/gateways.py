"""The gateway processes that `manage.py serve` runs."""

import fcntl

from django.conf import settings

INEXACT = (
    "without SALLYPORT_REDIS_URL each counts calls for itself and remembers verdicts "
    "for itself: limits and quotas let through up to {workers} times as much"
)
GRANIAN = (
    "served by granian: one certificate for all host names, no client certificates, "
    "no WebSockets, no error bodies for what is not HTTP, paths arrive decoded "
    "(see the README)"
)


def describe(workers: int) -> str:
    """How many there are, and what that means for what they count."""
    if workers == 1:
        return "1 process"
    if settings.REDIS_URL:
        return f"{workers} processes, which count calls together in Redis"
    return f"{workers} processes: {INEXACT.format(workers=workers)}"


def running() -> tuple[int, str] | None:
    """Number and server of those that run now, or None."""
    try:
        with open(settings.DATA_DIR / "serve.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                workers, server = lock.read().splitlines()[1].split()
                return int(workers), server
    except FileNotFoundError:
        pass
    return None
