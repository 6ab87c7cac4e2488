"""What a gateway tells Prometheus: counts of its tally, and how things stand.

All of it is read when Prometheus asks; what phases count by themselves is in
`gateway.metrics`.
"""

import platform
from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from gateway import __version__
from gateway.app import Gateway
from gateway.server import InFlight
from gateway.source import File
from gateway.tally import BOUNDS, Histogram, Tally

THROTTLED = "APIG.0308"
_LES = [*map(str, BOUNDS), "+Inf"]


class Exposition(Collector):
    """A gateway's metrics; `server` is its name in the build's."""

    def __init__(
        self, gateway: Gateway, tally: Tally, source: File, server: str
    ) -> None:
        self._services, self._tally, self._source = gateway.services, tally, source
        self._build = build_info("gateway", server=server)
        self.in_flight: InFlight = lambda: 0

    def watch(self, in_flight: InFlight) -> None:
        """Take who knows how many requests wait for their answers."""
        self.in_flight = in_flight

    def describe(self) -> Iterable[Metric]:
        """Nothing is read to find out what there is."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield self._build
        yield from self._calls()
        yield from self._authorizers()
        yield from self._functions()
        yield from self._state()

    def _calls(self) -> Iterator[Metric]:
        calls = CounterMetricFamily(
            "sallyport_calls",
            "Calls answered, by group, API, family of statuses and error code",
            labels=("group_id", "api_id", "status", "error_code"),
        )
        throttled = 0
        for (group, api, family, code), count in list(self._tally.calls.items()):
            calls.add_metric((group, api, f"{family}xx", code), count)
            throttled += count * (code == THROTTLED)
        yield calls
        yield _counter("throttled_calls", "Calls refused by a limit", throttled)
        yield _histogram(
            "call_duration_seconds",
            "From a call's head to its answer's, by group",
            ("group_id",),
            (((group,), one) for group, one in list(self._tally.latency.items())),
        )
        yield _counter("received_bytes", "Paths and bodies", self._tally.received)
        yield _counter("sent_bytes", "Bodies of known length", self._tally.sent)

    def _authorizers(self) -> Iterator[Metric]:
        hits = CounterMetricFamily(
            "sallyport_authorizer_cache_hits",
            "Verdicts that were remembered",
            labels=("authorizer_id",),
        )
        for guard, count in list(self._tally.remembered.items()):
            hits.add_metric((guard,), count)
        yield hits
        yield _histogram(
            "authorizer_duration_seconds",
            "How long authorizers took that were asked",
            ("authorizer_id",),
            (((guard,), one) for guard, one in list(self._tally.asked.items())),
        )
        remembered = len(self._services.verdicts)
        yield _gauge("authorizer_cache_entries", "Verdicts remembered", remembered)

    def _functions(self) -> Iterator[Metric]:
        yield _histogram(
            "function_duration_seconds",
            "How long calls of functions took, by outcome",
            ("function_urn", "outcome"),
            list(self._tally.functions.items()),
        )
        cold = self._tally.cold_starts
        yield _counter("function_cold_starts", "Processes started for a call", cold)
        busy, idle, waiting = self._services.functions.load
        workers = GaugeMetricFamily(
            "sallyport_function_workers", "Processes of functions", labels=("state",)
        )
        workers.add_metric(("busy",), busy)
        workers.add_metric(("idle",), idle)
        yield workers
        yield _gauge("function_calls_waiting", "Calls without a process yet", waiting)

    def _state(self) -> Iterator[Metric]:
        records, written = self._services.records, self._source.written
        yield _gauge("calls_in_flight", "Calls not answered yet", self.in_flight())
        yield _gauge("records_waiting", "Calls not yet told", records.waiting)
        yield _counter("records_dropped", "Calls lost before told", records.lost)
        text = "When the configuration in force was written, epoch s"
        yield _gauge("snapshot_timestamp_seconds", text, written)


def build_info(component: str, **more: str) -> Metric:
    """Which version runs, on what."""
    labels = {"component": component, "version": __version__} | more
    labels["python"] = platform.python_version()
    family = GaugeMetricFamily(
        "sallyport_build_info", "Always 1; the labels say what runs", labels=[*labels]
    )
    family.add_metric([*labels.values()], 1)
    return family


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"sallyport_{name}", text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"sallyport_{name}", text, value=value)


def _histogram(
    name: str,
    text: str,
    labels: tuple[str, ...],
    found: Iterable[tuple[tuple[str, ...], Histogram]],
) -> Metric:
    family = HistogramMetricFamily(f"sallyport_{name}", text, labels=labels)
    for values, one in found:
        counts = [*accumulate(one.counts)]
        family.add_metric(values, list(zip(_LES, counts, strict=True)), one.sum)
    return family
