"""Measurements that need a database: programs of their own, in a folder of their own.

Such a program is run as `python -m tests.bench.<name> FOLDER [rows]`, and prints the
costs it found.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.costs import Cost

ROOT = Path(__file__).resolve().parents[2]


def costs(module: str, count: int) -> Iterator[Cost]:
    """Run a program, and give what it found."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", module, folder, str(count)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    for found in json.loads(done.stdout):
        yield Cost(*found)


def main(measured: Callable[[int], Iterator[Cost]], count: int) -> None:
    """What such a program does; `measured` fills the database with `count` rows."""
    folder, *wanted = sys.argv[1:]
    os.environ.pop("DATABASE_URL", None)
    os.environ["SALLYPORT_DATA_DIR"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "console.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    found = measured(int(wanted[0]) if wanted else count)
    json.dump([tuple(cost) for cost in found], sys.stdout)
