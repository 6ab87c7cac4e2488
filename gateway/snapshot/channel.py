"""Load balance channels (policies.md section 6)."""

from dataclasses import dataclass
from functools import cached_property

WRR, WLC, SOURCE_HASH, URI_HASH = 1, 2, 3, 4


@dataclass(frozen=True)
class Member:
    """A backend server; `port` is its own already, never 0.

    A standby (`is_backup`) gets calls while no other member can take them.
    """

    id: str
    host: str
    port: int
    weight: int = 1
    is_backup: bool = False
    enabled: bool = True
    group_id: str = ""
    group_name: str = ""

    @cached_property
    def address(self) -> str:
        """`host:port`, an IPv6 address in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True)
class HealthCheck:
    """How members are looked after; times in seconds, `port` 0 is the member's.

    `http_code` lists the good statuses as (lowest, highest).
    """

    protocol: str = "TCP"
    path: str = "/"
    method: str = "GET"
    port: int = 0
    threshold_normal: int = 2
    threshold_abnormal: int = 5
    timeout: int = 5
    time_interval: int = 10
    http_code: tuple[tuple[int, ...], ...] = ()
    enable_client_ssl: bool = False


@dataclass(frozen=True)
class Channel:
    """`groups` has the weight of each member group by its id."""

    id: str
    name: str
    balance_strategy: int = WRR
    members: tuple[Member, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    health: HealthCheck | None = None

    @classmethod
    def gone(cls, id: str) -> "Channel":
        """In place of one that is gone: it has no members, so it refuses calls."""
        return cls(id, "(deleted)")
