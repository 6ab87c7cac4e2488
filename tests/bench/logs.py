"""A million access records: what pages of them, their export and their end cost.

A program of its own, so that nobody's database is filled: it makes one in a folder
of its own, and prints what it found as JSON. `manage.py bench logs` runs it.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.costs import Cost

ROOT = Path(__file__).resolve().parents[2]
RECORDS, BATCH, ROUNDS = 1_000_000, 2000, 3
DAYS, APIS, APPS = 7, 50, 20
# Milliseconds that a page may take, and a write wait while old records go.
PAGE, WAIT = 300.0, 1000.0
ENDS = ("", "", "", "", "", "", "", "", "", "APIG.0303", "APIG.0308")


def costs(records: int = RECORDS) -> Iterator[Cost]:
    """Run the program in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"SALLYPORT_DATA_DIR": folder, "DATABASE_URL": ""}
        environment["SALLYPORT_LOG_ROWS"] = str(2 * records)
        del environment["DATABASE_URL"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.logs", str(records)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
        )
    for found in json.loads(done.stdout):
        yield Cost(*found)


def call(number: int, of: int, ids: list[str], apps: list[str]) -> dict[str, Any]:
    """One record, `of` of which fill the last days evenly."""
    from gateway.access import FIELDS

    chance = random.Random(number)
    code = chance.choice(ENDS)
    api = chance.randrange(APIS)
    values = dict.fromkeys(FIELDS, "")
    return values | {
        "time": time.time() - DAYS * 86400 * (1 - (number + 1) / of),
        "request_id": f"{chance.getrandbits(128):032x}",
        "remote_addr": f"192.0.2.{number % 250}",
        "request_method": "GET",
        "scheme": "https",
        "host": "b3a9.apig.localhost",
        "router_uri": f"/orders/{number}",
        "status": {"": 200, "APIG.0303": 401, "APIG.0308": 429}[code],
        "request_time": chance.lognormvariate(-5, 1),
        "bytes_sent": 1200,
        "request_length": 300,
        "http_user_agent": "curl/8.5.0 (a client that says more about itself)",
        "env_name": "RELEASE",
        "group_id": ids[0],
        "api_id": ids[api],
        "api_name": f"api{api}",
        "app_id": apps[(api + chance.randrange(2)) % APPS],
        "app_name": "client",
        "auth_type": "APP",
        "authorizer_time": 0.0,
        "upstream_uri": f"http://192.0.2.10:8080/orders/{number}",
        "upstream_status": None if code else 200,
        "upstream_response_time": None if code else 0.004,
        "apig_err_code": code,
        "phase": "app signature" if code else "",
    }
