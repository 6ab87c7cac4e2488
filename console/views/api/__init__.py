"""Pages of APIs: list, wizard, page, authorization."""

from console.views.api.clone import ApiClone
from console.views.api.credentials import ApiCredentials
from console.views.api.detail import ApiDetail
from console.views.api.list import ApiBatch, ApiBatchDelete, ApiDelete, ApiList
from console.views.api.policies import ApiPolicies
from console.views.api.wizard import ApiWizard

__all__ = [
    "ApiBatch",
    "ApiBatchDelete",
    "ApiClone",
    "ApiCredentials",
    "ApiDelete",
    "ApiDetail",
    "ApiList",
    "ApiPolicies",
    "ApiWizard",
]
