"""Deploying: from the draft to what is live, by way of its dependencies.

Without requirements, or when they are installed already, that is one step. Otherwise
a process of its own (`manage.py build`) installs them; until it has succeeded the
previous deployment stays live.
"""

import os
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from console import dependencies
from console.dependencies import DependencyError
from console.models import Build, Function, Package, Version
from gateway.functions.package import Store
from gateway.functions.runtimes import RuntimeMissing

_LOG_SECONDS = 1.0
_START_SECONDS = 60
_DAY = 24 * 3600
# Of each function.
_KEPT_BUILDS = 10


def start(function: Function, user: Any = None, *, live: bool = True) -> Build:
    """Make the draft live (or only install what it needs); a Build tells how far it is.

    ValidationError when that cannot begin.
    """
    if running(function):
        raise ValidationError("A deployment of this function is running: wait for it.")
    build = Build(function=function, package=function.draft, user=user, live=live)
    try:
        name = dependencies.name(function.draft.files(), function.runtime)
    except (DependencyError, RuntimeMissing) as error:
        raise ValidationError(str(error)) from None
    if installed(name):
        finish(build, name)
        function.refresh_from_db()
    else:
        build.save_valid()
        transaction.on_commit(lambda: _spawn(build))
    return build


def running(function: Function) -> Build | None:
    """The deployment of a function that is under way."""
    for build in function.builds.filter(status=Build.Status.RUNNING):
        if not interrupted(build):
            return build
    return None


def installed(name: str) -> bool:
    return not name or Store(settings.PACKAGES_DIR).dependencies(name).exists()


def run(build: Build) -> None:
    """Install what a build needs, then go live with it."""
    build.pid = os.getpid()
    build.save(update_fields=["pid"])
    log = _Log(build)
    files, label = build.package.files(), build.function.runtime
    try:
        name = dependencies.name(files, label)
        target = Store(settings.PACKAGES_DIR).dependencies(name)
        dependencies.install(files, label, target, log.write)
    except (DependencyError, RuntimeMissing, OSError) as error:
        log.write(f"\nNot deployed: {error}\n")
        fail(build, log.text)
        return
    log.flush()
    finish(build, name)


@transaction.atomic
def finish(build: Build, name: str) -> None:
    """The package is ready: make it live, and clear away what nothing needs."""
    if build.live:
        # As it is now: somebody may have changed its configuration meanwhile.
        function = Function.objects.get(pk=build.function_id)
        function.deploy(build.package, name)
        build.function = function
    build.status, build.end_time = Build.Status.SUCCEEDED, timezone.now()
    build.save()
    transaction.on_commit(prune)


def fail(build: Build, log: str) -> None:
    build.status, build.end_time = Build.Status.FAILED, timezone.now()
    build.log = log
    build.save(update_fields=["status", "end_time", "log"])


def interrupted(build: Build) -> bool:
    """Whether a build's process is gone; it has failed then."""
    late = (timezone.now() - build.create_time).total_seconds() > _START_SECONDS
    if _alive(build.pid) if build.pid else not late:
        return False
    build.refresh_from_db()
    if build.status == Build.Status.RUNNING:
        fail(build, f"{build.log}\nNot deployed: it was interrupted. Deploy again.\n")
    return True


def prune() -> None:
    """Delete packages that nothing refers to, and what was unpacked of them."""
    for function in Function.objects.filter(builds__isnull=False).distinct():
        kept = function.builds.values_list("pk", flat=True)[:_KEPT_BUILDS]
        function.builds.exclude(pk__in=list(kept)).delete()
    used = {
        key
        for model, field in (
            (Function, "draft"),
            (Function, "deployed"),
            (Version, "package"),
            (Build, "package"),
        )
        for key in model._default_manager.values_list(field, flat=True)
    }
    Package.objects.exclude(pk__in=used - {None}).delete()
    store, yesterday = Store(settings.PACKAGES_DIR), time.time() - _DAY
    store.prune("code", used, yesterday)
    named = {
        name
        for model in (Function, Version)
        for name in model._default_manager.values_list("dependencies_hash", flat=True)
    }
    store.prune("dependencies", named, yesterday)


class _Log:
    """What the installer prints, kept in the build now and then."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._saved = 0.0
        self.text = ""

    def write(self, line: str) -> None:
        self.text += line
        if time.monotonic() - self._saved > _LOG_SECONDS:
            self.flush()

    def flush(self) -> None:
        self._saved = time.monotonic()
        self._build.log = self.text
        self._build.save(update_fields=["log"])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _spawn(build: Build) -> None:
    """A process that outlives this one."""
    subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "build", build.pk],
        cwd=settings.BASE_DIR,
        env={**os.environ, "SALLYPORT_DATA_DIR": str(settings.DATA_DIR)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
