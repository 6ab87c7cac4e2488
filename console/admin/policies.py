"""API policies in Django admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import TextField

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


class PluginForm(forms.ModelForm):
    plugin_content = forms.CharField(
        label="Policy Content",
        widget=forms.Textarea,
        help_text="JSON. Secrets are masked; a mask keeps what was there.",
    )

    class Meta:
        model = models.Plugin
        fields = ("plugin_name", "plugin_type", "plugin_content", "remark")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.plugin_content:
            self.initial["plugin_content"] = self.instance.masked_content

    def clean_plugin_content(self) -> str:
        self.instance.write(self.cleaned_data["plugin_content"])
        return self.instance.plugin_content


@admin.register(models.Plugin)
class PluginAdmin(admin.ModelAdmin):
    form = PluginForm
    list_display = ("plugin_name", "plugin_type", "update_time")
    search_fields = ("plugin_name", "id")


class SignatureForm(forms.ModelForm):
    sign_secret = forms.CharField(
        label="Secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Never shown. Blank: stays as it is, or is generated.",
    )

    class Meta:
        model = models.Signature
        fields = ("name", "sign_type", "sign_algorithm", "sign_key", "sign_secret")

    def clean_sign_secret(self) -> str:
        return self.cleaned_data["sign_secret"] or self.instance.sign_secret


@admin.register(models.Signature)
class SignatureAdmin(admin.ModelAdmin):
    form = SignatureForm
    list_display = ("name", "sign_type", "sign_key", "update_time")
    search_fields = ("name", "id")


@admin.register(
    models.ThrottleBinding,
    models.AclBinding,
    models.PluginBinding,
    models.SignatureBinding,
)
class BindingAdmin(admin.ModelAdmin):
    list_display = ("policy", "api", "env", "apply_time")


class Discreet(AdminTextareaWidget):
    """Does not repeat a private key that was refused."""

    def format_value(self, value: Any) -> str | None:
        return "" if "PRIVATE KEY" in (value or "") else super().format_value(value)


@admin.register(models.Feature)
class FeatureAdmin(admin.ModelAdmin):
    formfield_overrides = {TextField: {"widget": Discreet}}
    list_display = ("name", "enable", "config", "update_time")


@admin.register(models.Orchestration)
class OrchestrationAdmin(admin.ModelAdmin):
    list_display = ("orchestration_name", "orchestration_strategy", "update_time")
    search_fields = ("orchestration_name", "id")
