"""API groups, APIs and what publishes them, in Django admin."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from console import access, models, publish
from console.admin.base import ReadOnly
from console.forms.certificate import CertificateForm
from console.models.environment import RELEASE_ID


@admin.register(models.ApiGroup)
class ApiGroupAdmin(admin.ModelAdmin):
    list_display = ("name", "id", "is_default", "update_time")
    search_fields = ("name", "id")

    def has_delete_permission(
        self, request: HttpRequest, obj: models.ApiGroup | None = None
    ) -> bool:
        spared = obj is not None and obj.is_default
        return not spared and super().has_delete_permission(request, obj)


@admin.register(models.Domain)
class DomainAdmin(admin.ModelAdmin):
    list_display = ("url_domain", "group", "min_ssl_version")
    list_filter = ("group",)


@admin.register(models.Certificate)
class CertificateAdmin(admin.ModelAdmin):
    form = CertificateForm
    list_display = ("name", "common_name", "algorithm_type", "not_after")


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


@admin.register(models.Variable)
class VariableAdmin(admin.ModelAdmin):
    list_display = ("variable_name", "group", "env", "variable_value")
    list_filter = ("group", "env")


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

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return access.may(request.user, "add", models.Release)

    def has_offline_permission(self, request: HttpRequest) -> bool:
        return access.may(request.user, "change", models.Release)

    @admin.action(description="Publish in RELEASE", permissions=["publish"])
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

    @admin.action(description="Take offline in RELEASE", permissions=["offline"])
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


@admin.register(models.Instance)
class InstanceAdmin(admin.ModelAdmin):
    list_display = ("instance_name", "id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: models.Instance | None = None
    ) -> bool:
        return False
