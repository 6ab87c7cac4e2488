"""Pages of APIs: list, wizard, page, publishing, authorization."""

from console.views.api.credentials import ApiCredentials
from console.views.api.detail import ApiDetail
from console.views.api.list import ApiDelete, ApiList
from console.views.api.publishing import (
    ApiOffline,
    ApiPublish,
    ApiRecords,
    RecordSwitch,
)
from console.views.api.wizard import ApiWizard

__all__ = [
    "ApiCredentials",
    "ApiDelete",
    "ApiDetail",
    "ApiList",
    "ApiOffline",
    "ApiPublish",
    "ApiRecords",
    "ApiWizard",
    "RecordSwitch",
]
