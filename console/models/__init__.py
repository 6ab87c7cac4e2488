"""The nouns of the product, one per file; field names are the REST names."""

from console.models.api import Api
from console.models.authorizer import Authorizer
from console.models.credential import Authorization, Credential
from console.models.environment import Environment
from console.models.function import Function, TestEvent
from console.models.group import ApiGroup
from console.models.release import Release
from console.models.response import GatewayResponse

__all__ = [
    "Api",
    "ApiGroup",
    "Authorization",
    "Authorizer",
    "Credential",
    "Environment",
    "Function",
    "GatewayResponse",
    "Release",
    "TestEvent",
]
