"""Django admin for every noun. Secrets can be written here, never read."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from console import builds, models, publish
from console.models.environment import RELEASE_ID

admin.site.site_header = admin.site.site_title = "Sallyport administration"


class CredentialForm(forms.ModelForm):
    app_secret = forms.CharField(
        label="Secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Never shown. Blank: stays as it is, or is generated.",
    )

    class Meta:
        model = models.Credential
        fields = ("name", "remark", "app_key", "app_secret")

    def clean_app_secret(self) -> str:
        return self.cleaned_data["app_secret"] or self.instance.app_secret


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


class ReadOnly(admin.ModelAdmin):
    """Rows that the product writes, not people."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.Package)
class PackageAdmin(ReadOnly):
    list_display = ("code_hash", "code_size", "create_time")
    fields = ("code_hash", "code_size")


@admin.register(models.Version)
class VersionAdmin(ReadOnly):
    list_display = ("version", "function", "package", "create_time")
    exclude = ("encrypted_user_data",)


@admin.register(models.Build)
class BuildAdmin(ReadOnly):
    list_display = ("function", "package", "status", "create_time")


@admin.register(models.Invocation)
class InvocationAdmin(ReadOnly):
    list_display = ("request_id", "function", "ok", "start_time")
    exclude = ("event", "result", "log")


@admin.register(models.Trace)
class TraceAdmin(ReadOnly):
    list_display = ("request_id", "api_name", "status", "create_time")
    exclude = ("content", "request", "response")


@admin.register(models.Alias)
class AliasAdmin(admin.ModelAdmin):
    list_display = ("name", "function", "version", "additional_version", "weight")


@admin.register(models.TestEvent)
class TestEventAdmin(admin.ModelAdmin):
    list_display = ("name", "function")


@admin.register(models.Authorizer)
class AuthorizerAdmin(admin.ModelAdmin):
    list_display = ("name", "type", "function", "ttl", "update_time")
    search_fields = ("name", "id")


@admin.register(models.ApiGroup)
class ApiGroupAdmin(admin.ModelAdmin):
    list_display = ("name", "id", "is_default", "update_time")
    search_fields = ("name", "id")

    def has_delete_permission(
        self, request: HttpRequest, obj: models.ApiGroup | None = None
    ) -> bool:
        spared = obj is not None and obj.is_default
        return not spared and super().has_delete_permission(request, obj)


@admin.register(models.GatewayResponse)
class GatewayResponseAdmin(admin.ModelAdmin):
    list_display = ("name", "group", "default")


@admin.register(models.Environment)
class EnvironmentAdmin(admin.ModelAdmin):
    list_display = ("name", "remark", "create_time")

    def has_delete_permission(
        self, request: HttpRequest, obj: models.Environment | None = None
    ) -> bool:
        spared = obj is not None and obj.pk == RELEASE_ID
        return not spared and super().has_delete_permission(request, obj)


@admin.register(models.Api)
class ApiAdmin(admin.ModelAdmin):
    list_display = ("name", "group", "req_method", "req_uri", "auth_type", "authorizer")
    list_filter = ("group", "auth_type")
    search_fields = ("name", "id", "req_uri")
    actions = ("publish", "take_offline")

    def has_delete_permission(
        self, request: HttpRequest, obj: models.Api | None = None
    ) -> bool:
        live = obj is not None and obj.releases.filter(status=1).exists()
        return not live and super().has_delete_permission(request, obj)

    @admin.action(description="Publish in RELEASE", permissions=["change"])
    def publish(self, request: HttpRequest, rows: QuerySet[models.Api]) -> None:
        release = models.Environment.objects.get(pk=RELEASE_ID)
        try:
            with transaction.atomic():
                for api in rows:
                    publish.publish(api, release, "Published in Django admin")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return
        messages.success(request, "Published in RELEASE.")

    @admin.action(description="Take offline in RELEASE", permissions=["change"])
    def take_offline(self, request: HttpRequest, rows: QuerySet[models.Api]) -> None:
        release = models.Environment.objects.get(pk=RELEASE_ID)
        for api in rows:
            publish.take_offline(api, release)
        messages.success(request, "Offline in RELEASE.")


@admin.register(models.Release)
class ReleaseAdmin(ReadOnly):
    """Records of what was published: made by publishing, not by hand."""

    list_display = ("api", "env", "version_no", "status", "publish_time")
    list_filter = ("env", "status")


@admin.register(models.Credential)
class CredentialAdmin(admin.ModelAdmin):
    form = CredentialForm
    list_display = ("name", "app_key", "register_time")
    search_fields = ("name", "id", "app_key")

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Credential | None = None
    ) -> tuple[str, ...]:
        return ("app_key",) if obj else ()


@admin.register(models.Authorization)
class AuthorizationAdmin(admin.ModelAdmin):
    list_display = ("app", "api", "env", "auth_time")
