"""A gateway's metrics: of real processes, read by the official parser."""

import socket
import subprocess
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from gateway import __version__
from gateway.exposition import Exposition
from gateway.snapshot import Api, Backend, BackendApi, Group, Identity, Snapshot
from gateway.source import File, write
from gateway.tally import Tally
from tests.e2e.product import until
from tests.gateway.test___main__ import ROOT, free_port, gateway, get
from tests.gateway.world import World, guard, replying, request

ALLOW = "{'statusCode': 200, 'body': json.dumps({'status': 'allow'})}"
WAIT = 30.0


def samples(text: str) -> dict[str, float]:
    """Every sample, by its name and labels."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def name(metric: str, **labels: str) -> str:
    return f"sallyport_{metric}{sorted(labels.items())}"


class Running:
    """A gateway process whose only API has a backend that a test answers for."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, metrics: int):
        self.process, self.port, self.metrics = process, port, metrics

    def call(self, path: str = "/held") -> int:
        url = f"http://127.0.0.1:{self.port}{path}"
        return requests.get(url, timeout=WAIT).status_code

    def scrape(self) -> dict[str, float]:
        return samples(get(self.process, self.metrics).text)


@pytest.fixture
def backend() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WAIT)
        yield listener


@pytest.fixture(params=["uvicorn", "granian"])
def running(
    request: pytest.FixtureRequest, tmp_path: Path, backend: socket.socket
) -> Iterator[Running]:
    key_file, snapshot = tmp_path / "snapshot.key", tmp_path / "snapshot.bin"
    key_file.write_bytes(Fernet.generate_key())
    address = f"127.0.0.1:{backend.getsockname()[1]}"
    api = Api(
        *("a1", "held", "g1", "RELEASE", "BOTH", "GET", "/held"),
        backend=Backend(BackendApi(address, timeout=60_000)),
    )
    groups = (Group("g1", "DEFAULT", True),)
    write(Snapshot(groups=groups, apis=(api,)), snapshot, key_file)
    port, metrics = free_port(), free_port()
    options = ["--snapshot", str(snapshot), "--key-file", str(key_file)]
    options += ["--packages", str(tmp_path / "packages"), "--server", request.param]
    options += ["--http", f"127.0.0.1:{port}", "--metrics", f"127.0.0.1:{metrics}"]
    with gateway(*options) as process:
        assert get(process, port).status_code == 404
        yield Running(process, port, metrics)


def test_calls_are_counted_and_those_under_way_are_seen(
    running: Running, backend: socket.socket
) -> None:
    in_flight = name("calls_in_flight")
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(running.call)
        peer, _ = backend.accept()
        with peer:
            assert running.scrape()[in_flight] == 1
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            assert answer.result(WAIT) == 200
    counted = name("call_duration_seconds_count", group_id="g1")

    def settled() -> dict[str, float] | None:
        found = running.scrape()
        return found if found.get(counted) == 2 and not found[in_flight] else None

    found = until(settled)
    calls = {"group_id": "g1", "api_id": "a1", "status": "2xx", "error_code": ""}
    missed = {"group_id": "g1", "api_id": "", "error_code": "APIG.0101"}
    assert found[name("calls_total", **calls)] == 1
    assert found[name("calls_total", **missed, status="4xx")] == 1
    assert found[name("call_duration_seconds_bucket", group_id="g1", le="+Inf")] == 2
    assert found[name("records_waiting")] == 2
    assert found[name("records_dropped_total")] == 0
    assert found[name("snapshot_timestamp_seconds")] > 1e9
    assert any(key.startswith("process_cpu_seconds_total") for key in found)


def test_authorizers_functions_and_throttled_calls(
    world: World, tmp_path: Path
) -> None:
    (key_file := tmp_path / "key").write_bytes(Fernet.generate_key())
    own = guard(replying(ALLOW), identities=(Identity("HEADER", "token"),), ttl=30)
    world.publish(auth_type="AUTHORIZER", authorizer=own)
    tally, services = Tally(), world.gateway.services
    for _ in range(3):
        assert world.send(request("GET", "/orders", ("token", "t"))).status == 200
    tally.count(services.records.take_calls(9))
    for record in services.records.take():
        tally.invoked(record)
    tally.calls["g1", "a1", 4, "APIG.0308"] = 5
    registry = CollectorRegistry()
    source = File(tmp_path / "none.bin", key_file)
    registry.register(Exposition(world.gateway, tally, source, "uvicorn"))
    found = samples(generate_latest(registry).decode())
    assert own.target is not None
    urn = own.target.function.urn
    assert found[name("authorizer_cache_hits_total", authorizer_id=own.id)] == 2
    asked = name("authorizer_duration_seconds_count", authorizer_id=own.id)
    assert found[asked] == 1
    assert found[name("authorizer_cache_entries")] == 1
    done = name("function_duration_seconds_count", function_urn=urn, outcome="ok")
    assert found[done] == 1
    assert found[name("function_cold_starts_total")] == 1
    assert found[name("function_workers", state="idle")] >= 1
    assert found[name("function_workers", state="busy")] == 0
    assert found[name("function_calls_waiting")] == 0
    assert found[name("throttled_calls_total")] == 5
    assert found[name("snapshot_timestamp_seconds")] == 0


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
