"""What the backends of an API refer to, so that nobody deletes it unawares."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from console.models.alias import Alias
from console.models.api.backends import named
from console.models.authorizer import Authorizer
from console.models.channel import Channel
from console.models.function import Function
from console.models.version import Version


class BackendUse(models.Model):
    """One reference out of an API's backend documents, written when it is saved."""

    api = models.ForeignKey("Api", on_delete=models.CASCADE, related_name="uses")
    authorizer = models.ForeignKey(
        Authorizer, on_delete=models.PROTECT, null=True, related_name="backend_uses"
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, related_name="backend_uses"
    )
    function = models.ForeignKey(
        Function, on_delete=models.PROTECT, null=True, related_name="backend_uses"
    )
    version = models.ForeignKey(
        Version, on_delete=models.PROTECT, null=True, related_name="backend_uses"
    )
    alias = models.ForeignKey(
        Alias, on_delete=models.PROTECT, null=True, related_name="backend_uses"
    )

    def __str__(self) -> str:
        used = (self.alias, self.version, self.function, self.channel, self.authorizer)
        return f"{self.api} uses {next(filter(None, used), None)}"


def uses(api: Any) -> Iterator[BackendUse]:
    """What the backends of an API refer to; what is gone is not referred to."""
    backends = (api.backend, *api.policies)
    guards = {backend.get("authorizer_id") for backend in backends}
    for guard in Authorizer.objects.filter(pk__in=guards):
        yield BackendUse(api=api, authorizer=guard)
    infos = [backend.get("vpc_channel_info") for backend in backends]
    chosen = {info["vpc_channel_id"] for info in infos if info}
    for channel in Channel.objects.filter(pk__in=chosen):
        yield BackendUse(api=api, channel=channel)
    for backend in backends if api.backend_type == "FUNCTION" else ():
        found = named(backend)
        yield BackendUse(
            api=api, function=found.function, version=found.version, alias=found.alias
        )
