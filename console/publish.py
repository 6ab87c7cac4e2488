"""Making configuration live (reference: api.md sections 6.3 and 6.4).

An API definition is live once published; authorizations, authorizers and
deployed functions as soon as they are saved. Either way a commit writes the
snapshot anew before the page answers, so the next request sees it.
"""

import fcntl
import logging
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Count, Model
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.utils import timezone

from console import audit, limits, models
from console.compile import Compiler, variables
from gateway import source

# Not Api: what is saved is a draft, which nobody calls.
_WATCHED = (
    models.Acl,
    models.AclBinding,
    models.Alias,
    models.ApiGroup,
    models.AppAcl,
    models.AppQuota,
    models.AppQuotaBinding,
    models.AccessKey,
    models.Account,
    models.AppCode,
    models.Authorization,
    models.Authorizer,
    models.Channel,
    models.Certificate,
    models.Credential,
    models.Domain,
    models.Environment,
    models.Feature,
    models.Function,
    models.GatewayResponse,
    models.Member,
    models.MemberGroup,
    models.Plugin,
    models.PluginBinding,
    models.Orchestration,
    models.Release,
    models.Signature,
    models.SignatureBinding,
    models.Throttle,
    models.ThrottleBinding,
    models.ThrottleSpecial,
    models.Variable,
    models.Version,
)


log = logging.getLogger(__name__)


def connect() -> None:
    """Recompile after every commit that touched configuration."""
    for model in _WATCHED:
        post_save.connect(_changed, sender=model, dispatch_uid=f"saved {model}")
        post_delete.connect(_changed, sender=model, dispatch_uid=f"deleted {model}")
    through = models.Domain.certificates.through
    m2m_changed.connect(_changed, sender=through, dispatch_uid="certificates")
    post_save.connect(user_changed, sender=User, dispatch_uid="saved user")


def user_changed(update_fields: Any = None, **_: Any) -> None:
    """A password, or who is enabled; a login alone changes nothing."""
    if update_fields is None or set(update_fields) != {"last_login"}:
        _changed(User)


def compile_now() -> None:
    """Write the snapshot of what is committed. One process at a time.

    Returns when the gateways of this host have it, or will at their next call.
    """
    with _lock():
        snapshot = Compiler().snapshot()
        source.write(snapshot, settings.SNAPSHOT_FILE, settings.SNAPSHOT_KEY_FILE)
    if not source.await_readers(settings.SNAPSHOT_FILE):
        log.warning("a gateway has not read the new configuration yet")


@transaction.atomic
def publish(
    api: models.Api, env: models.Environment, remark: str = ""
) -> models.Release:
    """Freeze the saved definition and make it the effective one.

    ValidationError when another API that is live there has the same route, or when
    a variable of its backend has no value there.
    """
    outcome = publish_many([api], env, remark)
    for _, error in outcome.failure:
        raise error
    return outcome.success[0]


@dataclass
class Outcome:
    """Of many APIs at once: what was done, and why the others were not."""

    success: list[models.Release] = field(default_factory=list)
    failure: list[tuple[models.Api, ValidationError]] = field(default_factory=list)


@transaction.atomic
def publish_many(
    apis: Iterable[models.Api], env: models.Environment, remark: str = ""
) -> Outcome:
    """Publish each that can be; one that cannot leaves nothing behind.

    What it takes in queries does not grow with the number of APIs, but for the audit.
    """
    apis, outcome = list(apis), Outcome()
    live, numbers, now = Live(env), _version_nos(apis, env), timezone.now()
    for api in apis:
        release = models.Release(
            api=api,
            env=env,
            remark=remark,
            publish_time=now,
            version_no=_version_no(numbers[api.pk]),
            definition=api.definition(),
        )
        try:
            release.clean_fields(exclude=["api", "env"])
            live.admit(release)
        except ValidationError as error:
            outcome.failure.append((api, error))
        else:
            outcome.success.append(release)
    _make_live(outcome.success, env)
    return outcome


def _make_live(releases: list[models.Release], env: models.Environment) -> None:
    status = models.Release.Status
    before = models.Release.objects.filter(env=env, status=status.EFFECTIVE)
    before = before.filter(api__in=[release.api_id for release in releases])
    before.update(status=status.NOT_EFFECTIVE)
    models.Release.objects.bulk_create(releases)
    for release in releases:
        audit.record_made(release)
    _forget(releases, env)
    # Rows made in bulk send no signal.
    _changed(models.Release)


def _forget(releases: list[models.Release], env: models.Environment) -> None:
    """Keep no more records of an API than there may be."""
    most = limits.limit("API_VERSION_NUM_LIMIT")
    rows = models.Release.objects.filter(
        env=env, api__in=[r.api_id for r in releases]
    ).order_by()
    full = rows.values("api").annotate(count=Count("pk")).filter(count__gt=most)
    for api_id in full.values_list("api", flat=True):
        records = models.Release.objects.filter(env=env, api=api_id)
        kept = list(records.values_list("pk", flat=True)[:most])
        records.exclude(pk__in=kept).delete()


@transaction.atomic
def take_many_offline(apis: Iterable[models.Api], env: models.Environment) -> Outcome:
    """Take each offline that is live there."""
    outcome = Outcome()
    for api in apis:
        live = effective(api, env)
        if live is not None:
            _retire(api, env)
            outcome.success.append(live)
        else:
            text = f"{api} is not published in {env}."
            outcome.failure.append((api, ValidationError(text, code="APIG.3015")))
    return outcome


def effective(api: models.Api, env: models.Environment) -> models.Release | None:
    """What callers get in an environment."""
    return api.releases.filter(env=env, status=models.Release.Status.EFFECTIVE).first()


def users_of(variable: models.Variable) -> list[models.Release]:
    """What is live and needs a variable's value."""
    live = models.Release.objects.filter(
        env=variable.env_id,
        api__group=variable.group_id,
        status=models.Release.Status.EFFECTIVE,
    )
    return [
        release
        for release in live.select_related("api", "env")
        if variable.variable_name in variables.used(release.definition)
    ]


@transaction.atomic
def take_offline_everywhere(api: models.Api) -> list[models.Environment]:
    """Stop serving an API anywhere; gives where it was served."""
    live = api.releases.filter(status=models.Release.Status.EFFECTIVE)
    rows = live.select_related("env").order_by("env__create_time")
    return [row.env for row in rows if take_offline(api, row.env)]


@transaction.atomic
def take_offline(api: models.Api, env: models.Environment) -> bool:
    """Stop serving an API in an environment; False when it was not served."""
    return _retire(api, env) > 0


def take_version_offline(release: models.Release) -> None:
    """ValidationError unless it is the effective one."""
    if release.status != models.Release.Status.EFFECTIVE:
        raise ValidationError(f"Version {release.version_no} is not effective.")
    take_offline(release.api, release.env)


@transaction.atomic
def switch_version(release: models.Release) -> None:
    """Make an older publication record the effective one.

    ValidationError when another API that is live there has the same route.
    """
    Live(release.env).admit(release)
    _retire(release.api, release.env)
    release.status = models.Release.Status.EFFECTIVE
    release.save(update_fields=["status"])


class Live:
    """What is live in an environment, read once for each group."""

    def __init__(self, env: models.Environment) -> None:
        self._env = env
        self._routes: dict[str, dict[str, tuple[Any, str]]] = {}
        self._values: dict[str, dict[str, str]] = {}

    def admit(self, release: models.Release) -> None:
        """Take a definition in; ValidationError says why it cannot be live."""
        self._check_variables(release)
        self._check_route(release)

    def _check_variables(self, release: models.Release) -> None:
        group = release.api.group_id
        if group not in self._values:
            rows = models.Variable.objects.filter(env=self._env, group=group)
            pairs = rows.values_list("variable_name", "variable_value")
            self._values[group] = dict(pairs)
        if lacking := variables.missing(release.definition, self._values[group]):
            names = ", ".join(f"#{name}#" for name in lacking)
            raise ValidationError(
                f"{names} has no value in {release.env}: add the environment variable "
                f"to the group {release.api.group} first.",
                code="APIG.3011",
            )

    def _check_route(self, release: models.Release) -> None:
        """What is live may clash although no two drafts do."""
        routes = self._routes_of(release.api.group_id)
        wanted = models.api.route(release.definition)
        for api_id, (route, name) in routes.items():
            if route == wanted and api_id != release.api_id:
                raise ValidationError(
                    f"{name} answers to the same method and path in {self._env}: take "
                    "it offline there, or publish its changed definition, first.",
                    code="APIG.3301",
                )
        routes[release.api_id] = (wanted, release.api.name)

    def _routes_of(self, group: str) -> dict[str, tuple[Any, str]]:
        if group not in self._routes:
            rows = models.Release.objects.filter(
                env=self._env,
                status=models.Release.Status.EFFECTIVE,
                api__group=group,
            ).values_list("api_id", "api__name", "definition")
            self._routes[group] = {
                id: (models.api.route(definition), name)
                for id, name, definition in rows
            }
        return self._routes[group]


def _retire(api: models.Api, env: models.Environment) -> int:
    effective = models.Release.Status.EFFECTIVE
    count = 0
    for live in api.releases.filter(env=env, status=effective):
        live.status = models.Release.Status.NOT_EFFECTIVE
        live.save(update_fields=["status"])
        count += 1
    return count


def _version_nos(
    apis: list[models.Api], env: models.Environment
) -> dict[str, set[str]]:
    """The version numbers that APIs have, by their ids."""
    taken: dict[str, set[str]] = defaultdict(set)
    rows = models.Release.objects.filter(env=env, api__in=[api.pk for api in apis])
    for api_id, number in rows.values_list("api_id", "version_no"):
        taken[api_id].add(number)
    return taken


def _version_no(taken: set[str]) -> str:
    """`YYYYMMDDHHMMSS` of now, later when that second is already taken."""
    moment = timezone.localtime()
    while (number := f"{moment:%Y%m%d%H%M%S}") in taken:
        moment += timedelta(seconds=1)
    return number


def _changed(sender: type[Model], **_: Any) -> None:
    """Ask for one recompilation when the transaction commits."""
    asked = {function for _, function, *_ in connection.run_on_commit}
    if compile_now not in asked:
        transaction.on_commit(compile_now)


@contextmanager
def _lock() -> Iterator[None]:
    """So that the last snapshot written has seen every earlier commit."""
    path = settings.SNAPSHOT_FILE.with_suffix(".lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
