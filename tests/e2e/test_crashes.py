"""Processes killed in mid-request: what was saved stays, and calls work again."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count

import pytest
import requests
from playwright.sync_api import BrowserContext, Error

from tests.e2e.caller import Caller, refusal
from tests.e2e.person import Person
from tests.e2e.product import (
    Product,
    assert_gone,
    cpu_seconds,
    until,
    watch,
    workers,
)

NAME = "two_factor_authorization"
# Computes for as many seconds as the header `spin` says, then allows.
SPIN = """import json
import time


def handler(event, context):
    end = time.monotonic() + float(event["headers"].get("spin", "0"))
    while time.monotonic() < end:
        pass
    return {"statusCode": 200, "body": json.dumps({"status": "allow"})}
"""
# More CPU than a start takes: who has used it is inside the handler.
BUSY = 0.25
LONG, SHORT = "25", "4"
fresh = count()


@pytest.fixture(scope="module")
def slow(caller: Caller, session: BrowserContext) -> Caller:
    """Calls an API whose authorizer may take long."""
    person = Person(session.new_page())
    person.page.goto("/")
    person.open_function(NAME)
    person.write_code(SPIN)
    person.deploy()
    person.set_timeout(30)
    person.open_authorizer(NAME)
    person.page.get_by_text("Advanced", exact=True).click()
    person.fill("Timeout (ms)", "30000")
    person.press("OK")
    person.is_told("Saved")
    person.page.close()
    return caller


def call(caller: Caller, **headers: str) -> requests.Response:
    """A call whose verdict no cache holds."""
    return caller.call(query={"test": f"call {next(fresh)}"}, **headers)


def answers(caller: Caller) -> bool:
    """Whether a call gets 200; not while there is nobody to answer."""
    try:
        return call(caller).status_code == 200
    except requests.ConnectionError:
        return False


@contextmanager
def in_flight(
    product: Product, caller: Caller, seconds: str
) -> Iterator[tuple["Future[requests.Response]", int]]:
    """A call that is inside the function: its future answer, the function's worker."""
    with ThreadPoolExecutor(1) as pool:
        before = used(product.gateway())
        answer = pool.submit(call, caller, spin=seconds)
        yield answer, until(lambda: busy(product.gateway(), before))


def used(pid: int) -> dict[int, float]:
    """The CPU seconds of each function worker below a process."""
    return {worker: cpu_seconds(worker) for worker in workers(pid)}


def busy(pid: int, before: dict[int, float]) -> int | None:
    """The worker that computes since then."""
    spent = used(pid).items()
    return next((w for w, cpu in spent if cpu - before.get(w, 0) > BUSY), None)


def test_a_killed_function_fails_its_call_only(product: Product, slow: Caller) -> None:
    gateway = product.gateway()
    with in_flight(product, slow, LONG) as (answer, worker):
        os.kill(worker, signal.SIGKILL)
        assert refusal(answer.result()) == (500, "APIG.0601")
    assert call(slow).status_code == 200
    assert product.gateway() == gateway


def test_a_killed_gateway_is_restarted_and_serves(
    product: Product, slow: Caller
) -> None:
    gateway = product.gateway()
    with in_flight(product, slow, LONG) as (answer, worker):
        watched = watch([worker])
        os.kill(gateway, signal.SIGKILL)
        assert isinstance(answer.exception(), requests.ConnectionError)
        assert_gone(watched)
    until(lambda: answers(slow))
    assert product.gateway() != gateway


def test_a_gateway_serves_and_even_starts_while_the_console_hangs(
    product: Product, slow: Caller
) -> None:
    console = product.console()
    for pid in console:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert call(slow).status_code == 200
        os.kill(product.gateway(), signal.SIGKILL)
        until(lambda: answers(slow))
    finally:
        for pid in console:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("victim", [0, 1], ids=["main process", "worker"])
def test_what_was_saved_survives_a_killed_console(
    product: Product,
    slow: Caller,
    person: Person,
    session: BrowserContext,
    victim: int,
) -> None:
    other = Person(session.new_page())
    other.page.goto("/")
    worker = start_slow_debug_call(product, other)
    person.open_authorizer(NAME)
    person.validate_test_value("^nobody$")
    killed = product.console()
    watched = watch([*killed[victim:], worker])
    os.kill(killed[victim], signal.SIGKILL)
    assert_gone(watched)
    assert refusal(call(slow)) == (401, "APIG.0305")
    until(lambda: opens(person))
    person.open_authorizer(NAME)
    assert person.field("Validation").last.input_value() == "^nobody$"
    person.validate_test_value("")
    assert call(slow).status_code == 200
    other.page.close()


def start_slow_debug_call(product: Product, person: Person) -> int:
    """Leave a debug call in flight; gives the worker that runs its function."""
    person.open_debug(NAME)
    person.fill_debug(test=f"call {next(fresh)}")
    person.open_tab("Headers")
    row = {"Parameter Name": "spin", "Parameter Value": LONG}
    person.table("Request headers", [row])
    before = used(product.console()[0])
    button = person.page.get_by_role("button", name="Debug", exact=True)
    button.click(no_wait_after=True)
    return until(lambda: busy(product.console()[0], before))


def opens(person: Person) -> bool:
    """Whether the console shows a page; not while there is none."""
    with suppress(Error):
        response = person.page.goto("/")
        return response is not None and response.ok
    return False


def test_a_stop_lets_calls_in_flight_finish(product: Product, slow: Caller) -> None:
    with in_flight(product, slow, SHORT) as (answer, _):
        status, said = product.stop()
        assert answer.result().status_code == 200
    assert status == 0
    assert "Traceback" not in said
    product.serve()
    assert call(slow).status_code == 200
