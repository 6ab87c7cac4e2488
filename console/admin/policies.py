"""API policies in Django admin."""

from django.contrib import admin

from console import models


@admin.register(models.Authorizer)
class AuthorizerAdmin(admin.ModelAdmin):
    list_display = ("name", "type", "function", "ttl", "update_time")
    search_fields = ("name", "id")
