"""Load balance channels, with their groups and servers (console.md section F3)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console import dependents
from console.forms.base import NounForm, PlainForm, rows_of, segmented, switch
from console.models import Channel, Member, MemberGroup
from console.models.base import default_name
from console.models.channel import HEALTH
from gateway.snapshot import HealthCheck

_HEALTH = {
    "protocol": "health_protocol",
    "enable_client_ssl": "health_enable_client_ssl",
    "path": "health_path",
    "method": "health_method",
    "port": "health_port",
    "threshold_normal": "health_threshold_normal",
    "threshold_abnormal": "health_threshold_abnormal",
    "timeout": "health_timeout",
    "time_interval": "health_time_interval",
    "http_code": "health_http_code",
}
_OVER_HTTP = "health_protocol=HTTP|HTTPS"


class GroupRow(PlainForm):
    member_group_name = forms.CharField(label="Group Name", max_length=64)
    member_group_weight = forms.IntegerField(
        label="Weight", min_value=0, max_value=100, initial=1
    )
    member_group_remark = forms.CharField(
        label="Description", max_length=255, required=False
    )


class MemberRow(PlainForm):
    host = forms.CharField(label="Backend Server Address", max_length=255)
    port = forms.IntegerField(
        label="Port", min_value=0, max_value=65_535, initial=0, required=False
    )
    weight = forms.IntegerField(
        label="Weight", min_value=0, max_value=10_000, initial=1
    )
    group = forms.CharField(label="Group", max_length=64, required=False)
    is_backup = forms.BooleanField(label="Standby Node", required=False)
    status = forms.TypedChoiceField(
        label="Server Status", choices=Member.Status, coerce=int, initial=1
    )


GroupRows = rows_of(GroupRow, most=100)
MemberRows = rows_of(MemberRow, most=200)


class ChannelForm(NounForm):
    """`groups` and `members` are its tables; `health` the fields of the check."""

    health_enabled = forms.BooleanField(
        label="Health Check", required=False, widget=switch()
    )
    health_protocol = forms.ChoiceField(
        label="Protocol",
        choices=[(p, p) for p in ("TCP", "HTTP", "HTTPS")],
        widget=segmented(),
    )
    health_enable_client_ssl = forms.BooleanField(
        label="Two-Way Authentication", required=False, widget=switch()
    )
    health_path = forms.CharField(label="Path", required=False)
    health_method = forms.ChoiceField(
        label="Method", choices=[("GET", "GET"), ("HEAD", "HEAD")]
    )
    health_port = forms.IntegerField(
        label="Check Port", required=False, help_text="0: the server's own port."
    )
    health_threshold_normal = forms.IntegerField(
        label="Healthy Threshold", help_text="Successes in a row: 1 to 10."
    )
    health_threshold_abnormal = forms.IntegerField(
        label="Unhealthy Threshold", help_text="Failures in a row: 1 to 10."
    )
    health_timeout = forms.IntegerField(
        label="Timeout (s)", help_text="1 to 30, less than the interval."
    )
    health_time_interval = forms.IntegerField(
        label="Interval (s)", help_text="1 to 300."
    )
    health_http_code = forms.CharField(
        label="Response Codes", required=False, help_text="Such as 200,201,210-299."
    )
    show_if = dict.fromkeys(_HEALTH.values(), "health_enabled=on") | {
        "health_enable_client_ssl": "health_protocol=HTTPS",
        "health_path": _OVER_HTTP,
        "health_method": _OVER_HTTP,
        "health_http_code": _OVER_HTTP,
    }

    class Meta:
        model = Channel
        fields = ("name", "port", "balance_strategy")
        widgets = {"balance_strategy": segmented()}
        help_texts = {
            "name": "3 to 64 letters, digits and _ - . , a letter first.",
            "port": "Where servers listen that have no port of their own.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        if row._state.adding:
            self.initial["name"] = default_name("VPC")
        known = row.vpc_health_config or {}
        self.initial["health_enabled"] = bool(known) and known.get("status", 1) == 1
        for member, name in _HEALTH.items():
            self.initial[name] = known.get(member, HEALTH[member])
        self.groups = GroupRows(
            self.data or None, prefix="groups", initial=_groups(row)
        )
        self.members = MemberRows(
            self.data or None, prefix="members", initial=_members(row)
        )

    @property
    def basic(self) -> list[forms.BoundField]:
        return [self[name] for name in self.Meta.fields]

    @property
    def health(self) -> list[forms.BoundField]:
        return [self[name] for name in _HEALTH.values()]

    def clean(self) -> dict[str, Any]:
        super().clean()
        for label, rows in (("Groups", self.groups), ("Servers", self.members)):
            if not rows.is_valid():
                self.add_error(None, f"{label}: correct the marked rows.")
        if self.cleaned_data.get("health_enabled"):
            self._check_health()
        else:
            for name in _HEALTH.values():
                self.errors.pop(name, None)
            kept = self.instance.vpc_health_config
            self.instance.vpc_health_config = kept and kept | {"status": 2}
        return self.cleaned_data

    def _check_health(self) -> None:
        asked: dict[str, Any] = {
            member: self.cleaned_data.get(name) for member, name in _HEALTH.items()
        }
        asked["port"] = asked["port"] or 0
        if asked["protocol"] != "HTTPS":
            asked["enable_client_ssl"] = False
        try:
            HealthCheck.parse(asked)
        except ValueError as error:
            path, _, rule = str(error).partition(": ")
            self.add_error(_HEALTH.get(path), f"{rule}.")
        else:
            self.instance.vpc_health_config = asked | {"status": 1}

    def save_rows(self) -> None:
        """Save groups and servers as the tables have them; ValidationError."""
        groups = {row["member_group_name"]: row for row in self.groups.rows()}
        channel = self.instance
        for gone in channel.member_groups.exclude(member_group_name__in=groups):
            if apis := dependents.apis_asking(gone):
                names = ", ".join(map(str, apis))
                raise ValidationError(f"Groups: {gone} has URLs of its own in {names}.")
            gone.delete()
        made = {name: _group(channel, row) for name, row in groups.items()}
        kept = [_member(channel, row, made) for row in self.members.rows()]
        channel.members.exclude(pk__in=[row.pk for row in kept]).delete()


def _groups(row: Channel) -> list[dict[str, Any]]:
    if row._state.adding:
        return []
    names = ("member_group_name", "member_group_weight", "member_group_remark")
    return list(row.member_groups.values(*names))


def _members(row: Channel) -> list[dict[str, Any]]:
    if row._state.adding:
        return []
    return [
        {
            "host": member.host,
            "port": member.port,
            "weight": member.weight,
            "group": member.member_group or "",
            "is_backup": member.is_backup,
            "status": member.status,
        }
        for member in row.members.select_related("member_group")
    ]


def _group(channel: Channel, row: dict[str, Any]) -> MemberGroup:
    name = row["member_group_name"]
    known = channel.member_groups.filter(member_group_name=name).first()
    group = known or MemberGroup(channel=channel, member_group_name=name)
    group.member_group_weight = row["member_group_weight"]
    group.member_group_remark = row["member_group_remark"]
    group.save_valid()
    return group


def _member(
    channel: Channel, row: dict[str, Any], groups: dict[str, MemberGroup]
) -> Member:
    """The server of a row, known by its address."""
    host, port = row["host"], row["port"] or 0
    if row["group"] and row["group"] not in groups:
        raise ValidationError(f"Servers: {host}: there is no group {row['group']}.")
    known = channel.members.filter(host=host, port=port).first()
    member = known or Member(channel=channel, host=host, port=port)
    member.member_group = groups.get(row["group"])
    for name in ("weight", "is_backup", "status"):
        setattr(member, name, row[name])
    member.save_valid()
    return member
