"""What a gateway counts about itself, for Prometheus (`--metrics`)."""

from prometheus_client import Counter, Gauge

STATE_AWAY = Gauge(
    "sallyport_state_away",
    "1 while the shared state does not answer and limits hold for this gateway alone",
)
MIRRORS_DROPPED = Counter(
    "sallyport_mirrors_dropped_total",
    "Copies of requests left out because too many were under way",
)
LOGS_DROPPED = Counter(
    "sallyport_kafka_logs_dropped_total",
    "Messages for Kafka that did not fit into their queue or were not taken",
)
STATE_LOCAL = Counter(
    "sallyport_state_local_total",
    "Operations done by this gateway alone because the shared state did not answer",
)
