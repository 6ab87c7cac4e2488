"""A console that takes records, on a database of its own: for the benchmark.

`python -m tests.bench.console PORT`, in the folder that is to hold it.
"""

import os
import sys
from pathlib import Path

DATA = Path("console-data")
KEY = DATA / "keys" / "records.key"


def main(port: int) -> None:
    os.environ["SALLYPORT_DATA_DIR"] = str(DATA.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "console.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from console.management.commands.serve import console_service

    command = console_service(("127.0.0.1", port)).command
    os.execv(command[0], list(command))


if __name__ == "__main__":
    main(int(sys.argv[1]))
