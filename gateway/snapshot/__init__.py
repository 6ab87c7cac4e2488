"""The configuration a gateway runs on: frozen values, built whole, swapped once.

One noun per file. Whatever depends on configuration only is worked out once,
when a snapshot is loaded, not per request.
"""

from gateway.snapshot.api import Api, MockInfo, per_api
from gateway.snapshot.authorizer import Authorizer, Identity
from gateway.snapshot.credential import Credential
from gateway.snapshot.document import dump, load
from gateway.snapshot.function import Function, Target
from gateway.snapshot.group import Group, ResponseRule
from gateway.snapshot.snapshot import Snapshot

RELEASE = "RELEASE"

__all__ = [
    "RELEASE",
    "Api",
    "Authorizer",
    "Credential",
    "Function",
    "Group",
    "Identity",
    "MockInfo",
    "ResponseRule",
    "Snapshot",
    "Target",
    "dump",
    "load",
    "per_api",
]
