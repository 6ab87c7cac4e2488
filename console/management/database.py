"""Commands that need the console's database to be there."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError


class DatabaseCommand(BaseCommand):
    """Says what sets the database up, where it is missing or old."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            raise CommandError(
                f"The database cannot be used: {error}. "
                "`manage.py serve` sets it up, and so does `manage.py migrate`."
            ) from None
