"""A load on one contestant: wrk, and what its processes spend meanwhile."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class LoadFailed(Exception):
    """The load did not run, or the answers under it were wrong."""


@dataclass(frozen=True)
class Figures:
    """Of one run: requests/s, percentiles in ms, processor time in µs a request."""

    rate: float
    p50: float
    p99: float
    cpu: float


def missing() -> str:
    """Why there can be no load; empty when there can."""
    found = shutil.which("wrk")
    return "" if found else "wrk is not installed: `apt install wrk` on Debian, Ubuntu"


def run(
    url: str,
    headers: Mapping[str, str],
    pids: Sequence[int],
    *,
    seconds: float,
    connections: int = 32,
    reuse: bool = True,
) -> Figures:
    """Measure what answers at a URL, and what its processes spend."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency"]
    command += ["--timeout", "10s"]
    sent = dict(headers) if reuse else {**headers, "connection": "close"}
    for name, value in sent.items():
        # wrk knows its own Host header in this spelling only.
        command += ["-H", f"{name.title()}: {value}"]
    before = spent(pids)
    done = subprocess.run([*command, url], capture_output=True, text=True)
    used = spent(pids) - before
    if done.returncode or "Non-2xx" in done.stdout:
        raise LoadFailed(f"{url}: {done.stdout}{done.stderr}")
    return _figures(done.stdout, used)


def spent(pids: Sequence[int]) -> float:
    """Processor seconds of processes and of those below them."""
    total = 0.0
    for member in (one for pid in pids for one in family(pid)):
        try:
            text = Path(f"/proc/{member}/stat").read_text()
        except OSError:
            continue
        user, system = text.rpartition(")")[2].split()[11:13]
        total += (int(user) + int(system)) / _TICKS
    return total


def family(pid: int) -> list[int]:
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    except OSError:
        pass
    return found


def _figures(out: str, used: float) -> Figures:
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    count = re.search(r"(\d+) requests in", out)
    if rate is None or count is None or not int(count[1]):
        raise LoadFailed(f"nothing was answered:\n{out}")
    micros = used / int(count[1]) * 1e6
    return Figures(float(rate[1]), _latency(out, "50%"), _latency(out, "99%"), micros)


def _latency(out: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s|m)", out)
    if found is None:
        raise LoadFailed(f"wrk says no {percentile}:\n{out}")
    return float(found[1]) * _UNITS[found[2]]
