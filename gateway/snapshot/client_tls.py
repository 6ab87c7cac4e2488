"""TLS toward backends, and toward those that are checked (policies.md section 11)."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ClientTls:
    """TLS toward a backend: PEM texts, with the names of policies.md section 11.

    `ca` replaces the authorities that this host trusts; `content` and `key` are the
    certificate that the gateway shows. Each may be empty.
    """

    ca: str = ""
    content: str = ""
    key: str = field(default="", repr=False)
