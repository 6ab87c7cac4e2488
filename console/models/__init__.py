"""The nouns of the product, one per file; field names are the REST names."""

from console.models.access_key import AccessKey
from console.models.access_log import AccessLog
from console.models.account import Account
from console.models.acl import Acl, AclBinding
from console.models.alias import Alias
from console.models.api import Api, BackendUse
from console.models.app_acl import AppAcl
from console.models.app_code import AppCode
from console.models.app_quota import AppQuota, AppQuotaBinding
from console.models.audit import Audit
from console.models.authorizer import Authorizer
from console.models.binding import Binding, Policy
from console.models.build import Build
from console.models.certificate import Certificate
from console.models.channel import Channel, Member, MemberGroup
from console.models.credential import Authorization, Credential
from console.models.delivery import Delivery
from console.models.domain import Domain
from console.models.environment import Environment
from console.models.feature import Feature
from console.models.function import Function, TestEvent
from console.models.group import ApiGroup
from console.models.instance import Instance
from console.models.invocation import Invocation
from console.models.lockout import Lockout
from console.models.minute import Minute
from console.models.orchestration import Orchestration
from console.models.package import Package
from console.models.plugin import Plugin, PluginBinding
from console.models.release import Release
from console.models.response import GatewayResponse
from console.models.scenario import Scenario, ScenarioCase
from console.models.signature import Signature, SignatureBinding
from console.models.task import Task
from console.models.throttle import Throttle, ThrottleBinding, ThrottleSpecial
from console.models.trace import Trace
from console.models.variable import Variable
from console.models.version import Version

# What can be bound to an API, in the order of pages.
POLICIES: tuple[type[Policy], ...] = (Throttle, Acl, Signature, Plugin)

__all__ = [
    "POLICIES",
    "AccessKey",
    "AccessLog",
    "Account",
    "Acl",
    "AclBinding",
    "Alias",
    "Api",
    "ApiGroup",
    "AppAcl",
    "AppCode",
    "AppQuota",
    "AppQuotaBinding",
    "Audit",
    "Authorization",
    "Authorizer",
    "BackendUse",
    "Binding",
    "Build",
    "Certificate",
    "Channel",
    "Credential",
    "Delivery",
    "Domain",
    "Environment",
    "Feature",
    "Function",
    "GatewayResponse",
    "Instance",
    "Invocation",
    "Lockout",
    "Member",
    "MemberGroup",
    "Minute",
    "Orchestration",
    "Package",
    "Plugin",
    "PluginBinding",
    "Policy",
    "Release",
    "Scenario",
    "ScenarioCase",
    "Signature",
    "SignatureBinding",
    "Task",
    "TestEvent",
    "Throttle",
    "ThrottleBinding",
    "ThrottleSpecial",
    "Trace",
    "Variable",
    "Version",
]
