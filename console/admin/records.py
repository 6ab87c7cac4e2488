"""What happened, in Django admin."""

from django.contrib import admin

from console import models
from console.admin.base import ReadOnly


@admin.register(models.Trace)
class TraceAdmin(ReadOnly):
    list_display = ("request_id", "api_name", "status", "create_time")
    exclude = ("content", "request", "response")
