"""The access log: a line about every call (reference: policies.md section 9.4)."""

from django.db import models
from django.urls import reverse

from console.keyset import cursor


class AccessLog(models.Model):
    """One call; but for `debug` the field names are those of `gateway.access.FIELDS`.

    Times are in seconds, sizes in bytes. `authorizer_time` is 0 when the authorizer's
    answer was remembered, None when none was asked.
    """

    time = models.DateTimeField()
    request_id = models.CharField("Request ID", max_length=64, db_index=True)
    remote_addr = models.CharField(max_length=64)
    request_method = models.CharField(max_length=16)
    scheme = models.CharField(max_length=8)
    host = models.TextField(blank=True)
    router_uri = models.TextField(blank=True)
    status = models.PositiveSmallIntegerField()
    request_time = models.FloatField()
    bytes_sent = models.PositiveBigIntegerField()
    body_bytes_sent = models.PositiveBigIntegerField(default=0)
    request_length = models.PositiveBigIntegerField()
    http_user_agent = models.TextField(blank=True)
    http_x_forwarded_for = models.TextField(blank=True)
    group_id = models.CharField(max_length=64, blank=True)
    env_name = models.TextField(blank=True)
    api_id = models.CharField(max_length=64, blank=True)
    api_name = models.CharField(max_length=255, blank=True)
    app_id = models.CharField(max_length=64, blank=True)
    app_name = models.CharField(max_length=255, blank=True)
    user_id = models.CharField(max_length=64, blank=True)
    auth_type = models.CharField(max_length=16, blank=True)
    authorizer_id = models.CharField(max_length=64, blank=True)
    authorizer_time = models.FloatField(null=True)
    upstream_uri = models.TextField(blank=True)
    upstream_status = models.PositiveSmallIntegerField(null=True)
    upstream_response_time = models.FloatField(null=True)
    apig_err_code = models.CharField(max_length=16, blank=True)
    error_type = models.CharField(max_length=64, blank=True)
    phase = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    # What the gateway parameter `custom_log` names, a line each.
    custom_data_log = models.TextField(blank=True)
    # Made by the debug page, which counts in no statistics.
    debug = models.BooleanField(default=False)

    class Meta:
        verbose_name = "access log record"
        ordering = ["-time", "-pk"]
        indexes = [
            models.Index(fields=["api_id", "time"], name="access_api"),
            models.Index(fields=["app_id", "time"], name="access_app"),
            models.Index(fields=["apig_err_code", "time"], name="access_code"),
            # All that is filtered by: whatever is combined, it is looked for in here.
            models.Index(
                fields=[
                    "time",
                    "status",
                    "apig_err_code",
                    "api_id",
                    "app_id",
                    "debug",
                ],
                name="access_all",
            ),
            models.Index(
                fields=["time"], condition=models.Q(debug=True), name="access_debug"
            ),
        ]

    def __str__(self) -> str:
        return self.request_id

    @property
    def milliseconds(self) -> float:
        return self.request_time * 1000

    @property
    def cursor(self) -> str:
        """Its place in the log."""
        return cursor(self)

    def get_absolute_url(self) -> str:
        return reverse("explain") + f"?request_id={self.request_id}"
