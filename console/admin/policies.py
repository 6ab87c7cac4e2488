"""API policies in Django admin."""

from django.contrib import admin

from console import models


@admin.register(models.Authorizer)
class AuthorizerAdmin(admin.ModelAdmin):
    list_display = ("name", "type", "function", "ttl", "update_time")
    search_fields = ("name", "id")


@admin.register(models.Throttle)
class ThrottleAdmin(admin.ModelAdmin):
    list_display = ("name", "type", "api_call_limits", "time_interval", "time_unit")
    search_fields = ("name", "id")


@admin.register(models.ThrottleSpecial)
class ThrottleSpecialAdmin(admin.ModelAdmin):
    list_display = ("throttle", "object_type", "object_id", "call_limits")


@admin.register(models.Acl)
class AclAdmin(admin.ModelAdmin):
    list_display = ("acl_name", "entity_type", "acl_type", "update_time")
    search_fields = ("acl_name", "id")


@admin.register(models.AppAcl)
class AppAclAdmin(admin.ModelAdmin):
    list_display = ("app", "app_acl_type")


@admin.register(models.AppQuota)
class AppQuotaAdmin(admin.ModelAdmin):
    list_display = ("name", "call_limits", "time_interval", "time_unit", "reset_time")
    search_fields = ("name", "id")


@admin.register(models.AppQuotaBinding)
class AppQuotaBindingAdmin(admin.ModelAdmin):
    list_display = ("quota", "app", "bound_time")


@admin.register(models.ThrottleBinding, models.AclBinding)
class BindingAdmin(admin.ModelAdmin):
    list_display = ("policy", "api", "env", "apply_time")
