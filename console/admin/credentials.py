"""Credentials and what they may call, in Django admin."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from console import models


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
