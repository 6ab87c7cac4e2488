"""SSL certificates of independent domain names (reference: api.md section 1.3)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from console import pem
from console.models.base import CJK, Noun, rule
from console.models.fields import EncryptedTextField


class Certificate(Noun):
    """A certificate with its chain, and its key; of callers, the CA to trust.

    What the certificate says of itself is read again whenever it is saved.
    """

    class Type(models.TextChoices):
        INSTANCE = "instance", "Current"
        GLOBAL = "global", "All"

    class Algorithm(models.TextChoices):
        RSA = "RSA", "RSA"
        ECC = "ECC", "ECC"

    name = models.CharField(
        max_length=50,
        unique=True,
        validators=[
            rule(
                rf"[a-zA-Z{CJK}][\w{CJK}]{{3,49}}",
                "Name: 4 to 50 letters, digits and underscores, a letter first.",
            )
        ],
        error_messages={"unique": "A certificate with this name already exists."},
    )
    type = models.CharField(
        "Gateways Covered", max_length=8, choices=Type, default=Type.GLOBAL
    )
    cert_content = models.TextField("Content")
    private_key = EncryptedTextField("Key")
    trusted_root_ca = models.TextField("CA", blank=True)
    algorithm_type = models.CharField(
        "Algorithm", max_length=3, choices=Algorithm, blank=True
    )
    common_name = models.CharField(max_length=255, blank=True, editable=False)
    san = models.JSONField(default=list, editable=False)
    not_after = models.DateTimeField(editable=False)
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "SSL certificate"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_has_trusted_root_ca(self) -> bool:
        return bool(self.trusted_root_ca)

    @property
    def facts(self) -> pem.Facts:
        return pem.facts(self.cert_content)

    def get_absolute_url(self) -> str:
        return reverse("certificate-detail", args=[self.pk])

    def clean_fields(self, exclude: Any = None) -> None:
        """Not without its facts: they are columns that must be there."""
        super().clean_fields(exclude={*(exclude or ()), "not_after"})

    def clean(self) -> None:
        if not self.cert_content or not self.private_key:
            return
        pem.check(self.cert_content, self.private_key)
        if self.trusted_root_ca:
            pem.check_roots(self.trusted_root_ca)
        facts = self.facts
        self._check_algorithm(facts.algorithm_type)
        self.algorithm_type = facts.algorithm_type
        self.common_name, self.san = facts.common_name[:255], facts.san
        self.not_after = facts.not_after
        if not self._state.adding:
            self._check_domains()

    def _check_algorithm(self, found: str) -> None:
        if self.algorithm_type not in ("", found):
            text = f"Algorithm: the certificate's is {found}."
            raise ValidationError(
                {"algorithm_type": ValidationError(text, code="APIG.3715")}
            )

    def _check_domains(self) -> None:
        """Domains that have it must be able to keep it."""
        for domain in self.domains.all():
            others = [c for c in domain.certificates.all() if c.pk != self.pk]
            domain.check_certificates([self, *others])
