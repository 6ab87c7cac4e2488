"""Gateway parameters as configured (reference: policies.md section 11)."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from console.models.base import Noun, rule
from console.models.fields import MASK, EncryptedTextField


class Feature(Noun):
    """One parameter; `console/features.py` says which there are, and their rules.

    A secret in the configuration moves to `secret` before it is saved, and a mask
    stays in its place; the mask, given again, means what is there.
    """

    name = models.CharField(
        max_length=64,
        unique=True,
        validators=[rule(r"[A-Za-z_]{1,64}", "Name: 1 to 64 letters and underscores.")],
    )
    enable = models.BooleanField("Enabled", default=True)
    config = models.TextField("Configuration", max_length=65_535)
    secret = EncryptedTextField(blank=True, editable=False)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "gateway parameter"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("feature-list")

    @property
    def shown(self) -> str:
        """The configuration, as short as a list has it."""
        from console.features import PARAMETERS

        return PARAMETERS[self.name].show(self.config)

    @property
    def whole(self) -> str:
        """The configuration with its secret."""
        document, member = self._document(), self._secret_member()
        if document.get(member) != MASK:
            return self.config
        return json.dumps(document | {member: self.secret})

    def _document(self) -> dict[str, Any]:
        try:
            found = json.loads(self.config)
        except (ValueError, RecursionError):
            found = None
        return found if isinstance(found, dict) else {}

    def _secret_member(self) -> str:
        from console.features import PARAMETERS

        return PARAMETERS[self.name].secret if self.name in PARAMETERS else ""

    def _hide(self, member: str) -> None:
        document = json.loads(self.whole)
        self.secret = str(document.get(member, ""))
        document[member] = MASK if self.secret else ""
        self.config = json.dumps(document)

    def clean(self) -> None:
        from console.features import PARAMETERS

        parameter = PARAMETERS.get(self.name)
        if parameter is None:
            raise ValidationError(
                {"name": ValidationError(f"{self.name} is unknown.", code="APIG.2000")}
            )
        try:
            value = parameter.read(self.whole)
        except ValueError as error:
            raise ValidationError({"config": f"Configuration: {error}."}) from None
        if value is True and self.enable:
            self._check_alone()
        if parameter.secret:
            self._hide(parameter.secret)

    def _check_alone(self) -> None:
        """An API key and a secret exclude each other."""
        pair = {"app_secret": "app_api_key", "app_api_key": "app_secret"}
        other = pair.get(self.name)
        on = Feature.objects.filter(name=other, enable=True, config="on")
        if other and on.exists():
            raise ValidationError(
                {
                    "config": f"Configuration: turn {other} off first; they exclude "
                    "each other."
                }
            )
