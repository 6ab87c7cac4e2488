"""What the console tells Prometheus about itself, beside `console.counters`."""

import logging
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from prometheus_client import GCCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from console import records
from console.counters import REGISTRY
from gateway import source
from gateway.exposition import build_info

_SIZES = {
    "sqlite": "SELECT page_count * page_size "
    "FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}
log = logging.getLogger(__name__)


class State(Collector):
    """How things stand when Prometheus asks."""

    def describe(self) -> Iterable[Metric]:
        """Nothing is read to find out what there is."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield build_info("console")
        yield from _database()
        failing = records.trouble() is not None
        yield _gauge("records_failing", "1 while none can be kept", failing)
        path = settings.SNAPSHOT_FILE
        written = path.stat().st_mtime if path.exists() else 0.0
        text = "When the configuration was written, epoch s"
        yield _gauge("snapshot_timestamp_seconds", text, written)
        gateways, acknowledged = source.readers(path)
        yield _gauge("gateways", "Gateway processes on this host", gateways)
        text = "Those that have read the configuration"
        yield _gauge("gateways_acknowledged", text, acknowledged)


def _database() -> Iterator[Metric]:
    """Whether it answers, and its size where it can be asked for that."""
    up, size = 1, None
    try:
        with connection.cursor() as cursor:
            cursor.execute(_SIZES.get(connection.vendor, "SELECT NULL"))
            size = cursor.fetchone()[0]
    except DatabaseError as error:
        log.warning("the database does not say its size: %s", error)
        up = 0
    yield _gauge("database_up", "1 while the database answers", up)
    if size is not None:
        yield _gauge("database_bytes", "Size of the database", size)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"sallyport_console_{name}", text, value=value)


REGISTRY.register(State())
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)
