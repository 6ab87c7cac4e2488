"""Tasks that clients ask about later (reference: api.md section 9.1)."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from console.models.base import Noun

KEPT = timedelta(days=1)


class Task(Noun):
    """An import or export and what came of it: `result` is JSON in a text."""

    class Type(models.TextChoices):
        IMPORT = "import_api", "Import"
        EXPORT = "export_api", "Export"

    class Status(models.TextChoices):
        SUCCEED = "succeed", "Succeeded"
        FAILED = "failed", "Failed"

    type = models.CharField(max_length=10, choices=Type)
    status = models.CharField(max_length=10, choices=Status)
    result = models.TextField()
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-create_time"]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.pk}"

    @classmethod
    def forget(cls) -> None:
        """Clients ask within moments: results of yesterday go."""
        cls.objects.filter(create_time__lt=timezone.now() - KEPT).delete()
