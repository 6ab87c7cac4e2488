"""What refers to an object by name or id, where no foreign key keeps the object.

Plug-ins do in their documents, and so does what is published of an API whose saved
definition has moved on. It is shown before a delete, and stands in its way.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.db.models import Model

from console import urns
from console.models import (
    Alias,
    Api,
    Authorizer,
    Channel,
    Credential,
    Function,
    GatewayResponse,
    MemberGroup,
    Plugin,
    Release,
    ThrottleSpecial,
    Version,
)
from console.models.api.backends import DOCUMENTS, named
from console.models.api.policies import FIELDS

Document = Mapping[str, Any]
Refers = Callable[[Document], bool]
Called = Function | Version | Alias


def plugins_calling(row: Called) -> list[Plugin]:
    """Plug-ins whose document names a function, or this version or alias of it."""
    plugins = Plugin.objects.all()
    return [p for p in plugins if any(_names(urn, row) for urn in p.functions)]


def plugins_with(channel: Channel) -> list[Plugin]:
    return [row for row in Plugin.objects.all() if channel.pk in row.channels]


def plugins_with_login(api: Api) -> list[Plugin]:
    """OpenID Connect policies whose login comes back to an API, or leaves by it."""
    return [row for row in Plugin.objects.all() if api.pk in row.routes.values()]


def published(
    row: Called | Authorizer | Channel | GatewayResponse, saved: Collection[Api] = ()
) -> list[Release]:
    """What is live and refers to an object, of APIs other than `saved`."""
    live = Release.objects.filter(status=Release.Status.EFFECTIVE)
    refers = _refers(row)
    return [
        release
        for release in live.select_related("api", "env")
        if release.api not in saved and any(map(refers, _documents(release.definition)))
    ]


def apis_asking(group: MemberGroup) -> list[Api]:
    """The APIs, saved or published, with a URL of their own for a group of servers."""
    uses = group.channel.backend_uses.select_related("api")
    saved = {
        use.api
        for use in uses
        if any(
            _asks(backend, group) for backend in (use.api.backend, *use.api.policies)
        )
    }
    live = {
        release.api
        for release in published(group.channel)
        if any(_asks(each, group) for each in _documents(release.definition))
    }
    return sorted(saved | live, key=str)


def exceptions_for(app: Credential) -> list[Any]:
    """The throttling policies, of both kinds, that have a limit for a credential."""
    specials = ThrottleSpecial.objects.filter(object_type="APP", object_id=app.pk)
    plugins = Plugin.objects.filter(plugin_type="rate_limit")
    return [
        *(special.throttle for special in specials.select_related("throttle")),
        *(row for row in plugins if app.pk in _excluded(row.document)),
    ]


def _refers(row: Model) -> Refers:
    pk = row.pk
    if isinstance(row, Authorizer):
        return lambda document: document.get("authorizer_id") == pk
    if isinstance(row, GatewayResponse):
        return lambda document: document.get("response_id") == pk
    if isinstance(row, Channel):
        return lambda document: _channel(document) == pk
    assert isinstance(row, Function | Version | Alias)
    called = row
    return lambda document: "function_urn" in document and _calls(document, called)


def _documents(definition: Document) -> Iterator[Document]:
    """A definition and its backends, the default one and those of policies."""
    kind = definition["backend_type"]
    yield definition
    yield definition[DOCUMENTS[kind][0]]
    yield from definition[FIELDS[kind]]


def _asks(document: Document, group: MemberGroup) -> bool:
    urls = document.get("member_group_url_infos") or []
    return any(url["member_group_id"] == group.pk for url in urls)


def _channel(document: Document) -> str:
    info = document.get("vpc_channel_info") or {}
    return str(info.get("vpc_channel_id", ""))


def _calls(document: Document, row: Called) -> bool:
    try:
        return _is(named(dict(document)), row)
    except urns.UnknownFunction:
        return False


def _names(urn: str, row: Called) -> bool:
    try:
        return _is(urns.resolve(urn), row)
    except urns.UnknownFunction:
        return False


def _is(found: urns.Named, row: Called) -> bool:
    return row in (found.function, found.version, found.alias)


def _excluded(document: Any) -> set[str]:
    """The credentials that Request Throttling 2.0 has limits of their own for."""
    groups = document.get("specials") or []
    return {
        policy["key"]
        for group in groups
        if group["type"] == "app"
        for policy in group["policies"]
    }
