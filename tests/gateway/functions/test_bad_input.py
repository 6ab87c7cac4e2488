"""Functions that do everything wrong: each has its error, and the pool lives on."""

import asyncio
import json
import os
import random
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gateway.functions import launch
from gateway.functions.pool import Invocation, Pool
from gateway.snapshot import Function
from tests.gateway.world import HOST, World, guard, replying
from tests.packages import STORE, put

SEED = 20_261_124


class Bad(NamedTuple):
    """A handler's body or a whole file, the error type, part of the message."""

    code: str
    kind: str
    message: str
    whole: bool = False


FORGE = """
    import struct
    for number in range(3, 256):
        try:
            os.write(number, struct.pack('!I', 60) + b'0' * 60)
        except OSError:
            pass
    time.sleep(30)"""
CASES = {
    "syntax error": Bad("def (", "SyntaxError", "initialization", True),
    "import error": Bad("import nowhere", "ModuleNotFoundError", "nowhere", True),
    "raises on import": Bad("1 / 0", "ZeroDivisionError", "division", True),
    "no handler": Bad("x = 1", "HandlerNotFound", "no function 'handler'", True),
    "handler is no function": Bad("handler = 3", "HandlerNotFound", "no func", True),
    "recursion": Bad("return handler(event, context)", "RecursionError", "recursion"),
    "50 MB reply": Bad("return 'x' * 52_428_800", "ValueError", "52428800 bytes"),
    "bytes": Bad("return b'x'", "TypeError", "not JSON serializable"),
    "not a number": Bad("return float('nan')", "ValueError", "not JSON compliant"),
    "a coroutine": Bad("return other()", "TypeError", "asynchronous"),
    "sys.exit": Bad("sys.exit(3)", "SystemExit", "error: 3"),
    "os._exit": Bad("os._exit(4)", "crash", "ended with status 4"),
    "os.abort": Bad("os.abort()", "crash", "killed by SIGABRT"),
    "a bad pointer": Bad("ctypes.string_at(0)", "crash", "killed by SIGSEGV"),
    "kills itself": Bad("os.kill(os.getpid(), 9)", "crash", "killed by SIGKILL"),
    "endless loop": Bad("while True: pass", "timeout", "timed out after"),
    "endless in C": Bad("re.match('(a+)+$', 'a' * 60 + 'b')", "timeout", "timed out"),
    "a strange exception": Bad("raise Strange()", "Strange", "raised SystemExit"),
    "no class name": Bad("raise Nameless('x')", "Nameless", "error: x"),
    "a 20 MB message": Bad("raise ValueError('x' * 20_000_000)", "ValueError", "20000"),
    "closed stdout, then raised": Bad(
        "sys.stdout.close(); os.closerange(1, 3); 1 / 0",
        "ZeroDivisionError",
        "division",
    ),
    "a class": Bad("return Strange", "TypeError", "not JSON serializable"),
    "a deep reply": Bad("return deep()", "RecursionError", "recursion"),
    "no memory": Bad("return len('x' * (1 << 30))", "MemoryError", "MemoryError"),
    "forged reply": Bad(FORGE, "crash", "the one it was given"),
    "closed socket": Bad("os.closerange(3, 256); time.sleep(30)", "crash", "killed"),
}
ENDLESS = {name for name, bad in CASES.items() if bad.kind == "timeout"}
HARMLESS = {
    "threads left behind": "threading.Thread(target=time.sleep, args=(60,),"
    " daemon=True).start(); return 1",
    "closed stdout": "sys.stdout.close(); print('x'); return 1",
    "closed stdout's file": "sys.stdout.buffer.close(); print('x'); return 1",
    "closed descriptor 1": "os.closerange(1, 3); print('x'); return 1",
    "no stdout": "sys.stdout = None; print('x'); return 1",
    "a deep value": "return [[[[[[1]]]]]]",
    "changed encoder": "json.dumps = None; json.loads = None; return 1",
    "changed reading": "os.read = os.write = None; return 1",
    "changed time": "time.monotonic = lambda: 0; return 1",
}
PREAMBLE = """import ctypes, json, os, re, sys, threading, time
class Strange(BaseException):
    def __str__(self): raise SystemExit("no text")
class Unnamed(type):
    __name__ = property(lambda self: 1 / 0)
class Nameless(Exception, metaclass=Unnamed): pass
def deep():
    value = []
    for _ in range(200_000): value = [value]
    return value
async def other(): pass
def handler(event, context):
    """


def source(case: str) -> str:
    if case in HARMLESS:
        return PREAMBLE + HARMLESS[case]
    bad = CASES[case]
    return bad.code if bad.whole else PREAMBLE + bad.code


def made(case: str, **fields: Any) -> Function:
    name = case.replace(" ", "-")
    return Function(
        f"urn:{name}", name, "Python3.11", "index.handler", put(source(case)), **fields
    )


def check(case: str, outcome: Invocation) -> None:
    """The documented error document, and a log that is whole."""
    if case in HARMLESS:
        assert outcome.ok, (case, outcome)
        return
    bad = CASES[case]
    document = json.loads(outcome.result)
    assert not outcome.ok
    assert (document["errorType"], outcome.error_type) == (bad.kind, bad.kind), case
    assert bad.message in document["errorMessage"], (case, document)
    assert set(document) == {"errorMessage", "errorType", "stackTrace"}
    assert outcome.log.startswith("20") and "Finish invoke request" in outcome.log


def children() -> set[str]:
    """Processes of this one, also those that have ended and are not reaped."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {pid for task in tasks for pid in task.read_text().split()}


@pytest.mark.parametrize("level", launch.levels())
def test_each_has_its_documented_error(level: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        pool = Pool(STORE, jail=level, scratch=tmp_path, max_children=4)
        try:
            for case in (*CASES, *HARMLESS):
                seconds = 0.3 if case in ENDLESS else 8.0
                outcome = await pool.invoke(
                    made(case, timeout=20), None, request_id="r", timeout=seconds
                )
                check(case, outcome)
        finally:
            await pool.close()

    asyncio.run(scenario())


def test_on_the_wire_each_is_a_fault_of_the_authorizer(world: World) -> None:
    """The harmless ones too: what they return is no verdict."""
    cases = (*CASES, *HARMLESS)
    for number, case in enumerate(cases):
        patience = 300 if case in ENDLESS else 5000
        asked = guard(source(case), timeout=patience)
        world.publish(auth_type="AUTHORIZER", req_uri=f"/{number}", authorizer=asked)
    allow = replying("""{"statusCode": 200, "body": '{"status": "allow"}'}""")
    world.publish(auth_type="AUTHORIZER", req_uri="/good", authorizer=guard(allow))

    def client(port: int) -> Iterator[tuple[str, int, str]]:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        for path, case in (*enumerate(cases), ("good", "good")):
            connection.request("GET", f"/{path}", headers={"Host": HOST})
            response = connection.getresponse()
            body = response.read()
            code = json.loads(body)["error_code"] if case != "good" else ""
            yield case, response.status, code
        connection.close()

    *broken, good = world.over_the_wire(lambda port: list(client(port)))
    assert broken == [(case, 500, "APIG.0601") for case in cases]
    assert good == ("good", 200, "")


def test_the_pool_survives_a_thousand_mixed_calls(tmp_path: Path) -> None:
    """Every bad one among good ones, eight at a time."""
    rare = {*ENDLESS, "forged reply", "closed socket", "50 MB reply", "no memory"}
    often = [case for case in (*CASES, *HARMLESS) if case not in rare]
    chosen = random.Random(SEED)
    plan = [*(list(rare) * 2), *chosen.choices([*often, *["good"] * 20], k=988)]
    chosen.shuffle(plan)
    good = Function(
        "urn:good",
        "good",
        "Python3.11",
        "index.handler",
        put("def handler(event, context): return event"),
    )

    async def scenario() -> None:
        before, started = set(os.listdir("/proc/self/fd")), children()
        pool = Pool(STORE, scratch=tmp_path, max_children=24)
        queue = list(enumerate(plan[:1000]))

        async def one(number: int, case: str) -> None:
            function = good if case == "good" else made(case, timeout=20)
            limit = 1.0 if case in ENDLESS else 20.0
            outcome = await pool.invoke(
                function, number, request_id=str(number), timeout=limit
            )
            if case == "good":
                assert (outcome.ok, outcome.result) == (True, str(number)), outcome
            else:
                check(case, outcome)
            assert f"'{number}'" in outcome.log

        async def take() -> None:
            while queue:
                await one(*queue.pop())

        await asyncio.gather(*(take() for _ in range(8)))
        assert (await pool.invoke(good, 1, request_id="r")).result == "1"
        await pool.close()
        assert list(tmp_path.iterdir()) == []
        assert pool.workers() == []
        # Those of an earlier test may be reaped meanwhile.
        assert children() <= started
        await asyncio.sleep(0)
        assert set(os.listdir("/proc/self/fd")) <= before | {"0"}

    asyncio.run(scenario())
