"""Accounts, access keys and lockouts, in Django admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from console import access, models
from console.admin.base import ReadOnly


@admin.register(models.Account)
class AccountAdmin(admin.ModelAdmin):
    list_display = ("user", "id", "domain_name", "domain_id")
    search_fields = ("user__username", "id", "domain_name")
    fields = ("user", "domain_name", "domain_id")


@admin.register(models.AccessKey)
class AccessKeyAdmin(ReadOnly):
    """Made by their users; here they are seen, and deleted by who manages accounts."""

    list_display = ("access", "account", "status", "create_time")
    search_fields = ("access", "account__user__username")
    fields = ("access", "account", "description", "status", "create_time")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.AccessKey]:
        rows = super().get_queryset(request)
        if access.may(request.user, "view", models.Account):
            return rows
        return rows.filter(account__user=request.user)


@admin.register(models.AppCode)
class AppCodeAdmin(ReadOnly):
    list_display = ("masked", "app", "create_time")
    fields = ("masked", "app", "create_time")


@admin.register(models.Lockout)
class LockoutAdmin(ReadOnly):
    """Delete one to unlock."""

    list_display = ("name", "failures", "until")
    search_fields = ("name",)
