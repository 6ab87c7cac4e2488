"""Orchestration rules (reference: policies.md section 7, console.md section F6)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from console import limits
from console.models.api import Api
from console.models.base import Noun, rule
from console.models.release import Release
from gateway.policies import orchestration
from gateway.snapshot import Orchestration as Rule


class Orchestration(Noun):
    """`orchestration_map` and `orchestration_mapped_param` as on the wire."""

    class Strategy(models.TextChoices):
        LIST = "list", "List"
        HASH = "hash", "Hash"
        RANGE = "range", "Range"
        HASH_RANGE = "hash_range", "Hash range"
        NONE_VALUE = "none_value", "No value"
        DEFAULT = "default", "Default"
        HEAD_N = "head_n", "First characters"
        TAIL_N = "tail_n", "Last characters"

    orchestration_name = models.CharField(
        "Name",
        max_length=64,
        unique=True,
        validators=[
            rule(
                r"[a-zA-Z][a-zA-Z0-9_]{2,63}",
                "Name: 3 to 64 letters, digits and underscores, a letter first.",
            )
        ],
        error_messages={"unique": "An orchestration rule with this name already is."},
    )
    orchestration_strategy = models.CharField(
        "Strategy", max_length=10, choices=Strategy, default=Strategy.LIST
    )
    is_preprocessing = models.BooleanField("Preprocessing", default=False)
    orchestration_mapped_param = models.JSONField(
        "Mapped Parameter", default=dict, blank=True
    )
    orchestration_map = models.JSONField("Rules", default=list, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "orchestration rule"
        ordering = ["orchestration_name"]

    def __str__(self) -> str:
        return self.orchestration_name

    def get_absolute_url(self) -> str:
        return reverse("orchestration-edit", args=[self.pk])

    def rule(self) -> Rule:
        """What the gateway runs; ValueError names what is wrong."""
        document: dict[str, Any] = {
            "orchestration_strategy": self.orchestration_strategy,
            "is_preprocessing": self.is_preprocessing,
            "orchestration_mapped_param": self.orchestration_mapped_param,
            "orchestration_map": self.orchestration_map,
        }
        return orchestration.parse(document, self.pk, self.orchestration_name)

    def clean(self) -> None:
        limits.check_room("ORCHESTRATION_NUM_LIMIT", self)
        try:
            self.rule()
        except ValueError as error:
            raise ValidationError({"orchestration_map": str(error)}) from None
        self._check_unchanged()

    def _check_unchanged(self) -> None:
        """What it produces cannot change: APIs rely on it (APIG.3713)."""
        before = Orchestration.objects.filter(pk=self.pk).first()
        fixed = ("is_preprocessing", "orchestration_mapped_param")
        for name in fixed:
            if before and getattr(before, name) != getattr(self, name):
                label = str(Orchestration._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
                raise ValidationError(
                    {
                        name: ValidationError(
                            f"{label}: it cannot be changed.", code="APIG.3713"
                        )
                    }
                )

    def used_by(self) -> list[Api]:
        """The APIs that use it, saved or published."""
        saved = [(api, api.req_params) for api in Api.objects.all()]
        live = Release.objects.filter(status=1).select_related("api")
        saved += [(r.api, r.definition.get("req_params", [])) for r in live]
        found = {
            api.pk: api
            for api, params in saved
            if any(self.pk in param.get("orchestrations", []) for param in params)
        }
        return list(found.values())


def check_use(params: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """The rules of an API's parameters; ValidationError says what is wrong.

    Gives where they may put what they produce: locations and lower-case names.
    """
    used = [param for param in params if param.get("orchestrations")]
    if len(used) > 1:
        raise ValidationError("Orchestration Rules: only one parameter may have them.")
    rules = _rules(used[0]["orchestrations"]) if used else []
    names = {p["name"].lower() for p in params}
    for produced in rules:
        if produced.name.lower() in names:
            raise ValidationError(
                f"Orchestration Rules: {produced.title} produces {produced.name}, "
                "which is a request parameter already."
            )
    return orchestration.produced(rules)


def _rules(pks: list[str]) -> list[Rule]:
    """The rules with these ids, which may stand together in this order."""
    limits.check("API_ORCHESTRATION_NUM_LIMIT", len(pks))
    known = Orchestration.objects.in_bulk(pks)
    for pk in pks:
        if pk not in known:
            raise ValidationError(
                f"Orchestration Rules: there is no rule {pk}.", code="APIG.3095"
            )
    rules = [known[pk].rule() for pk in pks]
    try:
        orchestration.check_order(rules)
    except ValueError as error:
        raise ValidationError(f"Orchestration Rules: {error}.") from None
    return rules
