"""Two consoles on one SQLite database, asked for the same names at once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COUNT = 8
# Says that it is ready, waits for a line, and creates groups in order.
CREATOR = f"""
import sys
from django.contrib.auth.models import User
from rest_framework.test import APIClient
from tests.console.rest.conftest import GATEWAY

client = APIClient(raise_request_exception=False)
client.force_authenticate(User.objects.get(username="admin"))
print("ready", flush=True)
sys.stdin.readline()
for number in range({COUNT}):
    name = f"group{{number}}"
    body = {{"name": name}}
    reply = client.post(f"{{GATEWAY}}/api-groups", body, format="json")
    print(reply.status_code, reply.json().get("error_code"), flush=True)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A console's, with a database that is set up."""
    known = dict(os.environ) | {
        "SALLYPORT_DATA_DIR": str(tmp_path),
        "SALLYPORT_ADMIN_PASSWORD": "two doors in a row 7",
        "SALLYPORT_SETUP": "1",
        "SALLYPORT_ALLOWED_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "PYTHONPATH": str(ROOT),
    }
    known.pop("DATABASE_URL", None)
    setup = "from console.setup import ensure_admin; ensure_admin()"
    for words in (["migrate", "-v0"], ["shell", "-v0", "-c", setup]):
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        subprocess.run(command, env=known, check=True, timeout=120)
    return known


@pytest.fixture
def consoles(environment: dict[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", CREATOR]
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
        for _ in range(2)
    ]
    yield running
    for process in running:
        process.kill()
        process.communicate()


def test_of_two_that_create_a_name_one_is_told_that_it_is_taken(
    consoles: list[subprocess.Popen[str]],
) -> None:
    for process in consoles:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in consoles:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=120)[0].splitlines() for process in consoles]
    won, lost = "201 None", "400 APIG.3201"
    assert [sorted(pair) for pair in zip(*told, strict=True)] == [[won, lost]] * COUNT
