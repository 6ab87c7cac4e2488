"""APIs as published, and their backends (api.md section 2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, update_wrapper
from typing import TypeVar

from gateway.http import Response, configured_headers
from gateway.snapshot.authorizer import Authorizer
from gateway.snapshot.group import ResponseRule

T = TypeVar("T")


@dataclass(frozen=True)
class MockInfo:
    """A Mock backend (api.md section 2.4)."""

    status_code: int = 200
    result_content: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    @cached_property
    def response(self) -> Response:
        """The answer without the headers that differ from call to call."""
        return Response(
            self.status_code,
            configured_headers(self.headers),
            self.result_content.encode(),
        )


@dataclass(frozen=True)
class Api:
    """One API as published in one environment (or as drafted, for a debug call).

    `credentials` holds the ids of the credentials bound in that environment,
    `responses` the customised gateway responses by type.
    """

    id: str
    name: str
    group_id: str
    stage: str
    req_protocol: str
    req_method: str
    req_uri: str
    match_mode: str = "NORMAL"
    auth_type: str = "NONE"
    authorizer: Authorizer | None = None
    backend_type: str = "MOCK"
    mock_info: MockInfo = MockInfo()
    is_send_fg_body_base64: bool = True
    credentials: frozenset[str] = frozenset()
    responses: Mapping[str, ResponseRule] = field(default_factory=dict)

    @cached_property
    def verdict_scope(self) -> str:
        """The part of an authorizer cache key that configuration decides."""
        guard = self.authorizer
        assert guard is not None
        return "\0".join((guard.id, guard.revision, self.id, self.stage))


def per_api(work: Callable[[Api], T]) -> Callable[[Api], T]:
    """Do once what depends on an API's configuration alone, at its first call.

    The result stays with the API, and goes with it when a new snapshot comes.
    """
    name = f"{work.__module__}.{work.__qualname__}"

    def remembered(api: Api) -> T:
        known: dict[str, T] = api.__dict__
        if name not in known:
            known[name] = work(api)
        return known[name]

    return update_wrapper(remembered, work)
