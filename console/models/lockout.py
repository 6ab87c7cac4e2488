"""Who has failed too often in a row: access keys, and passwords (auth.md section 4.2).

Kept in the database, so that all processes of the console count together.
"""

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from console import features


class Lockout(models.Model):
    """Failures of one name since the first of them; nobody is locked for longer."""

    name = models.CharField(max_length=255, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    until = models.DateTimeField()

    class Meta:
        ordering = ["-until"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def locked(cls, name: str) -> bool:
        most = features.of_calls().lock_tries
        now = timezone.now()
        return cls.objects.filter(name=name, failures__gte=most, until__gt=now).exists()

    @classmethod
    def fail(cls, name: str) -> None:
        """Count a failure; the time runs from the last one."""
        now = timezone.now()
        until = now + timedelta(milliseconds=features.of_calls().lock_time)
        with transaction.atomic():
            cls.objects.filter(until__lte=now).delete()
            cls.objects.get_or_create(name=name, defaults={"until": until})
            row = cls.objects.select_for_update().get(name=name)
            row.failures, row.until = row.failures + 1, until
            row.save()

    @classmethod
    def forgive(cls, name: str) -> None:
        cls.objects.filter(name=name).delete()
