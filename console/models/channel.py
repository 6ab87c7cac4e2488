"""Load balance channels, their member groups and members (policies.md section 6)."""

import re
from ipaddress import ip_address
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from console import limits
from console.models.base import CJK, Noun, rule
from console.models.feature import Feature
from gateway.snapshot.channel import HealthCheck

_HOST = re.compile(r"(?=.{1,255}\Z)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\Z")
HEALTH = {
    "protocol": "TCP",
    "path": "",
    "method": "GET",
    "port": 0,
    "threshold_normal": 2,
    "threshold_abnormal": 5,
    "timeout": 5,
    "time_interval": 10,
    "http_code": "",
    "enable_client_ssl": False,
    "status": 1,
}


def _port(label: str, least: int, **options: Any) -> Any:
    bounds = [MinValueValidator(least), MaxValueValidator(65_535)]
    return models.PositiveIntegerField(label, validators=bounds, **options)


class Channel(Noun):
    """`vpc_health_config` is the document of policies.md section 6.3, or {}."""

    class Strategy(models.IntegerChoices):
        WRR = 1, "WRR"
        WLC = 2, "WLC"
        SOURCE_HASH = 3, "SH"
        URI_HASH = 4, "URI hashing"

    class Kind(models.TextChoices):
        BUILTIN = "builtin", "Server"
        MICROSERVICE = "microservice", "Microservice"
        REFERENCE = "reference", "Reference"

    class MemberType(models.TextChoices):
        IP = "ip", "IP address"
        ECS = "ecs", "ECS"

    name = models.CharField(
        "Name",
        max_length=64,
        unique=True,
        validators=[
            rule(
                rf"[A-Za-z{CJK}][A-Za-z0-9_.{CJK}-]{{2,63}}",
                "Name: 3 to 64 letters, digits and _ - . , a letter first.",
            )
        ],
        error_messages={"unique": "A channel with this name already exists."},
    )
    port = _port("Port", 1)
    balance_strategy = models.PositiveSmallIntegerField(
        "Routing Algorithm", choices=Strategy, default=Strategy.WRR
    )
    member_type = models.CharField(
        "Member Type", max_length=3, choices=MemberType, default=MemberType.IP
    )
    vpc_channel_type = models.CharField(
        "Type", max_length=12, choices=Kind, default=Kind.BUILTIN
    )
    dict_code = models.CharField(
        max_length=64,
        blank=True,
        validators=[
            rule(
                r"[A-Za-z0-9][A-Za-z0-9._-]{2,63}",
                "dict_code: 3 to 64 letters, digits and - _ . are allowed.",
            )
        ],
    )
    vpc_health_config = models.JSONField("Health Check", default=dict, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "load balance channel"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("channel-detail", args=[self.pk])

    @property
    def enabled_members(self) -> int:
        """How many members calls may go to; an API retries fewer times than that."""
        return self.members.filter(status=Member.Status.ENABLED).count()

    def clean(self) -> None:
        limits.check_room("VPC_NUM_LIMIT", self)
        self._check_name()
        if self.vpc_channel_type == self.Kind.MICROSERVICE:
            raise ValidationError(
                {
                    "vpc_channel_type": "Type: a microservice channel needs a service "
                    "registry, which this gateway does not have; choose Server."
                }
            )
        if self.vpc_health_config:
            try:
                HealthCheck.parse(self.vpc_health_config)
            except ValueError as error:
                text = f"Health Check: {error}."
                raise ValidationError({"vpc_health_config": text}) from None

    def _check_name(self) -> None:
        """A gateway parameter may keep the names that there are."""
        fixed = Feature.objects.filter(
            name="vpc_name_modifiable", enable=True, config="off"
        )
        before = Channel.objects.filter(pk=self.pk).exclude(name=self.name)
        if before.exists() and fixed.exists():
            raise ValidationError(
                {
                    "name": "Name: it cannot be changed while the gateway parameter "
                    "vpc_name_modifiable is off."
                }
            )


class MemberGroup(Noun):
    """Members that share a weight; of a reference channel, those of another one."""

    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, related_name="member_groups"
    )
    member_group_name = models.CharField(
        "Group Name",
        max_length=64,
        validators=[
            rule(
                rf"[A-Za-z{CJK}][A-Za-z0-9_.{CJK}-]{{2,63}}",
                "Group Name: 3 to 64 letters, digits and _ - . , a letter first.",
            )
        ],
    )
    member_group_weight = models.PositiveSmallIntegerField(
        "Weight", default=1, validators=[MaxValueValidator(100)]
    )
    member_group_remark = models.CharField("Description", max_length=255, blank=True)
    dict_code = models.CharField(max_length=64, blank=True)
    microservice_version = models.CharField(max_length=64, blank=True)
    microservice_port = _port("Microservice Port", 0, default=0)
    microservice_labels = models.JSONField(default=list, blank=True)
    reference_vpc_channel = models.ForeignKey(
        Channel,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="references",
    )
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "member group"
        ordering = ["member_group_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "member_group_name"],
                name="member_group_name",
                violation_error_code="APIG.3309",
                violation_error_message="Group Name: the channel has a group of this "
                "name.",
            )
        ]

    def __str__(self) -> str:
        return self.member_group_name

    def clean(self) -> None:
        other = self.reference_vpc_channel
        wants = self.channel.vpc_channel_type == Channel.Kind.REFERENCE
        if wants is (other is None):
            raise ValidationError(
                {
                    "reference_vpc_channel": "Channel: the groups of a reference "
                    "channel name another channel, and only they do."
                }
            )
        if other and other.vpc_channel_type == Channel.Kind.REFERENCE:
            raise ValidationError(
                {
                    "reference_vpc_channel": f"Channel: {other} is a reference itself; "
                    "name the channel that has the servers."
                }
            )
        hashes = self.channel.balance_strategy == Channel.Strategy.URI_HASH
        if hashes and self.member_group_weight != 1:
            raise ValidationError(
                {"member_group_weight": "Weight: it stays 1 with URI hashing."}
            )


class Member(Noun):
    """A backend server. `port` 0 is the channel's."""

    class Status(models.IntegerChoices):
        ENABLED = 1, "Enabled"
        DISABLED = 2, "Disabled"

    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, related_name="members"
    )
    member_group = models.ForeignKey(
        MemberGroup,
        verbose_name="Group",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="members",
    )
    host = models.CharField("Backend Server Address", max_length=255)
    port = _port("Port", 0, default=0)
    weight = models.PositiveIntegerField(
        "Weight", default=1, validators=[MaxValueValidator(10_000)]
    )
    is_backup = models.BooleanField("Standby Node", default=False)
    status = models.PositiveSmallIntegerField(
        "Server Status", choices=Status, default=Status.ENABLED
    )
    ecs_id = models.CharField(max_length=255, blank=True)
    ecs_name = models.CharField(max_length=64, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "channel member"
        ordering = ["create_time", "host"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "host", "port"],
                name="member_address",
                violation_error_code="APIG.3309",
                violation_error_message="Backend Server Address: the channel has this "
                "server already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port or self.channel.port}"

    def clean(self) -> None:
        limits.check_room("VPC_INSTANCE_NUM_LIMIT", self, self.channel.members)
        if self.channel.vpc_channel_type == Channel.Kind.REFERENCE:
            raise ValidationError(
                "A reference channel has the members of the channels it names.",
                code="APIG.3471",
            )
        if self.member_group and self.member_group.channel_id != self.channel_id:
            raise ValidationError(
                {"member_group": "Group: choose a group of this channel."}
            )
        if not _is_host(self.host):
            raise ValidationError(
                {"host": f"Backend Server Address: {self.host} is no host name or IP."}
            )


def _is_host(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return bool(_HOST.match(text)) and not text.replace(".", "").isdecimal()
    return True
