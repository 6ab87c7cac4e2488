"""10,000 published APIs in a database: what it costs to make a configuration of them.

The work is done by a program of its own, on a database in a folder of its own:
`python -m tests.bench.compiling FOLDER [APIs]`. `manage.py bench compiling` runs it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.costs import MANY, ROUNDS, Cost

if TYPE_CHECKING:
    from console.demo import Example

ROOT = Path(__file__).resolve().parents[2]
MOST = 1_500.0


def costs(apis: int = MANY) -> Iterator[Cost]:
    """Run the program, and give what it found."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", __name__, folder, str(apis)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    for found in json.loads(done.stdout):
        yield Cost(*found)


def main(folder: str, apis: int) -> None:
    os.environ.pop("DATABASE_URL", None)
    os.environ["SALLYPORT_DATA_DIR"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "console.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from console import demo

    call_command("migrate", verbosity=0)
    multiply(demo.create(), apis)
    json.dump([tuple(cost) for cost in measured(apis)], sys.stdout)


def multiply(example: "Example", apis: int) -> None:
    """Publish the documented example under so many paths, past each one's checks."""
    from console.models import Api, Authorization, Release

    known = example.api
    first = known.releases.get()
    named = ("group", "response", "authorizer", "mock_info")
    shared = {name: getattr(known, name) for name in named}
    made = Api.objects.bulk_create(
        Api(name=f"api_{n}", req_uri=f"/n/{n}", **shared) for n in range(1, apis)
    )
    Release.objects.bulk_create(
        Release(
            api=api,
            env=first.env,
            version_no=first.version_no,
            publish_time=first.publish_time,
            definition=first.definition | {"name": api.name, "req_uri": api.req_uri},
        )
        for api in made
    )
    Authorization.objects.bulk_create(
        Authorization(app=example.credential, api=api, env=first.env) for api in made
    )


def measured(apis: int) -> Iterator[Cost]:
    from django.conf import settings

    from console.compile import Compiler
    from gateway.source import write

    snapshot = Compiler().snapshot()
    assert len(snapshot.apis) == apis
    compiled = least(lambda: Compiler().snapshot())
    files = settings.SNAPSHOT_FILE, settings.SNAPSHOT_KEY_FILE
    written = least(lambda: write(snapshot, *files))
    yield Cost(f"compiling {apis:,} published APIs", compiled, "ms", MOST)
    yield Cost("writing them down", written, "ms")


def least(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest of some rounds."""
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    return min(found)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else MANY)
