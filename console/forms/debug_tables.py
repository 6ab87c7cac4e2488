"""The tables of the debug page: parameters and headers."""

import re

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import PlainForm, rows_of
from console.models import Api

_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,31}\Z")
_QUERY_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]{1,64}\Z")
_RESERVED = ("x-apig-", "x-sdk-", "x-stage", "host", "content-length")


class ParameterRow(PlainForm):
    name = forms.CharField(label="Parameter Name")
    value = forms.CharField(label="Parameter Value", required=False, strip=False)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not _QUERY_NAME.match(name):
            raise ValidationError("Letters, digits and _ . - only.")
        return name


class HeaderRow(PlainForm):
    name = forms.CharField(label="Parameter Name")
    value = forms.CharField(label="Parameter Value", required=False)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not _HEADER_NAME.match(name):
            raise ValidationError("1 to 32 letters, digits, . and -; a letter first.")
        if name.lower().startswith(_RESERVED):
            raise ValidationError(f"{name} is set by the debugger.")
        return name

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        if not value.isprintable():
            raise ValidationError("One line without control characters.")
        return value


ParameterRows = rows_of(ParameterRow, most=50)
HeaderRows = rows_of(HeaderRow, most=50)


def declared(api: Api, location: str) -> list[dict[str, str]]:
    """What is listed beforehand: the declared parameters, and identity sources."""
    rows = _values(api, location)
    if location == "HEADER" and (cookies := _values(api, "COOKIE")):
        rows["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    sources = api.authorizer.identities if api.authorizer else []
    for source in sources:
        if source["location"] == location:
            rows.setdefault(source["name"], "")
    return [{"name": name, "value": value} for name, value in rows.items()]


def _values(api: Api, location: str) -> dict[str, str]:
    return {
        param["name"]: param.get("sample_value") or param.get("default_value") or ""
        for param in api.req_params
        if param["location"] == location
    }
