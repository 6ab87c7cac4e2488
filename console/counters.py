"""What the console counts about itself, for Prometheus.

It counts in this process: `manage.py serve` runs the console in one.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "sallyport_console_requests",
    "Requests answered, by family of statuses",
    ["status"],
    registry=REGISTRY,
)
DURATION = Histogram(
    "sallyport_console_request_duration_seconds",
    "How long requests took",
    registry=REGISTRY,
)
RECEIVED = Counter(
    "sallyport_console_records_received",
    "Access records that gateways delivered",
    registry=REGISTRY,
)
DROPPED = Counter(
    "sallyport_console_records_dropped",
    "Access records that gateways say were lost",
    registry=REGISTRY,
)
