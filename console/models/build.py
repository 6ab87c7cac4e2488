"""Builds: code on its way to being deployed, with its dependencies."""

from django.conf import settings
from django.db import models

from console.models.base import Noun
from console.models.function import Function
from console.models.package import Package


class Build(Noun):
    """One deployment of a package: what is installed for it, how far it is.

    The function's previous deployment stays live unless this one succeeds.
    """

    class Status(models.TextChoices):
        RUNNING = "running", "Installing"
        SUCCEEDED = "succeeded", "Deployed"
        FAILED = "failed", "Failed"

    function = models.ForeignKey(
        Function, on_delete=models.CASCADE, related_name="builds"
    )
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="+")
    # Whether success makes it live; otherwise only its dependencies are installed.
    live = models.BooleanField(default=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.RUNNING)
    # What the installer printed, and at the end why it failed.
    log = models.TextField(blank=True)
    # The process that works on it; 0 when none does.
    pid = models.PositiveIntegerField(default=0)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    create_time = models.DateTimeField(auto_now_add=True)
    end_time = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-create_time"]

    def __str__(self) -> str:
        return f"{self.function} {self.package}"
