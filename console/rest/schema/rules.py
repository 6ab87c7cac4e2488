"""The rules of a model's fields, as JSON Schema says them."""

from typing import Any

from django.core import validators
from django.db.models import CharField, Field, IntegerField, Model, TextField

Schema = dict[str, Any]
_TYPES = {CharField: "string", TextField: "string", IntegerField: "integer"}
_BOUNDS = {
    validators.MinValueValidator: ("minimum", max),
    validators.MaxValueValidator: ("maximum", min),
    validators.MinLengthValidator: ("minLength", max),
    validators.MaxLengthValidator: ("maxLength", min),
}


def narrow(schema: Schema, model: type[Model]) -> Schema:
    """A schema of an object whose members of a model's name and type obey its rules."""
    fields = {field.name: field for field in model._meta.fields}
    properties = {
        name: rules(fields[name], known) if name in fields else known
        for name, known in schema.get("properties", {}).items()
    }
    return schema | ({"properties": properties} if properties else {})


def rules(field: "Field[Any, Any]", known: Schema) -> Schema:
    """What is known of a member, with the rules of the field that it sets."""
    kinds = {kind for of, kind in _TYPES.items() if isinstance(field, of)}
    if known.get("type") not in kinds:
        return known
    if field.choices:
        kept = {k: v for k, v in known.items() if k in ("type", "default")}
        blank = [""] if field.blank and known["type"] == "string" else []
        return kept | {"enum": [value for value, _ in field.flatchoices] + blank}
    narrowed = dict(known)
    for validator in field.validators:
        _add(narrowed, validator, field.blank)
    if known["type"] == "string" and not field.blank:
        narrowed.setdefault("minLength", 1)
    return narrowed


def _add(narrowed: Schema, validator: Any, blank: bool) -> None:
    for kind, (keyword, stricter) in _BOUNDS.items():
        if isinstance(validator, kind):
            bound = validator.limit_value
            narrowed[keyword] = stricter(bound, narrowed.get(keyword, bound))
    if isinstance(validator, validators.RegexValidator):
        text = str(getattr(validator.regex, "pattern", validator.regex))
        pattern = text.replace(r"\A", "^").replace(r"\Z", "$")
        narrowed["pattern"] = f"^$|{pattern}" if blank else pattern
        if blank:
            narrowed.pop("minLength", None)
