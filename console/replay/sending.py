"""Making a call again: in an environment as callers find it, or on what is saved."""

from dataclasses import replace

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from console import debug, models
from console.compile import Compiler, variables
from console.proofs import Debugger, prove
from console.replay.asked import DRAFT, Asked
from console.replay.signers import usable
from gateway import snapshot as data
from gateway.policies import domain
from gateway.router import Router


def send(asked: Asked, user: User) -> models.Trace:
    """Make the call, signed now; gives its trace. ValidationError if it cannot start.

    Without a definition that its host, method and path lead to it is refused as any
    other.
    """
    signer = usable(asked.signer, user)
    compiler, debugger = Compiler(), Debugger()
    snapshot = compiler.snapshot()
    group = _group(snapshot, asked.host)
    if asked.version == DRAFT:
        api = _draft(compiler, group, asked)
        snapshot = replace(snapshot, apis=(api,) if api else ())
    else:
        api = _live(snapshot, group, asked)
    request = asked.request()
    prove(request, signer, user, api.auth_type if api else "", debugger)
    snapshot = debugger.joins(snapshot, api, user)
    return debug.perform(request, snapshot, asked, debugger)


def asks_for(snapshot: data.Snapshot, asked: Asked) -> str:
    """The authentication mode of the published API that a call reaches, or ""."""
    api = _live(snapshot, _group(snapshot, asked.host), asked)
    return api.auth_type if api else ""


def _group(snapshot: data.Snapshot, host: str) -> data.Group | None:
    """The group that a Host header leads to, as `domain.match_host` finds it."""
    name = domain.host_name(host)
    site = snapshot.site(name)
    if site is None and domain.is_address(name):
        site = snapshot.plain_site
    return site.group if site else None


def _live(
    snapshot: data.Snapshot, group: data.Group | None, asked: Asked
) -> data.Api | None:
    """The API that will answer, as `routing.match_route` finds it."""
    groups = [group] if group else []
    if group and group.is_default and snapshot.settings.app_route:
        groups += snapshot.groups
    for each in groups:
        router = snapshot.routers.get((each.id, asked.version))
        if router and (found := router.find(asked.method, asked.path)):
            return found.target
    return None


def _draft(
    compiler: Compiler, group: data.Group | None, asked: Asked
) -> data.Api | None:
    """The saved definition of the group that has this method and path."""
    rows = models.Api.objects.filter(group=group.id if group else "")
    router: Router[str] = Router()
    for pk, method, uri, mode in rows.values_list(
        "pk", "req_method", "req_uri", "match_mode"
    ):
        router.add(method, uri, mode, pk)
    found = router.find(asked.method, asked.path)
    if found is None:
        return None
    api = models.Api.objects.get(pk=found.target)
    if used := sorted(variables.used(api.definition())):
        raise ValidationError(
            f"#{used[0]}# has values in environments only: choose one to call."
        )
    return compiler.draft(api)
