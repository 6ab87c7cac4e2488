"""What the calls of a minute, or of longer, add up to (policies.md section 9.1)."""

from django.db import models

SECONDS = (60, 360, 1800, 10_800, 43_200)


class Minute(models.Model):
    """The calls of one API by one credential that ended with one error code.

    Each call is in a row of every length in SECONDS, so that a month can be shown
    without adding up its minutes. `minute` is when it begins. Latencies are in ms,
    traffic in bytes. `histogram` counts calls by the number of their latency's bucket
    (`console.metrics`). `dropped` are records that were lost.
    """

    minute = models.DateTimeField()
    seconds = models.PositiveIntegerField(default=SECONDS[0])
    group_id = models.CharField(max_length=64, blank=True)
    api_id = models.CharField(max_length=64, blank=True)
    app_id = models.CharField(max_length=64, blank=True)
    apig_err_code = models.CharField(max_length=16, blank=True)
    phase = models.CharField(max_length=64, blank=True)
    req_count = models.PositiveIntegerField(default=0)
    req_count_2xx = models.PositiveIntegerField(default=0)
    req_count_4xx = models.PositiveIntegerField(default=0)
    req_count_5xx = models.PositiveIntegerField(default=0)
    latency = models.FloatField(default=0)
    max_latency = models.FloatField(default=0)
    backend_latency = models.FloatField(default=0)
    max_backend_latency = models.FloatField(default=0)
    input_throughput = models.PositiveBigIntegerField(default=0)
    output_throughput = models.PositiveBigIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0)
    remembered = models.PositiveIntegerField(default=0)
    authorizer_latency = models.FloatField(default=0)
    histogram = models.JSONField(default=dict)
    dropped = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["minute"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "seconds",
                    "minute",
                    "group_id",
                    "api_id",
                    "app_id",
                    "apig_err_code",
                    "phase",
                ],
                name="minute_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M} {self.api_id}"
