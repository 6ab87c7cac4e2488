"""Rows of a backend's own tables: headers of a Mock, URLs of groups of servers."""

from typing import Any

from django import forms

from console.forms.api.params import ParamRow, Row
from console.forms.base import PlainForm, rows_of
from console.models.api.backends import GROUP_URL, METHODS
from console.models.channel import MemberGroup


class HeaderRow(PlainForm):
    name = forms.CharField(label="Name", max_length=128)
    value = forms.CharField(label="Value", max_length=1024)
    remark = forms.CharField(label="Description", max_length=255, required=False)


def _group_choices() -> list[tuple[str, Any]]:
    """The groups of servers, by their channels."""
    channels: dict[str, list[tuple[str, str]]] = {}
    for row in MemberGroup.objects.select_related("channel"):
        channels.setdefault(str(row.channel), []).append((row.pk, str(row)))
    return [("", "Select"), *sorted(channels.items())]


class GroupUrlRow(ParamRow):
    """What the servers of one group are asked for."""

    main = ("member_group_id",)

    member_group_id = forms.ChoiceField(label="Group", choices=_group_choices)
    req_method = forms.ChoiceField(label="Method", choices=[(m, m) for m in METHODS])
    req_protocol = forms.ChoiceField(
        label="Protocol", choices=[("HTTP", "HTTP"), ("HTTPS", "HTTPS")]
    )
    req_uri = forms.CharField(
        label="Path",
        max_length=512,
        widget=forms.TextInput(attrs={"placeholder": "/"}),
    )

    def document(self) -> Row:
        return {name: self.cleaned_data[name] for name in GROUP_URL}


GroupUrlRows = rows_of(GroupUrlRow, most=100)
HeaderRows = rows_of(HeaderRow, most=10)
