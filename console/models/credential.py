"""Credentials and what they may call (reference: auth.md section 3)."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from console import limits
from console.models.api import Api
from console.models.base import CJK, Noun, new_id, rule
from console.models.environment import Environment
from console.models.fields import EncryptedJSONField, EncryptedTextField

MAX_PREVIOUS = 3
SECRET_RULE = (
    "Secret: 8 to 128 characters, a letter or digit first; letters, digits and "
    "_ - ! @ # $ % are allowed."
)


class Credential(Noun):
    """An app. Its secret is encrypted at rest and shown only when asked for."""

    name = models.CharField(
        "Name",
        max_length=64,
        unique=True,
        validators=[
            rule(
                rf"[A-Za-z{CJK}][A-Za-z0-9_{CJK}]{{2,63}}",
                "Name: 3 to 64 letters, digits and underscores, a letter first.",
            )
        ],
        error_messages={"unique": "A credential with this name already exists."},
    )
    remark = models.CharField("Description", max_length=255, blank=True)
    app_key = models.CharField(
        "Key",
        max_length=200,
        unique=True,
        default=new_id,
        validators=[
            rule(
                r"[A-Za-z0-9][A-Za-z0-9_-]{7,199}",
                "Key: 8 to 200 letters, digits, - and _; a letter or digit first.",
            )
        ],
        error_messages={"unique": "This key already belongs to a credential."},
    )
    app_secret = EncryptedTextField(
        "Secret",
        default=new_id,
        validators=[rule(r"[A-Za-z0-9][A-Za-z0-9_!@#$%-]{7,127}", SECRET_RULE)],
    )
    # {"secrets": [...]}, the newest first: to tell who still signs with an old one.
    previous_secrets = EncryptedJSONField(default=dict, blank=True, editable=False)
    register_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_secret(self) -> str:
        """The secret as a page may show it: `0****9`."""
        return f"{self.app_secret[0]}****{self.app_secret[-1]}"

    def get_absolute_url(self) -> str:
        return reverse("credential-detail", args=[self.pk])

    def clean(self) -> None:
        limits.check_room("APP_NUM_LIMIT", self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self._remember_secret()
        super().save(*args, **kwargs)

    def _remember_secret(self) -> None:
        """Keep the secret that is about to be replaced, and a few before it."""
        old = Credential.objects.filter(pk=self.pk).values_list("app_secret", flat=True)
        for secret in old:
            if secret != self.app_secret:
                known = self.previous_secrets.get("secrets", [])
                kept = [secret, *known][:MAX_PREVIOUS]
                self.previous_secrets = {"secrets": kept}

    def reset_secret(self) -> None:
        """Give the credential a new secret; the old one is dead at once."""
        self.app_secret = secrets.token_hex(16)
        self.save_valid()


class Authorization(Noun):
    """A credential bound to an API in one environment."""

    app = models.ForeignKey(
        Credential, on_delete=models.CASCADE, related_name="authorizations"
    )
    api = models.ForeignKey(
        Api, on_delete=models.CASCADE, related_name="authorizations"
    )
    env = models.ForeignKey(Environment, on_delete=models.CASCADE)
    auth_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-auth_time"]
        constraints = [
            models.UniqueConstraint(
                fields=["app", "api", "env"],
                name="authorization_pair",
                violation_error_message="The credential is already bound to the API.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.app} → {self.api} ({self.env})"

    def clean(self) -> None:
        if self.api.auth_type != Api.Auth.APP:
            raise ValidationError(
                f"{self.api.name} does not use App authentication: there is nothing "
                "to bind."
            )
        limits.check_room("APP_API_NUM_LIMIT", self, self.app.authorizations)
