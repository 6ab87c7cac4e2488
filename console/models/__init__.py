"""The nouns of the product, one per file; field names are the REST names."""

from console.models.alias import Alias
from console.models.api import Api, BackendUse
from console.models.authorizer import Authorizer
from console.models.build import Build
from console.models.credential import Authorization, Credential
from console.models.environment import Environment
from console.models.function import Function, TestEvent
from console.models.group import ApiGroup
from console.models.instance import Instance
from console.models.invocation import Invocation
from console.models.package import Package
from console.models.release import Release
from console.models.response import GatewayResponse
from console.models.trace import Trace
from console.models.variable import Variable
from console.models.version import Version

__all__ = [
    "Alias",
    "Api",
    "ApiGroup",
    "Authorization",
    "Authorizer",
    "BackendUse",
    "Build",
    "Credential",
    "Environment",
    "Function",
    "GatewayResponse",
    "Instance",
    "Invocation",
    "Package",
    "Release",
    "TestEvent",
    "Trace",
    "Variable",
    "Version",
]
