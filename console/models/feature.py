"""Gateway parameters as configured (reference: policies.md section 11)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from console.models.base import Noun, rule


class Feature(Noun):
    """One parameter; `console/features.py` says which there are, and their rules."""

    name = models.CharField(
        max_length=64,
        unique=True,
        validators=[rule(r"[A-Za-z_]{1,64}", "Name: 1 to 64 letters and underscores.")],
    )
    enable = models.BooleanField("Enabled", default=True)
    config = models.TextField("Configuration", max_length=10_000)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "gateway parameter"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("feature-list")

    def clean(self) -> None:
        from console.features import PARAMETERS

        parameter = PARAMETERS.get(self.name)
        if parameter is None:
            raise ValidationError(
                {"name": ValidationError(f"{self.name} is unknown.", code="APIG.2000")}
            )
        try:
            value = parameter.read(self.config)
        except ValueError as error:
            raise ValidationError({"config": f"Configuration: {error}."}) from None
        if value is True and self.enable:
            self._check_alone()

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
