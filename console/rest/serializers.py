"""Nouns on the wire: names, types and time formats (api.md section 11).

Types are checked here, rules by the model: it is asked whenever one is saved.
"""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from django.db import models
from rest_framework import serializers
from rest_framework.fields import Field

from console.models.base import Noun


class Text(serializers.CharField):
    """A string, never a number that looks like one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False} | kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number, never a string or a boolean."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false, and nothing that could be read as one of them."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class YesNo(Field):
    """A boolean that travels as 1 (yes) or 2 (no)."""

    def to_internal_value(self, data: Any) -> bool:
        if data not in (1, 2) or type(data) is not int:
            raise serializers.ValidationError("1 or 2", code="invalid")
        return data == 1

    def to_representation(self, value: bool) -> int:
        return 1 if value else 2


class Time(serializers.DateTimeField):
    """RFC 3339 in UTC, whole seconds: `2020-07-31T12:42:51Z`."""

    def to_representation(self, value: datetime) -> str:
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


_STRICT = {
    serializers.CharField: Text,
    serializers.IntegerField: Whole,
    serializers.BooleanField: Flag,
    serializers.DateTimeField: Time,
}


_FIELDS: dict[type, dict[str, Any]] = {}


class Serializer(serializers.ModelSerializer):
    """A noun with the fields of its `Meta`; saving runs the model's own rules."""

    serializer_field_mapping = {
        of_model: _STRICT.get(of_wire, of_wire)
        for of_model, of_wire in (
            serializers.ModelSerializer.serializer_field_mapping.items()
        )
    }
    serializer_choice_field = Text

    def get_fields(self) -> dict[str, Any]:
        """Worked out once for each class: it takes longer than most queries."""
        kind = type(self)
        if kind not in _FIELDS:
            _FIELDS[kind] = super().get_fields()
        return deepcopy(_FIELDS[kind])

    def build_standard_field(
        self, field_name: str, model_field: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The type of a field alone: its rules are the model's."""
        kind, given = super().build_standard_field(field_name, model_field)
        if model_field.choices:
            whole = isinstance(model_field, models.IntegerField)
            kind = Whole if whole else Text
        kept = {"read_only", "required", "allow_null", "source", "default"}
        options = {name: value for name, value in given.items() if name in kept}
        if issubclass(kind, serializers.CharField) and not options.get("read_only"):
            options["allow_blank"] = True
        return kind, options

    def get_unique_together_constraints(self, model: Any) -> Any:
        return ()

    def get_unique_together_validators(self) -> list[Any]:
        return []

    def get_unique_for_date_validators(self) -> list[Any]:
        return []

    def create(self, validated_data: dict[str, Any]) -> Noun:
        assert self.Meta.model is not None
        return self.update(self.Meta.model(), validated_data)

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.save_valid()
        return instance
