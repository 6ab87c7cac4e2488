"""Cached verdicts of several gateway processes, on either server."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.caller import Caller
from tests.e2e.product import PASSWORD, WAIT, Product, children, command, until

# Each child allows its first call, and denies all that follow.
FIRST_ONLY = """import json

calls = 0


def handler(event, context):
    global calls
    calls += 1
    status = "allow" if calls == 1 else "deny"
    return {"statusCode": 200, "body": json.dumps({"status": status})}
"""
# In one transaction: the configuration is compiled once.
PREPARE = f"""
from django.core.management import call_command
from django.db import transaction
from console.models import Authorizer
with transaction.atomic():
    call_command("demo", "--json")
    guard = Authorizer.objects.get()
    guard.ttl = 3600
    guard.save()
    guard.function.write({{"index.py": {FIRST_ONLY!r}.encode()}})
    guard.function.save()
    guard.function.deploy(guard.function.draft)
"""
CACHE = "/policies/authorizers/cache/"


class Browser:
    """Somebody signed in, without a window."""

    def __init__(self, url: str) -> None:
        self._url, self._session = url, requests.Session()
        self._session.trust_env = False
        self.get("/login/")
        self.post("/login/", username="admin", password=PASSWORD, next=CACHE)

    def get(self, path: str) -> str:
        page = self._session.get(self._url + path, timeout=WAIT)
        assert page.status_code == 200, page.text
        return page.text

    def post(self, path: str, **fields: str) -> str:
        fields["csrfmiddlewaretoken"] = self._session.cookies["sallyport_csrf"]
        page = self._session.post(self._url + path, fields, timeout=WAIT)
        assert page.status_code == 200, page.text
        return page.text


@pytest.fixture(params=["uvicorn", "granian"])
def served(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Product, Caller, Browser]]:
    product = Product(tmp_path / "var")
    product.environment |= {
        "SALLYPORT_GATEWAY_SERVER": request.param,
        "SALLYPORT_GATEWAY_WORKERS": "2",
    }
    product.serve()
    said = product.manage("shell", "--no-imports", "-c", PREPARE)
    caller = Caller.of(product, json.loads(said))
    yield product, caller, Browser(product.console_url)
    status, said = product.stop()
    assert (status, "Traceback" in said) == (0, False)


def metrics(product: Product) -> dict[str, float]:
    """What the console tells Prometheus, of what has no labels."""
    token = (product.data / "keys" / "metrics.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    page = requests.get(f"{product.console_url}/metrics", headers=headers, timeout=WAIT)
    families = text_string_to_metric_families(page.text)
    every = [sample for family in families for sample in family.samples]
    return {sample.name: sample.value for sample in every if not sample.labels}


def test_a_flush_takes_effect_in_every_process_at_once(
    served: tuple[Product, Caller, Browser],
) -> None:
    product, caller, browser = served

    def all_remember() -> bool:
        assert caller.call().status_code == 200
        return "gateway (2 of 2)" in browser.get(CACHE)

    until(all_remember)
    told = metrics(product)
    assert told["sallyport_console_gateways"] == 2
    assert told["sallyport_console_gateways_acknowledged"] == 2
    assert "Flushed 2." in browser.post(f"{CACHE}flush/")
    # Connections are shared out among the processes: some reach either.
    assert {caller.call().status_code for _ in range(12)} == {401}

    gateways = [p for p in children(product.pid) if "-m gateway" in command(p)]
    os.kill(gateways[0], signal.SIGSTOP)
    until(lambda: "1 of 2 gateway processes does not answer" in browser.get(CACHE))
    os.kill(gateways[0], signal.SIGKILL)
    until(lambda: "does not answer" not in browser.get(CACHE))
