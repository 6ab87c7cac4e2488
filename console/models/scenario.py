"""Scenarios: tables of calls, each with what it must be answered.

A case's call is a `console.replay.asked.Asked` as a document.
"""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from console import limits
from console.models.base import CJK, Noun, rule
from console.models.fields import EncryptedJSONField

# Of a case's body, and of its whole call as JSON, in bytes.
MAX_BODY = 64 * 1024
MAX_CALL = 256 * 1024


class Scenario(Noun):
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
        error_messages={"unique": "A scenario with this name already exists."},
    )
    remark = models.CharField("Description", max_length=255, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("scenario-detail", args=[self.pk])

    def clean(self) -> None:
        limits.check_room("SCENARIO_NUM_LIMIT", self)


class ScenarioCase(Noun):
    """A call and its expected answer; an empty code means that nothing refuses it.

    `result` is what the last run gave (`console.replay.cases`), empty before it.
    """

    scenario = models.ForeignKey(
        Scenario, on_delete=models.CASCADE, related_name="cases"
    )
    name = models.CharField(
        "Case Name",
        max_length=64,
        validators=[
            rule(
                rf"[A-Za-z0-9{CJK}][A-Za-z0-9{CJK} _.,:/()'-]{{0,63}}",
                "Case Name: 1 to 64 characters, a letter or digit first; letters, "
                "digits, blanks and _ . , : / ( ) ' - are allowed.",
            )
        ],
    )
    call = EncryptedJSONField(default=dict)
    status = models.PositiveSmallIntegerField(
        "Expected Status",
        default=200,
        validators=[MinValueValidator(100), MaxValueValidator(599)],
    )
    code = models.CharField(
        "Expected Error Code",
        max_length=16,
        blank=True,
        validators=[rule(r"APIG\.\d{4}", "Expected Error Code: as APIG.0303.")],
    )
    result = models.JSONField(default=dict, blank=True, editable=False)
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "scenario case"
        ordering = ["create_time", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "name"],
                name="scenario_case_name",
                violation_error_message="The scenario has a case with this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("case-edit", args=[self.pk])

    def clean(self) -> None:
        if len(json.dumps(self.call)) > MAX_CALL:
            raise ValidationError("The call: at most 256 KB, its body in Base64.")
        limits.check_room("SCENARIO_CASE_NUM_LIMIT", self, self.scenario.cases)

    def record(self, result: dict[str, Any]) -> None:
        """Keep what a run gave, which is no change that anybody made."""
        self.result = result
        ScenarioCase.objects.filter(pk=self.pk).update(result=result)
