"""Attacks from inside a function, each at every jail level of this host.

An attack is a Python expression or a whole function. `limits` is weak by nature:
what it does not stop is asserted too, so that nobody takes it for more (README).
"""

import asyncio
import json
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.functions import launch
from gateway.functions.pool import Pool
from tests.packages import STORE, put

LEVELS = launch.levels()
STRONG = LEVELS[1:]
ATTEMPT = """
import ctypes, errno, fcntl, mmap, os, resource, signal, socket, subprocess, threading
import struct
libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"

def call(result):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

def syscall(x86, arm, *arguments):
    number = x86 if X86 else arm
    return call(libc.syscall(ctypes.c_long(number), *arguments))

def handler(given, context):
    expression, event = given
    try:
        found = eval(expression, {**globals(), "event": event})
        return {"got": repr(found)[:200]}
    except OSError as error:
        return {"refused": os.strerror(error.errno or 0)}
"""


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest) -> str:
    """Every jail level that this host offers."""
    return str(request.param)


@pytest.fixture(params=STRONG)
def strong(request: pytest.FixtureRequest) -> str:
    """The levels that keep files, network and processes away."""
    return str(request.param)


@pytest.fixture(scope="module")
def pools() -> Iterator[Callable[..., Any]]:
    """`call(level, code, event, **fields)`: pools that live for all attacks."""
    from gateway.snapshot import Function

    with asyncio.Runner() as runner:
        made: dict[str, Pool] = {}

        async def call(level: str, code: str, event: object, **fields: Any) -> Any:
            if level not in made:
                made[level] = Pool(STORE, jail=level, max_children=4)
            given: dict[str, Any] = {
                "urn": "urn:fss:local:p:function:default:attack",
                "func_name": "attack",
                "runtime": "Python3.11",
                "handler": "index.handler",
                "code_hash": put(textwrap.dedent(code)),
                "timeout": 20,
            }
            function = Function(**given | fields)
            limit = fields.get("timeout", 20)
            return await made[level].invoke(
                function, event, request_id="r", timeout=limit
            )

        async def close() -> None:
            for pool in made.values():
                await pool.close()

        yield lambda *a, **k: runner.run(call(*a, **k))
        runner.run(close())


@pytest.fixture
def attempt(pools: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """What an expression came to at a level: `got`, or the error it was `refused`.

    One child makes most attempts; one that would leave its child changed is made
    `alone`.
    """

    def run(
        level: str,
        expression: str,
        event: object = None,
        *,
        alone: bool = False,
        **fields: Any,
    ) -> Any:
        code = f"{ATTEMPT}# {expression}\n" if alone else ATTEMPT
        outcome = pools(level, code, (expression, event), **fields)
        assert outcome.ok, outcome
        return json.loads(outcome.result)

    return run
