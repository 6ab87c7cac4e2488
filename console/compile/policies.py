"""What is bound to APIs, by (API id, environment id)."""

from collections import defaultdict
from typing import Any

from console import models, urns
from console.compile.functions import target
from gateway import snapshot as data

Place = tuple[str, str]


class Plugins:
    """Plug-ins, and where they are bound."""

    def __init__(self) -> None:
        self.known = {row.pk: _plugin(row) for row in models.Plugin.objects.all()}
        self._bound: dict[Place, dict[str, data.Plugin]] = defaultdict(dict)
        for binding in models.PluginBinding.objects.all():
            found = self.known[binding.policy_id]
            self._bound[binding.api_id, binding.env_id][found.type] = found

    def of(self, api_id: str, env_id: str) -> dict[str, data.Plugin]:
        """Those bound to an API in an environment, by type."""
        return self._bound.get((api_id, env_id), {})

    @property
    def targets(self) -> list[data.Target]:
        """What their documents call."""
        return [t for plugin in self.known.values() for t in plugin.targets.values()]


class Signatures:
    """Signature keys, and where they are bound."""

    def __init__(self) -> None:
        rows = models.Signature.objects.all()
        self.known = {row.pk: _signature(row) for row in rows}
        self._bound: dict[Place, data.Signature] = {
            (binding.api_id, binding.env_id): self.known[binding.policy_id]
            for binding in models.SignatureBinding.objects.all()
        }

    def of(self, api_id: str, env_id: str) -> data.Signature | None:
        return self._bound.get((api_id, env_id))


def _plugin(row: models.Plugin) -> data.Plugin:
    return data.Plugin(
        id=row.pk,
        name=row.plugin_name,
        type=row.plugin_type,
        content=row.plugin_content,
        targets=dict(filter(None, map(_target, sorted(row.functions)))),
    )


def _target(urn: str) -> tuple[str, data.Target] | None:
    """What a URN stands for now; nothing when it is gone or not deployed."""
    try:
        found: Any = target(urns.resolve(urn))
    except urns.UnknownFunction:
        return None
    return (urn, found) if found else None


def _signature(row: models.Signature) -> data.Signature:
    return data.Signature(
        id=row.pk,
        name=row.name,
        sign_type=row.sign_type,
        sign_key=row.sign_key,
        sign_secret=row.sign_secret,
    )
