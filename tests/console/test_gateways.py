"""What is said of the gateway's processes."""

import fcntl
from pathlib import Path

import pytest
from pytest_django import Settings

from console import gateways


def test_one_process_is_exact(settings: Settings) -> None:
    settings.REDIS_URL = ""
    assert gateways.describe(1) == "1 process"


def test_several_are_exact_only_where_they_count_together(
    settings: Settings,
) -> None:
    settings.REDIS_URL = "redis://counts"
    assert "together in Redis" in gateways.describe(3)
    settings.REDIS_URL = ""
    assert "up to 3 times as much" in gateways.describe(3)


@pytest.mark.parametrize("held", [True, False])
def test_those_of_a_serve_that_runs_are_known(
    settings: Settings, tmp_path: Path, held: bool
) -> None:
    settings.DATA_DIR = tmp_path
    assert gateways.running() is None
    with open(tmp_path / "serve.lock", "w") as lock:
        lock.write("7\n4 granian\n")
        lock.flush()
        if held:
            fcntl.flock(lock, fcntl.LOCK_EX)
        assert gateways.running() == ((4, "granian") if held else None)
