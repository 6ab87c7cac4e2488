"""What a function call costs: `python tests/bench/invoke.py`.

Prints p50 and p99 of a warm call through the pool, the same handler called in this
process for comparison, and a cold call, all in milliseconds.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[2]))
from gateway.functions.package import Store  # noqa: E402
from gateway.functions.pool import Pool  # noqa: E402
from gateway.functions.launch import choose, describe  # noqa: E402
from gateway.snapshot import Function  # noqa: E402

CODE = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"status": "allow"})}
"""
STORE = Store(Path(tempfile.mkdtemp(prefix="sallyport-bench-")))
EVENT = {"headers": {"Authorization": "x" * 200}, "queryStringParameters": {"a": "b"}}


def report(name: str, milliseconds: list[float]) -> None:
    ordered = sorted(milliseconds)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    print(f"{name:<28} p50 {p50:8.3f} ms   p99 {p99:8.3f} ms   n {len(ordered)}")


def function(number: int) -> Function:
    code = STORE.put({"index.py": f"{CODE}# {number}\n".encode()})
    return Function("urn", "bench", "Python3.11", "index.handler", code)


async def timed(
    count: int, call: Callable[[int], Coroutine[object, object, object]]
) -> list[float]:
    spent = []
    for number in range(count):
        begun = time.perf_counter()
        await call(number)
        spent.append((time.perf_counter() - begun) * 1000)
    return spent


async def main() -> None:
    pool = Pool(STORE)
    own: dict[str, Callable[[object, object], object]] = {}
    exec(CODE, own)  # the same handler, in this process

    async def inside(_: int) -> None:
        json.dumps(own["handler"](json.loads(json.dumps(EVENT)), None))

    first = function(0)

    async def warm(_: int) -> None:
        result = await pool.invoke(first, EVENT, request_id="bench")
        assert result.ok, result

    async def cold(number: int) -> None:
        result = await pool.invoke(function(number), EVENT, request_id="bench")
        assert result.cold, result

    print(f"jail {describe(choose())}; loop: uvloop")
    report("cold call", await timed(20, cold))
    await timed(500, warm)
    report("in this process", await timed(5000, inside))
    report("warm call", await timed(5000, warm))
    await pool.close()
    shutil.rmtree(STORE.root)


uvloop.run(main())
