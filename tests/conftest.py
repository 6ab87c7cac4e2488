"""What every test has: a data directory of the run's own, and no leftovers."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_leftovers() -> Iterator[None]:
    """Ends the embedded gateway and removes the run's data directory."""
    yield
    from console.embedded import embedded

    if embedded.cache_info().currsize:
        embedded().close()
    shutil.rmtree(os.environ["SALLYPORT_TEST_RUN"], ignore_errors=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a skipped test has failed: everything must have run there."""
    outcome = yield
    _refuse_skip(outcome.get_result())  # type: ignore[attr-defined]


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """The same for a whole module that skips itself."""
    outcome = yield
    _refuse_skip(outcome.get_result())  # type: ignore[attr-defined]


def _refuse_skip(report: Any) -> None:
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
