"""manage.py accesskey: a key for the official clients, made for a user."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from console.addresses import local, url
from console.management.database import DatabaseCommand
from console.models import AccessKey, Account


class Command(DatabaseCommand):
    help = "Create an access key of a user, and say what official clients need."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the name of the user it signs as")
        parser.add_argument(
            "--json", action="store_true", help="print it as one JSON object"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}.")
        key = AccessKey(account=Account.of(user), description="manage.py accesskey")
        try:
            key.save_valid()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        facts = {
            "access_key": key.access,
            "secret_key": key.secret,
            "project_id": settings.PROJECT_ID,
            "instance_id": settings.INSTANCE_ID,
            "endpoint": url("http", local(settings.CONSOLE_BIND)),
        }
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        for name, value in facts.items():
            self.stdout.write(f"{name}: {value}")
