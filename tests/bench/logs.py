"""A million access records: what their pages, their export and their end cost.

`manage.py bench logs` runs it (`tests.bench.apart`).
"""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.bench import apart
from tests.bench.costs import Cost

if TYPE_CHECKING:
    from django.db.models import Model

RECORDS, PIECE, ROUNDS, DAYS = 1_000_000, 50_000, 5, 6
APIS = [f"{number:032x}" for number in range(100, 150)]
APPS = [f"{number:032x}" for number in range(500, 520)]
# Most calls pass; so many in ten are refused with these.
CODES = {"": 200, "APIG.0303": 401, "APIG.0308": 429}
# Milliseconds that a page, an hour's monitoring, and a write may take.
PAGE, WRITE = 300.0, 500.0


def costs(records: int = RECORDS) -> Iterator[Cost]:
    return apart.costs(__name__, records)


def call(number: int, count: int) -> dict[str, Any]:
    """One of the records that fill the last days evenly."""
    from gateway.access import FIELDS

    chance = random.Random(number)
    code = chance.choices(list(CODES), (8, 1, 1))[0]
    api = chance.randrange(len(APIS))
    return dict.fromkeys(FIELDS, "") | {
        "time": time.time() - DAYS * 86400 * (1 - (number + 1) / count),
        "request_id": f"{chance.getrandbits(128):032x}",
        "remote_addr": f"192.0.2.{number % 250}",
        "request_method": "GET",
        "scheme": "https",
        "host": "b3a9.apig.localhost",
        "router_uri": f"/orders/{number}",
        "status": CODES[code],
        "request_time": chance.lognormvariate(-5, 1),
        "bytes_sent": 1200,
        "body_bytes_sent": 1000,
        "request_length": 300,
        "http_user_agent": "curl/8.5.0 (a client that says more about itself)",
        "env_name": "RELEASE",
        "group_id": APIS[0],
        "api_id": APIS[api],
        "api_name": f"api{api}",
        "app_id": APPS[(api + chance.randrange(2)) % len(APPS)],
        "app_name": "client",
        "auth_type": "APP",
        "authorizer_time": 0.0,
        "upstream_uri": f"http://192.0.2.10:8080/orders/{number}",
        "upstream_status": None if code else 200,
        "upstream_response_time": None if code else 0.004,
        "apig_err_code": code,
        "phase": "app signature" if code else "",
    }


def fill(count: int) -> None:
    """Put records in, past the ORM, which is made for fewer; and sums of them."""
    from console.models import AccessLog, Minute

    for start in range(0, count, PIECE):
        numbers = range(start, min(start + PIECE, count))
        calls = [call(number, count) for number in numbers]
        for one in calls:
            one["time"] = str(datetime.fromtimestamp(one["time"], UTC))[:26]
        insert(AccessLog, [one | {"debug": False} for one in calls])
    insert(Minute, list(sums()))


def sums() -> Iterator[dict[str, Any]]:
    """A row of each API and code for every time that monitoring keeps."""
    from console.metrics import HIGHEST, KEPT_DAYS, SUMMED

    histogram = json.dumps({str(number): 3 for number in range(15, 25)})
    for seconds, days in KEPT_DAYS.items():
        now = time.time() // seconds * seconds
        for step in range(int(min(days, 30) * 86400 / seconds)):
            at = str(datetime.fromtimestamp(now - step * seconds, UTC))[:19]
            for number, api in enumerate(APIS):
                for code in CODES:
                    about = {"api_id": api, "app_id": APPS[number % len(APPS)]}
                    about |= {"group_id": APIS[0], "apig_err_code": code, "phase": ""}
                    figures = dict.fromkeys((*SUMMED, *HIGHEST), 30)
                    when = {"minute": at, "seconds": seconds, "histogram": histogram}
                    yield about | figures | when


def insert(model: "type[Model]", rows: list[dict[str, Any]]) -> None:
    from django.db import connection, transaction

    names, marks = ", ".join(rows[0]), ", ".join(["%s"] * len(rows[0]))
    sql = f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, [list(row.values()) for row in rows])


def measured(count: int) -> Iterator[Cost]:
    from django.contrib.auth.models import User
    from django.test import Client

    fill(count)
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create_superuser("admin"))
    for name, url in pages(count):
        yield Cost(f"{count:,} records: {name}", fastest(client, url), "ms", PAGE)
    yield delivered(count)
    yield from exported(client, count)
    yield from forgotten(count)


def pages(count: int) -> Iterator[tuple[str, str]]:
    from console.models import AccessLog

    api, app = APIS[3], APPS[3]
    deep, newest = AccessLog.objects.order_by("pk")[count // 2], AccessLog.objects.all()
    for name, query in {
        "the first page": "",
        "a page in the middle": f"before={deep.cursor}",
        "the page before it": f"after={deep.cursor}",
        "of a request ID": f"q={deep.request_id}",
        "of an API": f"api_id={api}",
        "of a credential": f"app_id={app}",
        "of a status": "status=401",
        "of a family of statuses": "status=4xx",
        "of an error code": "apig_err_code=APIG.0308",
        "with any error": "apig_err_code=*",
        "of the debug page": "debug=1",
        "of the last 15 minutes": "range=15m",
        "of two hours": "from=2020-01-01T00:00&to=2020-01-01T02:00",
        "of all at once": f"api_id={api}&app_id={app}&status=4xx&range=1d&"
        "apig_err_code=APIG.0303&debug=0",
        "of an unknown request ID": f"q={'0' * 32}",
        "of a status that none has": "status=5xx",
        "of a code that none has": "apig_err_code=APIG.0999",
        "of an API that such a credential never called": f"api_id={api}&app_id="
        f"{APPS[15]}",
        "of an API, with a status that none has": f"api_id={api}&status=5xx",
        "with any error and a status that none has": "status=503&apig_err_code=*",
    }.items():
        yield f"log {name}", f"/logs/?{query}"
    cursor = newest[5].cursor
    yield "live tail", f"/logs/tail/?after={cursor}"
    yield "live tail, nothing matches", f"/logs/tail/?status=5xx&after={cursor}"
    yield "explain", f"/explain/?request_id={deep.request_id}"
    for span in ("1h", "6h", "1d", "7d", "30d"):
        yield f"monitoring, {span}", f"/monitoring/?range={span}"
    yield "monitoring of an API, 30d", f"/monitoring/?range=30d&api_id={api}"


def fastest(client: Any, url: str) -> float:
    """The milliseconds of a page, at best: others use this machine too."""
    return min(timed(lambda: client.get(url).content) for _ in range(ROUNDS))


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def delivered(count: int) -> Cost:
    """What a full batch of fresh calls costs."""
    from console import records
    from gateway.access import FIELDS
    from gateway.delivery import MAX_CALLS

    def deliver(number: int) -> None:
        fresh = [call(number * MAX_CALLS + n, count) for n in range(MAX_CALLS)]
        calls = [list((one | {"time": time.time()}).values()) for one in fresh]
        batch: dict[str, Any] = {"fields": FIELDS, "calls": calls}
        batch |= {"kept": [], "invocations": []}
        batch |= {"sender": "bench", "number": number, "dropped": 0}
        spent.append(timed(lambda: records.receive(batch)))

    spent: list[float] = []
    for number in range(1, ROUNDS + 1):
        deliver(number)
    return Cost(f"a batch of {MAX_CALLS:,} calls taken", min(spent), "ms")


def exported(client: Any, count: int) -> Iterator[Cost]:
    """How long the first line takes, and how many come a second."""
    for kind in ("csv", "ndjson"):
        begun = time.perf_counter()
        lines = iter(client.get(f"/logs/export/?format={kind}"))
        next(lines)
        first = (time.perf_counter() - begun) * 1000
        rest = sum(1 for _ in lines)
        rate = rest / (time.perf_counter() - begun)
        yield Cost(f"{kind} export: the first line", first, "ms", PAGE)
        yield Cost(f"{kind} export: lines", rate, "a second")


def forgotten(count: int) -> Iterator[Cost]:
    """How long others wait to write while a tenth of the records goes."""
    from django.conf import settings

    from console import records

    settings.LOG_ROWS = count * 9 // 10
    over, waits = threading.Event(), list[float]()
    writer = threading.Thread(target=write, args=(over, waits))
    writer.start()
    begun = time.perf_counter()
    while not records.forget():
        continue
    seconds = time.perf_counter() - begun
    over.set()
    writer.join()
    yield Cost("records forgotten", count / 10 / seconds, "a second")
    yield Cost("the longest wait of a write meanwhile", max(waits), "ms", WRITE)


def write(over: threading.Event, waits: list[float]) -> None:
    from django.db import connection

    from console.models import Delivery

    while not over.wait(0.01):
        waits.append(timed(lambda: Delivery.objects.create(sender=f"{len(waits)}")))
    connection.close()


if __name__ == "__main__":
    apart.main(measured, RECORDS)
