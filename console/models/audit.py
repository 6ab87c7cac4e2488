"""Who changed what, and when: trace records (reference: policies.md section 10)."""

import secrets

from django.db import models
from django.urls import reverse


def new_trace_id() -> str:
    return secrets.token_hex(16)


class Audit(models.Model):
    """One change of one object. `message`: [{field, old, new}], secrets left out."""

    class Source(models.TextChoices):
        CONSOLE = "ConsoleAction", "Console"
        API = "ApiCall", "API"
        SYSTEM = "SystemAction", "System"

    class Rating(models.TextChoices):
        NORMAL = "normal", "Normal"
        WARNING = "warning", "Warning"
        INCIDENT = "incident", "Incident"

    trace_id = models.CharField(primary_key=True, max_length=32, default=new_trace_id)
    trace_name = models.CharField("Trace Name", max_length=64)
    trace_type = models.CharField("Trace Source", max_length=16, choices=Source)
    trace_rating = models.CharField(
        "Trace Status", max_length=8, choices=Rating, default=Rating.NORMAL
    )
    resource_type = models.CharField("Resource Type", max_length=32)
    resource_id = models.CharField("Resource ID", max_length=64)
    resource_name = models.CharField("Resource Name", max_length=255)
    user = models.CharField("Operator", max_length=150)
    source_ip = models.CharField("Source IP", max_length=45, blank=True)
    time = models.DateTimeField("Operation Time", auto_now_add=True, db_index=True)
    message = models.JSONField(default=list)

    class Meta:
        verbose_name = "audit trace"
        ordering = ["-time"]

    def __str__(self) -> str:
        return f"{self.trace_name} {self.resource_name}"

    def get_absolute_url(self) -> str:
        return reverse("audit-detail", args=[self.pk])
