"""10,000 published APIs in a database: what it costs to make a configuration of them.

`manage.py bench compiling` runs it (`tests.bench.apart`).
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tests.bench import apart
from tests.bench.costs import MANY, ROUNDS, Cost

if TYPE_CHECKING:
    from console.demo import Example

MOST = 1_500.0


def costs(apis: int = MANY) -> Iterator[Cost]:
    return apart.costs(__name__, apis)


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

    from console import demo
    from console.compile import Compiler
    from gateway.source import write

    multiply(demo.create(), apis)
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
    apart.main(measured, MANY)
