"""Functions and what belongs to them, in Django admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from console import builds, models
from console.admin.base import ReadOnly


class FunctionForm(forms.ModelForm):
    encrypted_user_data = forms.JSONField(
        label="Encrypted environment variables",
        required=False,
        help_text="Never shown. A JSON object replaces all of them; blank keeps them.",
    )

    class Meta:
        model = models.Function
        fields = (
            "func_name",
            "function_type",
            "runtime",
            "handler",
            "memory_size",
            "timeout",
            "description",
            "user_data",
            "encrypted_user_data",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("encrypted_user_data", None)

    def clean_encrypted_user_data(self) -> dict[str, str]:
        given = self.cleaned_data["encrypted_user_data"]
        if given is None:
            return self.instance.encrypted_user_data
        if not isinstance(given, dict):
            raise forms.ValidationError("A JSON object of keys and values.")
        return given


@admin.register(models.Function)
class FunctionAdmin(admin.ModelAdmin):
    form = FunctionForm
    list_display = ("func_name", "runtime", "memory_size", "timeout", "last_modified")
    search_fields = ("func_name", "id")
    readonly_fields = ("deploy_time",)
    actions = ("deploy",)

    @admin.action(description="Deploy the saved code", permissions=["change"])
    def deploy(self, request: HttpRequest, rows: QuerySet[models.Function]) -> None:
        try:
            for function in rows:
                builds.start(function, request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return
        messages.success(request, "Deployed, or being installed.")


@admin.register(models.Package)
class PackageAdmin(ReadOnly):
    list_display = ("code_hash", "code_size", "create_time")
    fields = ("code_hash", "code_size")


@admin.register(models.Version)
class VersionAdmin(ReadOnly):
    list_display = ("version", "function", "package", "create_time")
    exclude = ("encrypted_user_data",)


@admin.register(models.Alias)
class AliasAdmin(admin.ModelAdmin):
    list_display = ("name", "function", "version", "additional_version", "weight")


@admin.register(models.TestEvent)
class TestEventAdmin(admin.ModelAdmin):
    list_display = ("name", "function")


@admin.register(models.Build)
class BuildAdmin(ReadOnly):
    list_display = ("function", "package", "status", "create_time")


@admin.register(models.Invocation)
class InvocationAdmin(ReadOnly):
    list_display = ("request_id", "function", "ok", "start_time")
    exclude = ("event", "result", "log")
