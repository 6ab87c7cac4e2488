"""Independent domain names of API groups (reference: api.md section 1.2)."""

import re
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse

from console import limits, pem
from console.models.base import Noun, rule
from console.models.certificate import Certificate
from console.models.group import ApiGroup
from gateway.server import parse_address

OFF, HTTP, HTTPS = -1, 80, 443
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
_NAME = rf"(?:\*\.)?(?:{_LABEL}\.){{1,7}}[a-zA-Z]{{2,64}}\.?"


class Domain(Noun):
    """A name, or with `*.` all names below one, that a group's callers use."""

    class Version(models.TextChoices):
        TLS_1_1 = "TLSv1.1", "TLS 1.1"
        TLS_1_2 = "TLSv1.2", "TLS 1.2"

    group = models.ForeignKey(
        ApiGroup, on_delete=models.CASCADE, related_name="domains"
    )
    url_domain = models.CharField(
        "Domain Name",
        max_length=255,
        unique=True,
        validators=[
            rule(
                _NAME,
                "Domain Name: labels of letters, digits, hyphens and underscores, such "
                "as www.example.com or *.example.com.",
            )
        ],
        error_messages={"unique": "An API group has this domain name already."},
    )
    min_ssl_version = models.CharField(
        "Minimum TLS Version",
        max_length=7,
        choices=Version,
        default=Version.TLS_1_1,
    )
    is_http_redirect_to_https = models.BooleanField(
        "HTTP-to-HTTPS Auto Redirection", default=False
    )
    verified_client_certificate_enabled = models.BooleanField(
        "Client Certificate Verification", default=False, editable=False
    )
    ingress_http_port = models.IntegerField("HTTP Port", default=HTTP)
    ingress_https_port = models.IntegerField("HTTPS Port", default=HTTPS)
    certificates = models.ManyToManyField(
        Certificate, related_name="domains", blank=True, editable=False
    )

    class Meta:
        verbose_name = "domain name"
        ordering = ["url_domain"]

    def __str__(self) -> str:
        return self.url_domain

    def get_absolute_url(self) -> str:
        return reverse("domain-detail", args=[self.pk])

    def clean_fields(self, exclude: object = None) -> None:
        # Names are compared as they are written here.
        self.url_domain = self.url_domain.lower()
        super().clean_fields(exclude=exclude)  # type: ignore[arg-type]
        self.url_domain = self.url_domain.removesuffix(".")

    def clean(self) -> None:
        others = Domain.objects.filter(group=self.group_id)
        limits.check_room("APIGROUP_DOMAIN_NUM_LIMIT", self, others)
        if re.search(rf"(^|\.){re.escape(settings.GATEWAY_DOMAIN)}$", self.url_domain):
            raise _refused(
                "url_domain",
                "APIG.2024",
                f"Domain Name: names under {settings.GATEWAY_DOMAIN} are given by the "
                "system.",
            )
        self._check_ports()

    def check_certificates(self, chosen: Sequence[Certificate]) -> None:
        """Whether the domain can be served with these certificates."""
        algorithms = [certificate.algorithm_type for certificate in chosen]
        if len(set(algorithms)) < len(algorithms):
            raise ValidationError(
                f"{self}: one certificate of each algorithm, RSA and ECC, at most.",
                code="APIG.3715",
            )
        for certificate in chosen:
            if not pem.covers(certificate.san, self.url_domain):
                raise ValidationError(
                    f"{certificate} is not for {self}, but for "
                    f"{', '.join(certificate.san)}.",
                    code="APIG.2103",
                )
        trusted = any(certificate.trusted_root_ca for certificate in chosen)
        if self.verified_client_certificate_enabled and not trusted:
            raise ValidationError(
                f"{self}: to verify client certificates, one of its SSL certificates "
                "needs a CA.",
                code="APIG.2106",
            )

    @transaction.atomic
    def serve_with(self, chosen: Sequence[Certificate], *, verify: bool) -> None:
        """Use exactly these certificates from the next handshake on."""
        self.verified_client_certificate_enabled = verify
        self.check_certificates(chosen)
        self.save_valid()
        self.certificates.set(chosen)

    def _check_ports(self) -> None:
        if self.ingress_http_port == self.ingress_https_port == OFF:
            raise ValidationError(
                "HTTP and HTTPS cannot both be off.", code="APIG.2025"
            )
        http = parse_address(settings.GATEWAY_BIND)[1]
        https = parse_address(settings.GATEWAY_TLS_BIND)[1]
        for protocol, port, allowed in (
            ("http", self.ingress_http_port, (HTTP, http)),
            ("https", self.ingress_https_port, (HTTPS, https)),
        ):
            if port not in (OFF, *allowed):
                raise _refused(
                    f"ingress_{protocol}_port",
                    "APIG.2049",
                    f"{protocol.upper()} Port: {allowed[0]}, {allowed[1]} as the "
                    "gateway listens on it, or -1 for off.",
                )


def _refused(field: str, code: str, text: str) -> ValidationError:
    return ValidationError({field: ValidationError(text, code=code)})
