"""How many calls there may be in a while (policies.md sections 1 and 5.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# The limit of APIs that no policy is bound to.
DEFAULT = "default"
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


@dataclass(frozen=True)
class Throttle:
    """At most so many calls in `interval` times `unit`; 0 is no limit.

    `shared` counts all APIs it is bound to together. `apps` and `users` have limits
    of their own in place of `app_limit` and `user_limit`. `local` counts for each
    gateway alone.
    """

    id: str
    name: str
    interval: int
    unit: str
    api_limit: int
    user_limit: int = 0
    app_limit: int = 0
    ip_limit: int = 0
    shared: bool = False
    local: bool = False
    apps: Mapping[str, int] = field(default_factory=dict)
    users: Mapping[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> int:
        return self.interval * SECONDS[self.unit]

    @property
    def period(self) -> str:
        """As refusals and headers say it."""
        return f"{self.interval} {self.unit}"

    @classmethod
    def gone(cls, id: str) -> "Throttle":
        """In place of one that is gone: nothing may pass unlimited."""
        return cls(id, "(deleted)", 1, "day", 1)


@dataclass(frozen=True)
class Quota:
    """The calls of a credential over all APIs, in cycles of `seconds`.

    Cycles are counted from `reset`, in epoch seconds, or else from a first call.
    """

    id: str
    name: str
    call_limits: int
    seconds: int
    reset: float | None = None
