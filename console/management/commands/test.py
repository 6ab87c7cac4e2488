"""manage.py test: pytest, with the project's configuration and any of its options."""

import os
import shutil
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

_NO_CHROMIUM = (
    "The browser tests need Chromium, and there is none: `apt install chromium` "
    "brings it on Debian and Ubuntu."
)


class Command(BaseCommand):
    help = "Run the tests; every argument goes to pytest."

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand over to pytest, in a process that has not read any setting yet."""
        if shutil.which("chromium") is None:
            self.stderr.write(_NO_CHROMIUM)
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "pytest", *argv[2:]])

    def handle(self, *args: Any, **options: Any) -> None:
        self.run_from_argv(["manage.py", "test", *args])
