"""Scenarios and their cases."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from console.forms.base import NounForm
from console.forms.call import CallForm
from console.models import Scenario, ScenarioCase
from console.models.base import default_name
from console.models.scenario import MAX_BODY
from console.replay.asked import Asked


class ScenarioForm(NounForm):
    class Meta:
        model = Scenario
        fields = ("name", "remark")
        widgets = {"remark": forms.Textarea(attrs={"rows": 3, "maxlength": 255})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial["name"] = default_name("Scenario")


class CaseForm(CallForm):
    """A case: its call, and the answer that it must get."""

    most_body = MAX_BODY

    scenario = forms.ModelChoiceField(
        Scenario.objects.all(), label="Scenario", empty_label=None
    )
    name = forms.CharField(label="Case Name", max_length=64)
    status = forms.IntegerField(
        label="Expected Status", min_value=100, max_value=599, initial=200
    )
    code = forms.CharField(
        label="Expected Error Code",
        required=False,
        max_length=16,
        help_text="Of the gateway, as APIG.0303. Blank: the gateway lets the call "
        "through.",
    )

    def __init__(self, data: Any = None, *, user: User, case: ScenarioCase) -> None:
        asked = Asked.from_document(case.call) if case.call else None
        super().__init__(data, user=user, asked=asked)
        self.case = case
        for field in ("name", "status", "code"):
            self.initial[field] = getattr(case, field)
        self.initial["scenario"] = case.scenario_id or None

    @property
    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        named = [self[name] for name in ("scenario", "name", "status", "code")]
        return [("Case", named), *super().fieldsets]

    def _post_clean(self) -> None:
        """The rules of the model, as `ModelForm` applies them."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        for name in ("scenario", "name", "status", "code"):
            setattr(self.case, name, self.cleaned_data[name])
        self.case.call, self.case.result = self.asked().document(), {}
        try:
            self.case.full_clean()
        except forms.ValidationError as error:
            self.add_error(None, error)

    def save(self) -> ScenarioCase:
        self.case.save()
        return self.case
