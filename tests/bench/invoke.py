"""What a function call costs: `python tests/bench/invoke.py [--jail LEVEL]`.

A warm call through the pool beside the same handler called in this process, a cold
call, calls per second with two children, and memory with 1,000 functions of which 50
are warm; each figure beside its goal. Best of several rounds; memory of children is
read from outside, which only root may.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[2]))
from gateway.functions.launch import describe  # noqa: E402
from gateway.functions.package import Store  # noqa: E402
from gateway.functions.pool import Pool  # noqa: E402
from gateway.snapshot import Function  # noqa: E402

CODE = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"status": "allow"})}
"""
EVENT = {"headers": {"Authorization": "x" * 200}, "queryStringParameters": {"a": "b"}}
RUNTIME = "Python{}.{}".format(*sys.version_info)
ROUNDS, WARM_CALLS, COLD_CALLS = 5, 4000, 20
IN_FLIGHT, CALLS_IN_FLIGHT = 8, 16_000
DEFINED, WARM = 1000, 50
# What the project holds itself to: ms, calls per second, MB.
WARM_P50, WARM_P99, COLD_P50 = 0.15, 0.6, 60.0
CALLS_PER_SECOND = 8000
GATEWAY_GROWS, CHILD_PRIVATE = 20.0, 12.0
Call = Callable[[int], Coroutine[object, object, object]]


def function(store: Store, number: int) -> Function:
    code = store.put({"index.py": f"{CODE}# {number}\n".encode()})
    return Function(f"urn:{number}", f"bench{number}", RUNTIME, "index.handler", code)


async def best(call: Call, count: int, rounds: int = ROUNDS) -> tuple[float, float]:
    """p50 and p99 of calls one after the other, in ms, each the best of the rounds."""
    found = []
    for turn in range(rounds):
        spent = []
        for number in range(turn * count, (turn + 1) * count):
            begun = time.perf_counter()
            await call(number)
            spent.append((time.perf_counter() - begun) * 1000)
        spent.sort()
        found.append((spent[count // 2], spent[int(count * 0.99)]))
    return min(p50 for p50, _ in found), min(p99 for _, p99 in found)


def report(name: str, found: float, unit: str, goal: float = 0.0) -> None:
    """A figure, and how it stands to its goal, which is a least for rates only."""
    line = f"{name:<40} {found:10.3f} {unit:<8}"
    if goal:
        rate = unit.endswith("/s")
        met = found >= goal if rate else found <= goal
        sign, verdict = ">=" if rate else "<=", "met" if met else "MISSED"
        line += f" goal {sign} {goal:g}: {verdict}"
    print(line)


async def sequential(pool: Pool, store: Store) -> None:
    own: dict[str, Callable[[object, object], object]] = {}
    exec(CODE, own)  # the same handler, in this process
    first = function(store, 0)

    async def inside(_: int) -> None:
        json.dumps(own["handler"](json.loads(json.dumps(EVENT)), None))

    async def warm(_: int) -> None:
        outcome = await pool.invoke(first, EVENT, request_id="bench")
        assert outcome.ok, outcome

    async def cold(number: int) -> None:
        made = function(store, number)
        outcome = await pool.invoke(made, EVENT, request_id="bench")
        assert outcome.cold, outcome

    started = await best(cold, COLD_CALLS)
    baseline, called = await best(inside, WARM_CALLS), await best(warm, WARM_CALLS)
    report("cold call, p50", started[0], "ms", COLD_P50)
    report("cold call, p99", started[1], "ms")
    report("the handler in this process, p50", baseline[0], "ms")
    report("the handler in this process, p99", baseline[1], "ms")
    report("warm call above that, p50", called[0] - baseline[0], "ms", WARM_P50)
    report("warm call above that, p99", called[1] - baseline[1], "ms", WARM_P99)


async def parallel(pool: Pool, store: Store) -> None:
    """Calls per second of one function, as many children as the pool allows."""
    made = function(store, 0)

    async def caller(count: int) -> None:
        for _ in range(count):
            outcome = await pool.invoke(made, EVENT, request_id="bench")
            assert outcome.ok, outcome

    rates = []
    for count in (200, *[CALLS_IN_FLIGHT // IN_FLIGHT] * ROUNDS):
        begun = time.perf_counter()
        await asyncio.gather(*[caller(count) for _ in range(IN_FLIGHT)])
        rates.append(IN_FLIGHT * count / (time.perf_counter() - begun))
    children = len(pool.workers())
    name = f"{children} children, {IN_FLIGHT} calls in flight"
    report(name, max(rates[1:]), "calls/s", CALLS_PER_SECOND)


async def memory(pool: Pool, store: Store) -> None:
    """Growth of this process, and what a child has for itself, in MB."""
    before = private_mb(os.getpid())
    functions = [function(store, number) for number in range(DEFINED)]
    for made in functions[:WARM]:
        assert (await pool.invoke(made, EVENT, request_id="bench")).ok
    grown = private_mb(os.getpid()) - before
    each = [sum(map(private_mb, family(w.pid))) for w in pool.workers()]
    name = f"{len(functions)} functions, {len(each)} warm"
    report(f"{name}: gateway grows", grown, "MB", GATEWAY_GROWS)
    report(f"{name}: largest child", max(each), "MB", CHILD_PRIVATE)


def family(pid: int) -> list[int]:
    """The processes of a child: bubblewrap is two more."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *[member for child in children for member in family(int(child))]]


def private_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(n.split()[1]) for n in lines if n.startswith("Private_")) / 1024


async def main(jail: str) -> None:
    with tempfile.TemporaryDirectory(prefix="sallyport-bench-") as folder:
        store = Store(Path(folder))
        pools = (
            # First, so that nothing before it has left free memory to this process.
            (memory, Pool(store, jail=jail, max_children=WARM)),
            (sequential, Pool(store, jail=jail)),
            (parallel, Pool(store, jail=jail, max_per_function=2)),
        )
        print(f"{describe(pools[0][1].jail)}; uvloop; load {os.getloadavg()[0]:.1f}")
        for bench, pool in pools:
            await bench(pool, store)
            await pool.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jail", default="", help="a level, or the strongest")
    uvloop.run(main(parser.parse_args().jail))
