"""API groups and their gateway responses (api.md section 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ResponseRule:
    """One customised type of a gateway response (auth.md section 7)."""

    status: int | None
    body: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Group:
    """An API group: its host names and its default gateway responses."""

    id: str
    name: str
    is_default: bool = False
    hosts: tuple[str, ...] = ()
    responses: Mapping[str, ResponseRule] = field(default_factory=dict)
