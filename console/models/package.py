"""Packages: the code of functions, kept once by its hash (auth.md section 10.4)."""

from typing import Any

from django.db import models

from gateway.functions.package import Files, code_hash, read_zip, write_zip


class Package(models.Model):
    """Immutable code: a draft's, what is deployed, a version's. May be shared."""

    code_hash = models.CharField(primary_key=True, max_length=128, editable=False)
    archive = models.BinaryField()
    # Bytes of all files, unpacked.
    code_size = models.PositiveBigIntegerField()
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-create_time"]

    def __str__(self) -> str:
        return self.code_hash[:12]

    @classmethod
    def of(cls, files: Files) -> "Package":
        """The package of these files, stored if it is new."""
        fields: dict[str, Any] = {
            "archive": write_zip(files),
            "code_size": sum(map(len, files.values())),
        }
        return cls.objects.get_or_create(code_hash=code_hash(files), defaults=fields)[0]

    def files(self) -> dict[str, bytes]:
        return read_zip(bytes(self.archive))
