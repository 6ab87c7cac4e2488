"""What the forms share."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from console.models import Environment
from console.models.environment import RELEASE_ID

PEM = {"rows": 8, "class": "mono", "spellcheck": "false", "autocomplete": "off"}


class SecretText(forms.Textarea):
    """Text that is written and never shown, not even after an error."""

    def format_value(self, value: Any) -> str:
        return ""


class NamesFields(forms.BaseForm):
    """A form whose messages name their field, where Django's do not."""

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        for name, problems in self.errors.items():
            if name != NON_FIELD_ERRORS:
                label = str(self[name].label)
                problems.data = [_named(label, p) for p in problems.as_data()]


def _named(label: str, problem: ValidationError) -> ValidationError:
    text = " ".join(problem.messages)
    if text.startswith(label):
        return problem
    return ValidationError(f"{label}: {text}", code=problem.code)


class PlainForm(NamesFields, forms.Form):
    """A form that is not a model's."""


class NounForm(NamesFields, forms.ModelForm):
    """A form of a model whose `clean` may name fields the form does not show.

    Such errors go to the top of the form instead of being a programming error.
    """

    # Fields that the page has filled in: their rules hold although nobody sees them.
    given_fields: tuple[str, ...] = ()

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - set(self.given_fields)

    def add_error(self, field: str | None, error: Any) -> None:
        if field is None and hasattr(error, "error_dict"):
            shown: dict[str, list[ValidationError]] = {}
            for name, problems in error.error_dict.items():
                known = name if name in self.fields else NON_FIELD_ERRORS
                shown.setdefault(known, []).extend(problems)
            error = ValidationError(shown)
        super().add_error(field, error)


def segmented() -> forms.RadioSelect:
    """Two to four choices as one row of buttons."""
    return forms.RadioSelect(attrs={"class": "segmented"})


def switch() -> forms.CheckboxInput:
    return forms.CheckboxInput(attrs={"role": "switch"})


def environment_field(**options: Any) -> forms.ModelChoiceField:
    """The environment to act in; RELEASE is proposed."""
    return forms.ModelChoiceField(
        Environment.objects.all(),
        label="Environment",
        initial=RELEASE_ID,
        empty_label=None,
        **options,
    )


class RowFormSet(forms.BaseFormSet):
    """Rows of a table; blank rows are left out."""

    @property
    def used(self) -> bool:
        """Whether somebody has put rows there, not only the blank one."""
        bound = self.is_bound
        return bool(self.total_form_count() if bound else self.initial_form_count())

    def filled(self) -> list[Any]:
        """The forms of filled rows that are not deleted, in order."""
        return [
            form
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]

    def rows(self) -> list[dict[str, Any]]:
        """What is in them."""
        return [form.cleaned_data for form in self.filled()]


def rows_of(row: type[forms.Form], *, most: int) -> type[RowFormSet]:
    """A formset of `row`, with one blank row for browsers without scripts."""
    return forms.formset_factory(  # type: ignore[return-value]
        row,
        formset=RowFormSet,
        extra=1,
        can_delete=True,
        max_num=most,
        validate_max=True,
    )
