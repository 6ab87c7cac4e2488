"""What the policies that are plug-ins share (policies.md sections 0.1 and 4)."""

from collections.abc import Callable
from typing import Any, TypeVar

from gateway.errors import PolicyBroken
from gateway.snapshot import Api

T = TypeVar("T")


def read(api: Api, kind: str, parse: Callable[[Any], T]) -> T | None:
    """What the plug-in of a kind that is bound to an API says; None without one.

    One that cannot be read refuses the API's calls: it may be what guards them.
    """
    plugin = api.plugins.get(kind)
    if plugin is None:
        return None
    try:
        return plugin.read(parse)
    except ValueError as error:
        raise PolicyBroken(reason=f"policy {plugin.name}: {error}") from None
