"""manage.py conformance: what the official client finds on the running product."""

import importlib
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.addresses import local, url
from console.models import AccessKey, Account


class Command(BaseCommand):
    help = (
        "Call every operation with the official client and print how each went. The "
        "console has to be running; what is made there is removed again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", default="admin", help="who calls")
        parser.add_argument(
            "--totals", action="store_true", help="leave out what went as it should"
        )
        parser.add_argument(
            "--markdown", action="store_true", help="as tests/conformance/REPORT.md"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = importlib.import_module("tests.conformance.report")
        except ImportError as error:
            raise CommandError(
                f"{error}: run `manage.py test --version` first."
            ) from None
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}.")
        key = AccessKey(account=Account.of(user), description="manage.py conformance")
        key.save_valid()
        try:
            results = report.run(
                {
                    "access_key": key.access,
                    "secret_key": key.secret,
                    "project_id": settings.PROJECT_ID,
                    "instance_id": settings.INSTANCE_ID,
                    "endpoint": url("http", local(settings.CONSOLE_BIND)),
                    "gateway": url("http", local(settings.GATEWAY_BIND)),
                }
            )
        finally:
            key.delete()
        if options["markdown"]:
            self.stdout.write(report.markdown(results), ending="")
        else:
            self.stdout.write(report.table(results, short=options["totals"]))
        if report.failed(results):
            raise CommandError("Some operations do not answer as documented.")
