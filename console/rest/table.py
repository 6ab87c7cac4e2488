"""How an operation stands in a table, and what Django makes of the table."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.urls import URLPattern, path

from console.rest.resources import Endpoint

_GATEWAY = "/instances/{instance_id}"


class Operation(NamedTuple):
    """An operation under the name that the official client has for it.

    `~` in a path is the gateway; `endpoint` and `action` say what answers.
    """

    root: str
    method: str
    path: str
    name: str
    endpoint: type[Endpoint]
    action: str

    @property
    def route(self) -> str:
        """The path as the official client has it."""
        return self.root + self.path.replace("~", _GATEWAY, 1)


def patterns(operations: Iterable[Operation]) -> list[URLPattern]:
    """One pattern for each path, with the methods that it has."""
    methods: dict[str, dict[str, str]] = defaultdict(dict)
    endpoints: dict[str, type[Endpoint]] = {}
    for operation in operations:
        methods[operation.route][operation.method.lower()] = operation.action
        known = endpoints.setdefault(operation.route, operation.endpoint)
        assert known is operation.endpoint, f"two resources for {operation.route}"
    return [
        path(
            route.removeprefix("/").replace("{", "<").replace("}", ">"),
            endpoints[route].as_view(methods[route]),
        )
        for route in methods
    ]
