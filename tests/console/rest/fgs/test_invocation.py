"""Calling functions through the management API."""

import base64
import json

import pytest

from console import models
from tests.console.rest.conftest import Api, refused
from tests.console.rest.fgs.conftest import Make, encoded

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_call_gives_result_log_and_figures(api: Api, make: Make) -> None:
    code = "def handler(event, context):\n    print('seen')\n    return event\n"
    urn = make(func_code={"file": encoded(code)})["func_urn"]
    reply = api("POST", f"fgs/functions/{urn}/invocations", {"a": 1})
    body = reply.json()
    assert json.loads(body["result"]) == {"a": 1}
    assert (body["status"], "seen" in body["log"]) == (200, True)
    assert reply.headers["X-Cff-Request-Id"] == body["request_id"]
    assert "billingDuration" in reply.headers["X-Cff-Invoke-Summary"]
    assert b"seen" in base64.b64decode(reply.headers["X-Cff-Function-Log"])
    kept = models.Invocation.objects.get(request_id=body["request_id"])
    assert kept.ok


def test_the_bare_form_is_the_result_alone(api: Api, make: Make) -> None:
    urn = make()["func_urn"]
    path = f"fgs/functions/{urn}/invocations"
    reply = api("POST", path, {"a": 1}, **{"X-Cff-Request-Version": "v0"})
    assert reply.json() == {"got": {"a": 1}, "v": 1}
    assert reply.headers["X-Is-Func-Err"] == "false"


def test_no_result_is_null(api: Api, make: Make) -> None:
    code = "def handler(event, context):\n    pass\n"
    urn = make(func_code={"file": encoded(code)})["func_urn"]
    path = f"fgs/functions/{urn}/invocations"
    reply = api("POST", path, {}, **{"X-Cff-Request-Version": "v0"})
    assert (reply.content, reply["Content-Type"]) == (b"null", "application/json")


def test_an_exception_is_told(api: Api, make: Make) -> None:
    code = "def handler(event, context):\n    raise KeyError('k')\n"
    urn = make(func_code={"file": encoded(code)})["func_urn"]
    reply = api("POST", f"fgs/functions/{urn}/invocations", {})
    assert json.loads(reply.json()["result"])["errorType"] == "KeyError"
    assert reply.headers["X-Is-Func-Err"] == "true"


def test_an_alias_calls_its_version(api: Api, make: Make) -> None:
    path = f"fgs/functions/{make()['func_urn']}"
    api("POST", f"{path}/versions", {"version": "v1"})
    api("POST", f"{path}/aliases", {"name": "prod", "version": "v1"})
    changed = {"code_type": "inline", "func_code": {"file": encoded("handler = 1\n")}}
    api("PUT", f"{path}/code", changed)
    by_alias = path.removesuffix("latest") + "!prod/invocations"
    assert json.loads(api("POST", by_alias, {}).json()["result"])["v"] == 1


def test_nobody_waits_for_an_asynchronous_call(
    api: Api, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Thread

    from console.rest.fgs import invocation

    started: list[Thread] = []

    class Noted(Thread):
        def start(self) -> None:
            started.append(self)
            super().start()

    monkeypatch.setattr(invocation.threading, "Thread", Noted)
    urn = make()["func_urn"]
    reply = api("POST", f"fgs/functions/{urn}/invocations-async", {"a": 1})
    assert reply.status_code == 202
    started[0].join()
    request_id = reply.json()["request_id"]
    assert models.Invocation.objects.get(request_id=request_id).ok


def test_a_function_that_is_not_there_cannot_be_called(api: Api) -> None:
    path = "fgs/functions/urn:fss:local:x:function:default:none/invocations"
    assert refused(api("POST", path, {})) == (404, "FSS.1051")
