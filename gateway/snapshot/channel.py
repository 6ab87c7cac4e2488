"""Load balance channels (policies.md section 6)."""

from dataclasses import dataclass
from functools import cached_property

from gateway.policies.document import Part
from gateway.snapshot.client_tls import ClientTls

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

    `http_code` lists the good statuses as (lowest, highest). `tls` is what HTTPS
    checks with two-way authentication trust and show, where that is not the usual.
    """

    protocol: str = "TCP"
    path: str = "/"
    method: str = "GET"
    port: int = 0
    threshold_normal: int = 2
    threshold_abnormal: int = 5
    timeout: int = 5
    time_interval: int = 10
    http_code: tuple[tuple[int, int], ...] = ()
    enable_client_ssl: bool = False
    tls: ClientTls | None = None

    @classmethod
    def parse(cls, raw: object) -> "HealthCheck | None":
        """A `vpc_health_config`; None when it is off. ValueError names the rule."""
        part = Part(raw)
        protocol = part.choice("protocol", ("TCP", "HTTP", "HTTPS"))
        interval = part.number("time_interval", low=1, high=300)
        timeout = part.number("timeout", low=1, high=30)
        if timeout >= interval:
            raise part.refuse("timeout", "smaller than time_interval")
        path = "/"
        codes: tuple[tuple[int, int], ...] = ()
        if protocol != "TCP":
            path = part.text("path", most=255, pattern=r"/[!-~]*", rule="a path")
            codes = _codes(part)
        ssl = part.flag("enable_client_ssl")
        if ssl and protocol != "HTTPS":
            raise part.refuse("enable_client_ssl", "only with HTTPS")
        check = cls(
            protocol=protocol,
            path=path,
            method=part.choice("method", ("GET", "HEAD"), "GET"),
            port=part.number("port", 0, low=0, high=65_535),
            threshold_normal=part.number("threshold_normal", low=1, high=10),
            threshold_abnormal=part.number("threshold_abnormal", low=1, high=10),
            timeout=timeout,
            time_interval=interval,
            http_code=codes,
            enable_client_ssl=ssl,
        )
        return check if part.number("status", 1, low=1, high=2) == 1 else None


def _codes(part: Part) -> tuple[tuple[int, int], ...]:
    """`200,201,210-299` as (lowest, highest)."""
    rule = "codes and ranges from 100 to 599, such as 200,210-299"
    found = []
    for item in part.text("http_code", most=255).split(","):
        low, dash, high = item.strip().partition("-")
        if not (low.isdecimal() and (high.isdecimal() or not dash)):
            raise part.refuse("http_code", rule)
        pair = int(low), int(high or low)
        if not 100 <= pair[0] <= pair[1] <= 599:
            raise part.refuse("http_code", rule)
        found.append(pair)
    return tuple(found)


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
