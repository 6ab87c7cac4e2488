"""Deployments: at once, or after installing; the previous one stays until then."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from console import builds, compile, models
from gateway.functions.package import Store
from tests.console import world
from tests.console.test_dependencies import wheel

pytestmark = pytest.mark.django_db
USES = b"import greeter\ndef handler(event, context): return greeter.VERSION\n"


@pytest.fixture
def wheels(tmp_path: Path, settings: Settings) -> Path:
    settings.WHEELHOUSE = tmp_path / "wheels"
    settings.PACKAGES_DIR = tmp_path / "packages"
    wheel(settings.WHEELHOUSE)
    return tmp_path / "wheels"


def asking(row: models.Function, text: str) -> models.Function:
    row.write({"index.py": USES, "requirements.txt": text.encode()})
    row.save_valid()
    return row


def test_code_that_asks_for_nothing_is_live_at_once() -> None:
    row = world.function()
    world.write(row, "x = 1")
    row.save_valid()
    build = builds.start(row)
    assert build.status == models.Build.Status.SUCCEEDED
    assert not row.dirty and world.code(row.deployed) == "x = 1"


def test_what_is_asked_for_is_installed_and_then_live(wheels: Path) -> None:
    row = asking(world.function(runtime="Python3.11"), "greeter==1.0")
    before = row.deployed_id
    build = builds.start(row)
    row.refresh_from_db()
    assert (build.status, row.deployed_id) == ("running", before)
    builds.run(build)
    row.refresh_from_db()
    assert build.status == "succeeded" and not row.dirty
    assert "Successfully installed greeter-1.0" in build.log
    assert builds.installed(row.dependencies_hash)
    again = builds.start(row)
    assert again.status == "succeeded", "it is installed already"


def test_a_failure_leaves_the_previous_deployment_live(wheels: Path) -> None:
    row = asking(world.function(runtime="Python3.11"), "greeter==2.0")
    before = row.deployed_id
    build = builds.start(row)
    builds.run(build)
    row.refresh_from_db()
    assert (build.status, row.deployed_id) == ("failed", before)
    assert "No matching distribution" in build.log
    assert "Not deployed: pip could not install them" in build.log


def test_what_is_deployed_is_what_was_asked_for_not_what_came_later(
    wheels: Path,
) -> None:
    row = asking(world.function(runtime="Python3.11"), "greeter")
    build = builds.start(row)
    wanted = row.draft_id
    world.write(row, "later = 1")
    row.save_valid()
    builds.run(build)
    row.refresh_from_db()
    assert row.deployed_id == wanted and row.dirty


def test_installing_alone_deploys_nothing(wheels: Path) -> None:
    row = asking(world.function(runtime="Python3.11"), "greeter")
    before = row.deployed_id
    build = builds.start(row, live=False)
    builds.run(build)
    row.refresh_from_db()
    assert (build.status, row.deployed_id) == ("succeeded", before)
    assert builds.installed(compile.function(row, draft=True).dependencies_hash)


def test_one_deployment_at_a_time(wheels: Path) -> None:
    row = asking(world.function(runtime="Python3.11"), "greeter")
    builds.start(row)
    with pytest.raises(ValidationError, match="is running: wait"):
        builds.start(row)


def test_a_wrong_requirement_is_refused_before_it_begins() -> None:
    row = asking(world.function(), "-r /etc/passwd")
    with pytest.raises(ValidationError, match="line 1"):
        builds.start(row)
    assert not row.builds.exists()


def test_a_deployment_whose_process_is_gone_has_failed() -> None:
    row = world.function()
    gone = models.Build.objects.create(
        function=row, package=row.draft, pid=2**22 - 1, log="Collecting\n"
    )
    assert builds.running(row) is None
    gone.refresh_from_db()
    assert gone.status == "failed" and "it was interrupted" in gone.log
    alive = models.Build.objects.create(
        function=row, package=row.draft, pid=os.getpid()
    )
    assert builds.running(row) == alive


def test_one_that_never_started_has_failed_after_a_minute() -> None:
    row = world.function()
    made = models.Build.objects.create(function=row, package=row.draft)
    assert builds.running(row) == made
    late = timezone.now() - timedelta(minutes=2)
    models.Build.objects.filter(pk=made.pk).update(create_time=late)
    assert builds.running(row) is None


def test_the_command_is_for_deployments_under_way() -> None:
    with pytest.raises(CommandError, match="No deployment nothing is under way"):
        call_command("build", "nothing")


@pytest.mark.django_db(transaction=True)
def test_a_process_of_its_own_does_it(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    wheels: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[str] = []
    monkeypatch.setattr(builds, "_spawn", lambda build: started.append(build.pk))
    row = asking(world.function(runtime="Python3.11"), "greeter")
    build = builds.start(row)
    assert started == [build.pk]
    call_command("build", build.pk)
    build.refresh_from_db()
    assert build.status == "succeeded"
    draft = compile.function(models.Function.objects.get(pk=row.pk))
    packages = Store(wheels.parent / "packages")
    assert packages.dependencies(draft.dependencies_hash).exists()


def test_packages_that_nothing_needs_are_removed() -> None:
    row = world.function()
    first = row.draft_id
    for text in ("a = 1", "a = 2", "a = 3"):
        world.write(row, text)
        row.save_valid()
    builds.prune()
    kept = set(models.Package.objects.values_list("pk", flat=True))
    assert kept == {first, row.draft_id}
