"""What the forms share."""

import pytest
from django import forms

from console.forms.base import NounForm, PlainForm, rows_of, segmented, switch
from console.models import Api


class Row(PlainForm):
    name = forms.CharField(label="Parameter Name", max_length=3)


class OneField(NounForm):
    class Meta:
        model = Api
        fields = ("name",)


Rows = rows_of(Row, most=2)


def data(*names: str, deleted: int | None = None) -> dict[str, str]:
    sent = {"form-TOTAL_FORMS": str(len(names)), "form-INITIAL_FORMS": "0"}
    sent |= {f"form-{n}-name": name for n, name in enumerate(names)}
    return sent | ({} if deleted is None else {f"form-{deleted}-DELETE": "on"})


def test_a_message_of_django_s_own_gets_the_field_s_name() -> None:
    assert Row({"name": ""}).errors["name"] == [
        "Parameter Name: This field is required."
    ]
    assert "Parameter Name: Ensure" in str(Row({"name": "long"}).errors["name"])


def test_a_message_that_names_its_field_stays_as_it_is() -> None:
    form = Row({"name": "a"})
    form.full_clean()
    form.add_error("name", "Parameter Name: not this one.")
    form.add_error(None, "Not today.")
    assert form.errors["name"] == ["Parameter Name: not this one."]
    assert form.non_field_errors() == ["Not today."]


@pytest.mark.django_db
def test_a_rule_about_a_field_that_is_not_shown_goes_to_the_top() -> None:
    form = OneField({"name": "orders"}, instance=Api(req_uri="/", tags=["-"]))
    problems = form.errors
    assert "name" not in problems
    assert any("Tags: -" in text for text in form.non_field_errors())


def test_blank_and_deleted_rows_are_left_out() -> None:
    rows = Rows(data("a", "", "c", deleted=0))
    assert rows.is_valid()
    assert [row["name"] for row in rows.rows()] == ["c"]


def test_more_rows_than_fit_are_refused() -> None:
    rows = Rows(data("a", "b", "c"))
    assert not rows.is_valid()
    assert rows.non_form_errors()


def test_the_browser_is_told_how_to_draw_choices_and_switches() -> None:
    assert segmented().attrs == {"class": "segmented"}
    assert switch().attrs == {"role": "switch"}
