"""Access control: who may call, by address or account (policies.md sections 2, 5.2)."""

from dataclasses import dataclass
from functools import cached_property

from gateway.addresses import Addresses


@dataclass(frozen=True)
class Acl:
    """A white list (PERMIT) or a black list (DENY).

    `entity_type` is IP, DOMAIN (account names) or DOMAIN_ID.
    """

    id: str
    name: str
    acl_type: str
    entity_type: str
    values: tuple[str, ...]

    @cached_property
    def entries(self) -> Addresses | frozenset[str]:
        """What is looked up: whether a text is in it."""
        if self.entity_type == "IP":
            return Addresses(self.values)
        return frozenset(self.values)

    def permits(self, text: str) -> bool:
        """NoAddress when a list of addresses is asked about something else."""
        return (text in self.entries) == (self.acl_type == "PERMIT")

    @classmethod
    def gone(cls, id: str) -> "Acl":
        """In place of one that is gone: it permits nobody."""
        return cls(id, "(deleted)", "PERMIT", "IP", ())
