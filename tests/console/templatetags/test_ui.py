"""The shared tags, and the form markup of includes/ that they serve."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import ResolverMatch
from pytest_django.asserts import assertInHTML

from console.templatetags import ui

SPRITE = Path(settings.BASE_DIR, "static/icons.svg").read_text()


class ApiForm(forms.Form):
    show_if = {"authorizer": "auth_type=CUSTOM second=on"}

    api_id = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label="API Name", min_length=3, help_text="3 to 255.")
    auth_type = forms.ChoiceField(
        label="Authentication Mode",
        choices=[("APP", "App"), ("CUSTOM", "Custom")],
        widget=forms.RadioSelect(attrs={"class": "segmented"}),
    )
    second = forms.BooleanField(
        label="Two-Factor Authentication",
        required=False,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
    )
    authorizer = forms.ChoiceField(
        label="Custom Authorizer",
        choices=[("a", "One")],
        required=False,
        widget=forms.Select(attrs={"aria-required": "true"}),
    )
    environments = forms.MultipleChoiceField(
        label="Environments",
        choices=[("r", "RELEASE")],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> None:
        raise forms.ValidationError("The group is full.")


class CardForm(ApiForm):
    @property
    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [("Frontend Definition", [self["name"]])]


def field_html(name: str, form: forms.Form | None = None) -> str:
    form = form or ApiForm()
    return render_to_string("includes/field.html", {"field": form[name]})


def menu_mark(url_name: str, *nouns: str) -> str:
    request = RequestFactory().get("/")
    request.resolver_match = ResolverMatch(HttpResponse, (), {}, url_name=url_name)
    return ui.active(Context({"request": request}), *nouns)


def test_an_icon_is_a_symbol_of_the_sprite_and_hidden_from_readers() -> None:
    html = Template('{% load ui %}{% icon "key" %}').render(Context())
    assert 'aria-hidden="true"' in html
    assert 'href="/static/icons.svg#key"' in html


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    root = Path(settings.BASE_DIR, "templates")
    named = {
        name
        for path in root.rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)" %}', path.read_text())
    }
    assert "key" in named
    assert named <= set(re.findall(r'<symbol id="([^"]+)"', SPRITE))


def test_the_menu_marks_the_list_and_the_pages_below_it() -> None:
    assert menu_mark("api-list", "api") == ' aria-current="page"'
    assert menu_mark("home", "home") == ' aria-current="page"'
    assert menu_mark("api-create", "api") == ' aria-current="true"'
    assert menu_mark("version-list", "function", "version") == ' aria-current="true"'


def test_the_menu_does_not_mark_another_noun_that_starts_alike() -> None:
    assert menu_mark("apikey-list", "api") == ""
    assert menu_mark("function-list", "api") == ""


def test_the_menu_marks_nothing_without_a_resolved_request() -> None:
    assert ui.active(Context(), "api") == ""
    assert ui.active(Context({"request": RequestFactory().get("/")}), "api") == ""


@pytest.mark.parametrize("empty", [None, "", [], {}, ()])
def test_an_empty_value_is_shown_as_a_dash(empty: object) -> None:
    assert ui.dash(empty) == "--"


@pytest.mark.parametrize("value", [0, False, "x"])
def test_a_value_is_shown_as_it_is(value: object) -> None:
    assert ui.dash(value) is value


def test_a_required_field_has_a_starred_label_and_its_help() -> None:
    html = field_html("name")
    assertInHTML(
        '<label class="field-label required" for="id_name" id="id_name_label">'
        "API Name</label>",
        html,
    )
    assert 'aria-describedby="id_name_helptext"' in html
    assertInHTML('<div class="form-text" id="id_name_helptext">3 to 255.</div>', html)


def test_an_error_is_tied_to_its_field_and_the_input_is_kept() -> None:
    html = field_html("name", ApiForm({"name": "x<"}))
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "at least 3 characters" in html
    assert 'value="x&lt;"' in html


def test_radio_buttons_are_a_named_group_of_segments() -> None:
    html = field_html("auth_type", ApiForm({"auth_type": "CUSTOM"}))
    assert 'class="segmented" id="id_auth_type" role="radiogroup"' in html
    assert 'aria-labelledby="id_auth_type_label"' in html
    assert re.search(r'<input[^>]*value="CUSTOM"[^>]*checked', html)


def test_an_error_of_radio_buttons_is_tied_to_the_group() -> None:
    html = field_html("auth_type", ApiForm({"auth_type": "NOPE"}))
    assert 'aria-describedby="id_auth_type_error"' in html
    assert 'aria-required="true" aria-invalid="true"' in html


def test_several_tick_boxes_are_a_group() -> None:
    assert 'class="choices" id="id_environments" role="group"' in field_html(
        "environments"
    )


def test_a_tick_box_can_be_a_switch() -> None:
    html = field_html("second")
    assert 'class="form-check form-switch"' in html
    assert 'role="switch"' in html
    assert 'class="form-check-input"' in html


def test_widgets_keep_their_own_class_beside_bootstraps() -> None:
    form = ApiForm()
    form.fields["name"].widget.attrs["class"] = "wide"
    assert 'class="form-control wide"' in ui.widget(form["name"])
    assert 'class="form-select"' in ui.widget(form["authorizer"])


def test_a_field_required_only_while_shown_is_starred_too() -> None:
    assert ui.starred(ApiForm()["authorizer"])
    assert not ui.starred(ApiForm()["second"])


def test_a_fields_condition_names_the_controls_of_its_own_form() -> None:
    assert 'data-show-if="auth_type=CUSTOM second=on"' in field_html("authorizer")
    prefixed = ApiForm(prefix="f")["authorizer"]
    assert ui.show_if(prefixed) == "f-auth_type=CUSTOM f-second=on"
    assert "data-show-if" not in field_html("name")


def test_a_form_shows_its_own_errors_and_hidden_fields_once() -> None:
    html = render_to_string("includes/form.html", {"form": ApiForm({"name": "abc"})})
    assert html.count("The group is full.") == 1
    assert html.count('name="api_id"') == 1


def test_a_form_with_fieldsets_comes_in_cards() -> None:
    html = render_to_string("includes/form.html", {"form": CardForm()})
    assertInHTML('<h2 class="card-header">Frontend Definition</h2>', html)
    assert html.count('name="name"') == 1


def test_a_formset_has_a_template_row_and_names_every_cell() -> None:
    formset = forms.formset_factory(ApiForm, extra=1, can_delete=True)(prefix="src")
    html = render_to_string(
        "includes/formset.html", {"formset": formset, "add_label": "Add Source"}
    )
    assert 'name="src-TOTAL_FORMS" value="1"' in html
    assert 'name="src-__prefix__-name"' in html
    assert 'for="id_src-0-name"' in html
    assert 'name="src-0-DELETE"' in html


def test_a_time_is_written_as_the_product_writes_it() -> None:
    at = datetime(2026, 3, 17, 10, 13, 22, tzinfo=UTC)
    assert ui.moment(at) == "2026/03/17 10:13:22 GMT+00:00"


def test_a_time_that_never_came_is_a_dash() -> None:
    assert ui.moment(None) == "--"


def test_a_link_to_another_page_keeps_the_rest_of_the_url() -> None:
    request = RequestFactory().get("/a/?q=b&page=1&env=c")
    render = Template("{% load ui %}{% page_link name 2 anchor %}").render
    plain = render(Context({"request": request}))
    assert plain == "?q=b&amp;page=2&amp;env=c"
    named = render(Context({"request": request, "name": "apis", "anchor": "list"}))
    assert named == "?q=b&amp;page=1&amp;env=c&amp;apis=2#list"
