"""API Policies > Load Balance Channels."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse
from django.urls import reverse

from console import dependents
from console.forms.channel import ChannelForm
from console.health import Health
from console.models import Channel
from console.views import generic


class ChannelList(generic.List):
    model = Channel
    queryset = Channel.objects.annotate(servers=Count("members")).order_by("name")
    title = "API Policies"
    template_name = "channel/list.html"
    filters = ("balance_strategy",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(strategies=Channel.Strategy.choices, **kwargs)


class ChannelDetail(generic.Detail):
    model = Channel
    template_name = "channel/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        health = Health(row)
        facts = [
            ("Name", row.name),
            ("ID", row.pk),
            ("Type", row.get_vpc_channel_type_display()),
            ("Port", row.port),
            ("Routing Algorithm", row.get_balance_strategy_display()),
        ]
        members = self.part(
            row.members.select_related("member_group", "channel"), "members"
        )
        for member in members:
            member.health = health.of(member)
        return super().get_context_data(
            facts=facts,
            groups=self.part(
                row.member_groups.select_related("reference_vpc_channel"), "groups"
            ),
            members=members,
            checks=_checks(row.vpc_health_config),
            looked_after=health.checked,
            **kwargs,
        )


class ChannelEdit(generic.Edit):
    model = Channel
    form_class = ChannelForm
    template_name = "channel/form.html"
    done = "Saved. The next call goes to these servers."

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                form.instance.save_valid()
                form.save_rows()
                return super().form_valid(form)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)


class ChannelDelete(generic.Delete):
    """A channel that something refers to cannot be deleted."""

    model = Channel

    def dependents(self) -> generic.Dependents:
        return users(self.object)

    def get_success_url(self) -> str:
        return reverse("channel-list")


def users(channel: Channel) -> generic.Dependents:
    """What refers to a channel: APIs, policies, and channels that stand for it."""
    apis = {use.api for use in channel.backend_uses.select_related("api")}
    found = generic.linked("API", sorted(apis, key=str))
    found += generic.linked_releases(dependents.published(channel, apis))
    found += generic.linked("Policy", dependents.plugins_with(channel))
    groups = channel.references.select_related("channel")
    found += [(f"Channel {g.channel}", g.channel.get_absolute_url()) for g in groups]
    return list(dict.fromkeys(found))


def _checks(config: dict[str, Any]) -> list[tuple[str, Any]]:
    if not config or config.get("status", 1) != 1:
        return []
    named = {
        "protocol": "Protocol",
        "path": "Path",
        "method": "Method",
        "port": "Check Port",
        "threshold_normal": "Healthy Threshold",
        "threshold_abnormal": "Unhealthy Threshold",
        "timeout": "Timeout (s)",
        "time_interval": "Interval (s)",
        "http_code": "Response Codes",
    }
    over_http = config.get("protocol") != "TCP"
    only_http = ("path", "method", "http_code")
    return [
        (label, config.get(name))
        for name, label in named.items()
        if over_http or name not in only_http
    ]
