"""What happened, in Django admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from console import models
from console.admin.base import ReadOnly


@admin.register(models.Audit)
class AuditAdmin(ReadOnly):
    """Traces of changes: nobody edits or deletes what was done."""

    list_display = ("trace_name", "resource_name", "user", "time")
    list_filter = ("resource_type", "trace_type")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.AccessLog)
class AccessLogAdmin(ReadOnly):
    list_display = ("request_id", "request_method", "status", "apig_err_code", "time")
    show_full_result_count = False


@admin.register(models.Minute)
class MinuteAdmin(ReadOnly):
    list_display = ("minute", "api_id", "apig_err_code", "req_count")


@admin.register(models.Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("sender", "number", "time")


@admin.register(models.Scenario)
class ScenarioAdmin(admin.ModelAdmin):
    list_display = ("name", "update_time")
    search_fields = ("name", "id")


@admin.register(models.ScenarioCase)
class ScenarioCaseAdmin(ReadOnly):
    """Made and changed on the pages, which know what a call is."""

    list_display = ("name", "scenario", "status", "code")
    exclude = ("call",)


@admin.register(models.Trace)
class TraceAdmin(ReadOnly):
    list_display = ("request_id", "api_name", "status", "create_time")
    exclude = ("content", "request", "response")


@admin.register(models.Task)
class TaskAdmin(ReadOnly):
    list_display = ("type", "status", "create_time")
