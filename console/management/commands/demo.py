"""manage.py demo: the documented example, made or completed."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from console import demo
from console.management.database import DatabaseCommand


class Command(DatabaseCommand):
    help = "Create the documented two-factor example; doing it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json",
            action="store_true",
            help="print how to call it as one JSON object",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            example = demo.create()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        facts = demo.describe(example)
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        self.stdout.write(
            f"Ready: {facts['method']} {facts['gateway_url']}{facts['path']} "
            f"(Host: {facts['host']}), key {facts['app_key']}.\n"
            f"Try it at {facts['console_url']}/debug/?api={example.api.pk}"
        )
