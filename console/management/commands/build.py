"""manage.py build: install what one deployment needs. The console starts it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from console import builds
from console.models import Build


class Command(BaseCommand):
    help = "Install the dependencies of a deployment, then make it live."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("build", help="the id of a deployment that is under way")

    def handle(self, *args: Any, **options: Any) -> None:
        build = Build.objects.filter(
            pk=options["build"], status=Build.Status.RUNNING
        ).first()
        if build is None:
            raise CommandError(f"No deployment {options['build']} is under way.")
        builds.run(build)
