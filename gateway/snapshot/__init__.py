"""The configuration a gateway runs on: frozen values, built whole, swapped once.

One noun per file. Whatever depends on configuration only is worked out once,
when a snapshot is loaded, not per request.
"""

from gateway.snapshot.acl import Acl
from gateway.snapshot.api import Api, ReqParam, bound, given, per_api
from gateway.snapshot.authorizer import Authorizer, Identity
from gateway.snapshot.backend import (
    Backend,
    BackendApi,
    BackendParam,
    BackendPolicy,
    Condition,
    FuncInfo,
    GroupUrl,
    MockInfo,
    TokenIssuer,
)
from gateway.snapshot.channel import Channel, HealthCheck, Member
from gateway.snapshot.client_tls import ClientTls
from gateway.snapshot.credential import Credential
from gateway.snapshot.document import dump, load
from gateway.snapshot.domain import Certificate, Domain
from gateway.snapshot.function import Function, Target
from gateway.snapshot.group import Group, ResponseRule, Site
from gateway.snapshot.orchestration import Orchestration
from gateway.snapshot.plugin import Plugin
from gateway.snapshot.settings import Settings
from gateway.snapshot.signature import Signature
from gateway.snapshot.snapshot import RELEASE, Snapshot
from gateway.snapshot.throttle import Quota, Throttle
from gateway.snapshot.user import AccessKey, User

__all__ = [
    "RELEASE",
    "AccessKey",
    "Acl",
    "Quota",
    "Throttle",
    "Api",
    "Authorizer",
    "Backend",
    "BackendApi",
    "BackendParam",
    "BackendPolicy",
    "Certificate",
    "Channel",
    "ClientTls",
    "Condition",
    "Credential",
    "Domain",
    "FuncInfo",
    "Function",
    "Group",
    "GroupUrl",
    "HealthCheck",
    "Identity",
    "Member",
    "MockInfo",
    "Orchestration",
    "Plugin",
    "ReqParam",
    "ResponseRule",
    "Settings",
    "Signature",
    "Site",
    "Snapshot",
    "Target",
    "TokenIssuer",
    "User",
    "bound",
    "dump",
    "given",
    "load",
    "per_api",
]
