"""Invocations: the last calls of each function, from whichever process ran them."""

from django.db import models
from django.urls import reverse

from console.models.base import Noun
from console.models.fields import EncryptedTextField
from console.models.function import Function

MAX_INVOCATIONS = 100


class Invocation(Noun):
    """One call. Event, result and log may hold secrets: encrypted, cut when long."""

    class Origin(models.TextChoices):
        TEST = "test", "Test"
        DEBUG = "debug", "Debug page"
        GATEWAY = "gateway", "Gateway"

    function = models.ForeignKey(
        Function, on_delete=models.CASCADE, related_name="invocations"
    )
    # That of the gateway's call when one asked, so it leads to its trace.
    request_id = models.CharField("Request ID", max_length=64, db_index=True)
    origin = models.CharField(max_length=8, choices=Origin)
    # The API that was called, or "".
    api_id = models.CharField(max_length=64, blank=True)
    version = models.CharField(max_length=64)
    alias = models.CharField(max_length=64, blank=True)
    code_hash = models.CharField(max_length=128)
    interpreter = models.CharField(max_length=64, blank=True)
    ok = models.BooleanField()
    error_type = models.CharField(max_length=128, blank=True)
    event = EncryptedTextField(blank=True)
    result = EncryptedTextField(blank=True)
    log = EncryptedTextField(blank=True)
    start_time = models.DateTimeField()
    duration_ms = models.FloatField()
    init_ms = models.FloatField(default=0)
    # That of the version which ran, in MB.
    memory_size = models.PositiveIntegerField(default=128)
    memory_used_mb = models.FloatField(default=0)
    cold = models.BooleanField(default=False)

    class Meta:
        ordering = ["-start_time", "-id"]
        indexes = [models.Index(fields=["function", "-start_time"])]

    def __str__(self) -> str:
        return self.request_id

    def get_absolute_url(self) -> str:
        return reverse("invocation-detail", args=[self.pk])
