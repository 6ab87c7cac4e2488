"""API groups and their gateway responses (api.md section 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.snapshot.domain import Domain
from gateway.state import Window


@dataclass(frozen=True)
class ResponseRule:
    """One customised type of a gateway response (auth.md section 7)."""

    status: int | None
    body: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Group:
    """An API group: its host names and its default gateway responses.

    `hosts` are the names given by the system, `domains` those of its own.
    """

    id: str
    name: str
    is_default: bool = False
    hosts: tuple[str, ...] = ()
    responses: Mapping[str, ResponseRule] = field(default_factory=dict)
    domains: tuple[Domain, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """What answers to a host name: a group, by a name of its own or a given one.

    `windows` count the calls of a day where they are limited.
    """

    group: Group
    domain: Domain | None = None
    windows: tuple[Window, ...] = ()
