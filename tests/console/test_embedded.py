"""The gateway's core inside the console."""

import threading
from collections.abc import Iterator

import pytest

from console import compile
from console.compile import Compiler
from console.embedded import Embedded, embedded
from gateway.http import Headers, Request
from tests.console import world


@pytest.fixture
def own() -> Iterator[Embedded]:
    made = Embedded()
    yield made
    made.close()


def request(path: str, host: str, **headers: str) -> Request:
    named = [(b"host", host.encode())]
    named += [(k.encode(), v.encode()) for k, v in headers.items()]
    return Request("GET", path, "", Headers(named), scheme="https")


@pytest.mark.django_db(transaction=True)
def test_the_next_request_sees_what_was_just_published(own: Embedded) -> None:
    host = world.default_group().sl_domain
    assert own.serve(request("/orders", host)).status == 404
    world.published(req_uri="/orders", auth_type="NONE")
    answer = own.serve(request("/orders", host))
    assert (answer.status, answer.body) == (200, b"mock")


@pytest.mark.django_db
def test_a_debug_call_runs_on_the_snapshot_it_is_given(own: Embedded) -> None:
    row = world.api(auth_type="NONE")
    snapshot = Compiler().snapshot().with_draft(Compiler().draft(row))
    asked = request(row.req_uri, row.group.sl_domain)
    answer, trace = own.debug(asked, snapshot, policies=False)
    assert answer.status == 200
    assert [step.phase for step in trace][-1] == "backend"
    assert own.serve(request(row.req_uri, row.group.sl_domain)).status == 404


@pytest.mark.django_db
def test_a_function_is_called_from_any_thread(own: Embedded) -> None:
    function = compile.function(world.function())
    results: list[bool] = []

    def invoke() -> None:
        results.append(own.invoke(function, {}, "request").ok)

    threads = [threading.Thread(target=invoke) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 3


@pytest.mark.django_db
def test_closing_ends_its_thread() -> None:
    before = set(threading.enumerate())
    made = Embedded()
    assert made.invoke(compile.function(world.function()), {}, "request").ok
    made.close()
    assert set(threading.enumerate()) <= before


def test_a_process_has_one() -> None:
    assert embedded() is embedded()
