"""Traces: what each phase of a call decided, kept for a while.

Of debug calls always; of live calls when they are refused, or when their API or the
call itself asks for a trace.
"""

from django.db import models
from django.urls import reverse

from console.models.base import Noun
from console.models.fields import EncryptedJSONField, EncryptedTextField

# Of each origin; live ones may be many.
MAX_TRACES = {"debug": 200, "live": 2000}


class Trace(Noun):
    """One call: `content` is {steps}, the messages are raw text. All encrypted."""

    class Origin(models.TextChoices):
        DEBUG = "debug", "Debug page"
        LIVE = "live", "Gateway"

    origin = models.CharField(max_length=8, choices=Origin, default=Origin.DEBUG)
    request_id = models.CharField("Request ID", max_length=64, unique=True)
    # The API's id and name, or "" when the call reached none.
    api_id = models.CharField(max_length=64, blank=True)
    api_name = models.CharField(max_length=255, blank=True)
    method = models.CharField(max_length=16)
    path = models.TextField()
    status = models.PositiveIntegerField()
    duration_ms = models.FloatField()
    content = EncryptedJSONField(default=dict)
    request = EncryptedTextField(blank=True)
    response = EncryptedTextField(blank=True)
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-create_time"]

    def __str__(self) -> str:
        return self.request_id

    def get_absolute_url(self) -> str:
        return reverse("trace-detail", args=[self.request_id])
