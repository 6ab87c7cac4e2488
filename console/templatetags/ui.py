"""Template tags and filters that the shared templates need.

The form filters keep field markup in one template: `includes/field.html` asks them
what a field is, and they say it in HTML's terms.
"""

import json
from datetime import datetime

from django import template
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    RadioSelect,
    Select,
)
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from console.text import visible

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon: a symbol of static/icons.svg, hidden from screen readers."""
    return format_html(
        '<svg class="icon" width="16" height="16" aria-hidden="true">'
        '<use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def active(context: Context, *nouns: str) -> SafeString:
    """`aria-current` for a menu link whose pages are named `<noun>` or `<noun>-…`.

    "page" on the list of the first noun itself, "true" on the pages below it.
    """
    match = getattr(context.get("request"), "resolver_match", None)
    url_name = getattr(match, "url_name", None) or ""
    if url_name in {nouns[0], f"{nouns[0]}-list"}:
        return mark_safe(' aria-current="page"')
    if url_name.startswith(tuple(f"{noun}-" for noun in nouns)):
        return mark_safe(' aria-current="true"')
    return mark_safe("")


@register.simple_tag(takes_context=True)
def page_link(context: Context, name: str, number: int, anchor: str = "") -> str:
    """The same page with another page of a list: `?q=a&page=2#anchor`.

    `name` is what the list's page number is called in the URL.
    """
    query = context["request"].GET.copy()
    query[name or "page"] = str(number)
    return f"?{query.urlencode()}" + (f"#{anchor}" if anchor else "")


@register.filter(name="visible")
def visible_text(value: str) -> str:
    """A stranger's text, with controls and changes of direction made visible."""
    return visible(value)


@register.filter
def dash(value: object) -> object:
    """`--` in place of an empty value; 0 and False are values."""
    return "--" if value is None or value in ("", [], (), {}) else value


@register.filter
def chosen(query: QueryDict, name: str) -> str:
    """What a filter in the URL is set to."""
    return query.get(name) or ""


@register.filter
def pretty(text: str) -> str:
    """JSON indented; anything else as it stands."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


@register.filter
def moment(value: datetime | None) -> str:
    """A time as the product writes it: `2026/11/22 10:31:07 GMT+00:00`."""
    if value is None:
        return "--"
    local = timezone.localtime(value)
    return f"{local:%Y/%m/%d %H:%M:%S} GMT{local.isoformat()[-6:]}"


@register.filter
def kind(field: BoundField) -> str:
    """How `includes/field.html` draws a field: check, radio, checks or input."""
    match field.field.widget:
        case CheckboxSelectMultiple():
            return "checks"
        case RadioSelect():
            return "radio"
        case CheckboxInput():
            return "check"
    return "input"


@register.filter
def widget(field: BoundField) -> SafeString:
    """The field's widget with the Bootstrap class that fits it."""
    own = field.field.widget
    bootstrap = "form-control"
    if isinstance(own, Select):
        bootstrap = "form-select"
    elif isinstance(own, CheckboxInput):
        bootstrap = "form-check-input"
    classes = f"{bootstrap} {own.attrs.get('class', '')}".strip()
    return field.as_widget(attrs={"class": classes})


@register.filter
def starred(field: BoundField) -> bool:
    """Whether the label gets its `*`.

    A field that is only required while `show_if` shows it cannot be `required` for
    Django; its widget says so with `aria-required`.
    """
    attrs = field.field.widget.attrs
    return field.field.required or attrs.get("aria-required") == "true"


@register.filter
def show_if(field: BoundField) -> str:
    """The condition under which static/js/show-if.js shows the field; "" is always.

    Read from the form's `show_if: dict[field name, condition]`, where a condition is
    `field=value|value2`, and several, separated by spaces, are alternatives.
    """
    conditions = getattr(field.form, "show_if", {}).get(field.name, "")
    return " ".join(field.form.add_prefix(each) for each in conditions.split())
