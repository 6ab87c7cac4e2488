"""Independent domain names of groups, and their certificates (api.md section 1.2)."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField
from rest_framework.serializers import Serializer as PlainSerializer

from console import models
from console.rest import errors
from console.rest.absent import found
from console.rest.certificate import CertificateSerializer
from console.rest.resources import Resource
from console.rest.serializers import Flag, Serializer, Text

# A name that points here; nothing asks a name server.
_RESOLVED = 3


class DomainSerializer(Serializer):
    status = IntegerField(default=_RESOLVED, read_only=True)
    verified_client_certificate_enabled = Flag(required=False)

    class Meta:
        model = models.Domain
        fields = (
            "url_domain",
            "id",
            "status",
            "min_ssl_version",
            "is_http_redirect_to_https",
            "verified_client_certificate_enabled",
            "ingress_http_port",
            "ingress_https_port",
        )
        read_only_fields = ("id",)


class ChangedDomain(DomainSerializer):
    """A name stays what it is."""

    class Meta(DomainSerializer.Meta):
        read_only_fields = ("id", "url_domain")  # type: ignore[assignment]
        extra_kwargs = {"min_ssl_version": {"required": True}}


class Verification(PlainSerializer):
    """Whether callers must show certificates."""

    verified_client_certificate_enabled = Flag(required=False)


class Pair(PlainSerializer):
    """A certificate that is made for a domain name."""

    name = Text()
    cert_content = Text()
    private_key = Text()


def of_group(row: models.Domain) -> dict[str, Any]:
    """A domain name as its group tells of it."""
    certificates = list(row.certificates.all())
    return {
        "id": row.pk,
        "domain": row.url_domain,
        "cname_status": _RESOLVED,
        "min_ssl_version": row.min_ssl_version,
        "verified_client_certificate_enabled": row.verified_client_certificate_enabled,
        "is_has_trusted_root_ca": any(c.is_has_trusted_root_ca for c in certificates),
        "ingress_http_port": row.ingress_http_port,
        "ingress_https_port": row.ingress_https_port,
        "ssl_infos": [_ssl(certificate) for certificate in certificates],
    } | main_certificate(row)


def main_certificate(row: models.Domain) -> dict[str, str]:
    """The one that older members of a reply describe: RSA, when there is one."""
    by_algorithm = {c.algorithm_type: c for c in row.certificates.all()}
    chosen = by_algorithm.get("RSA")
    return {"ssl_id": chosen.pk, "ssl_name": chosen.name} if chosen else {}


def _ssl(certificate: models.Certificate) -> dict[str, Any]:
    return {
        "ssl_id": certificate.pk,
        "ssl_name": certificate.name,
        "algorithm_type": certificate.algorithm_type,
        "type": 2 if certificate.type == models.Certificate.Type.GLOBAL else 1,
        "is_has_trusted_root_ca": certificate.is_has_trusted_root_ca,
    }


class Domains(Resource):
    model = models.Domain
    serializer = DomainSerializer
    key = "domain_id"
    within = ("group_id", models.ApiGroup, "group")
    duplicate = "APIG.3305"

    def find(self, id: str) -> models.Domain:
        row, group = found(models.Domain, id), self.owner["group"]
        if row.group_id != group.pk:
            text = f"The domain name {row} is not one of the API group {group.pk}"
            raise errors.Refusal(400, "APIG.3474", text)
        return row

    def update(self, request: Request, **kwargs: Any) -> Response:
        row = self.target
        given = ChangedDomain(row, data=request.data)
        given.is_valid(raise_exception=True)
        row = given.save()
        row.check_certificates(list(row.certificates.all()))
        return self.reply(row, status=201)


class Certificates(Domains):
    """The certificates that a domain name is served with."""

    verbs = {"retrieve": "view"}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Keep a new certificate, and use it in place of one of its algorithm."""
        row = self.target
        certificate = models.Certificate(**self.given(Pair))
        certificate.save_valid()
        kept = row.certificates.exclude(algorithm_type=certificate.algorithm_type)
        _serve(row, [*kept, certificate])
        group = {"api_group_id": row.group_id, "api_group_name": row.group.name}
        shown = self.show(row) | main_certificate(row) | group
        named = {"ssl_id": certificate.pk, "ssl_name": certificate.name}
        return Response(shown | named | {"instance_id": settings.INSTANCE_ID}, 201)

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        bound = self.target.certificates.all()
        certificate = found(bound, kwargs["certificate_id"])
        return Response(CertificateSerializer(certificate).detail)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        row = self.target
        gone = found(row.certificates.all(), kwargs["certificate_id"])
        _serve(row, row.certificates.exclude(pk=gone.pk))
        return Response(status=204)

    def attach(self, request: Request, **kwargs: Any) -> Response:
        """Use certificates, each in place of one of its algorithm."""
        row, chosen = self.target, self.objects("certificate_ids", models.Certificate)
        algorithms = [certificate.algorithm_type for certificate in chosen]
        kept = row.certificates.exclude(algorithm_type__in=algorithms)
        verify = self.given(Verification)
        _serve(row, [*kept, *chosen], **verify)
        return Response(status=204)

    def detach(self, request: Request, **kwargs: Any) -> Response:
        row, gone = self.target, self.objects("certificate_ids", models.Certificate)
        kept = row.certificates.exclude(pk__in=[certificate.pk for certificate in gone])
        _serve(row, kept, **self.given(Verification))
        return Response(status=204)


def _serve(
    row: models.Domain,
    chosen: Any,
    *,
    verified_client_certificate_enabled: bool | None = None,
) -> None:
    verify = verified_client_certificate_enabled
    if verify is None:
        verify = row.verified_client_certificate_enabled
    row.serve_with(list(chosen), verify=verify)
