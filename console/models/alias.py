"""Aliases of functions' versions (reference: auth.md section 10.4)."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse

from console.models.base import Noun, rule
from console.models.function import Function
from console.models.version import LATEST, Version

MAX_ALIASES = 10


class Alias(Noun):
    """A name for a version, and for a share of calls a second one.

    Without `version` it names latest, which cannot be the additional one.
    """

    function = models.ForeignKey(
        Function, on_delete=models.CASCADE, related_name="aliases"
    )
    name = models.CharField(
        "Alias",
        max_length=64,
        validators=[
            rule(
                r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?",
                "Alias: 1 to 64 letters, digits, - and _; a letter or digit first and "
                "last.",
            )
        ],
    )
    version = models.ForeignKey(
        Version,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="aliases",
        verbose_name="Version",
    )
    additional_version = models.ForeignKey(
        Version,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="additional_aliases",
        verbose_name="Additional Version",
    )
    # The percentage of calls that the additional version gets.
    weight = models.PositiveIntegerField(
        "Weight (%)", default=0, validators=[MaxValueValidator(100)]
    )
    description = models.CharField("Description", max_length=512, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)
    last_modified = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "aliases"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["function", "name"],
                name="function_alias",
                violation_error_message="The function has an alias of this name.",
                violation_error_code="FSS.1063",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def alias_urn(self) -> str:
        return f"{self.function.func_urn}:!{self.name}"

    @property
    def version_name(self) -> str:
        return str(self.version or LATEST)

    def get_absolute_url(self) -> str:
        return reverse("alias-edit", args=[self.pk])

    def clean(self) -> None:
        for chosen in (self.version, self.additional_version):
            if chosen is not None and chosen.function_id != self.function_id:
                raise ValidationError(f"{chosen} is a version of another function.")
        if self.additional_version is None:
            self.weight = 0
        elif self.additional_version == self.version:
            text = "Additional Version: choose another version."
            wrong = ValidationError(text, "FSS.1093")
            raise ValidationError({"additional_version": wrong})
        if self._state.adding and self.function.aliases.count() >= MAX_ALIASES:
            text = f"A function has at most {MAX_ALIASES} aliases."
            raise ValidationError(text, "FSS.1043")
