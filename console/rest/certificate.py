"""SSL certificates: of all gateways of the project (api.md section 1.3)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest import errors
from console.rest.absent import found
from console.rest.resources import Resource
from console.rest.serializers import Serializer, Text, Time

_TIME = Time()


class CertificateSerializer(Serializer):
    """Content and key go in, and never come out."""

    type = Text(required=False)
    instance_id = Text(required=False, write_only=True)
    is_has_trusted_root_ca = serializers.BooleanField(read_only=True)

    class Meta:
        model = models.Certificate
        fields = (
            "id",
            "name",
            "type",
            "instance_id",
            "cert_content",
            "private_key",
            "trusted_root_ca",
            "common_name",
            "san",
            "not_after",
            "create_time",
            "update_time",
            "is_has_trusted_root_ca",
            "algorithm_type",
        )
        secret = {"write_only": True}
        extra_kwargs = {
            "cert_content": secret,
            "private_key": secret,
            "trusted_root_ca": secret,
            "algorithm_type": {"required": False},
        }
        read_only_fields = (
            "id",
            "common_name",
            "san",
            "not_after",
            "create_time",
            "update_time",
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One that is a gateway's names it."""
        instance_id = attrs.pop("instance_id", "")
        if attrs.get("type") == models.Certificate.Type.INSTANCE:
            if not instance_id:
                raise errors.invalid("instance_id", "required")
            if instance_id != settings.INSTANCE_ID:
                text = f"The instance does not exist;id:{instance_id}"
                raise errors.missing("APIG.3030", text)
        # What the certificate is says the certificate.
        if self.instance is not None and "algorithm_type" not in attrs:
            attrs["algorithm_type"] = ""
        return attrs

    def to_representation(self, instance: models.Certificate) -> dict[str, Any]:
        own = instance.type == models.Certificate.Type.INSTANCE
        return super().to_representation(instance) | {
            "instance_id": settings.INSTANCE_ID if own else "common",
            "project_id": settings.PROJECT_ID,
            "signature_algorithm": instance.facts.signature_algorithm,
        }

    @property
    def detail(self) -> dict[str, Any]:
        """With everything that the certificate says of itself."""
        assert isinstance(self.instance, models.Certificate)
        facts = self.instance.facts
        return {
            **self.data,
            **facts.subject,
            "version": facts.version,
            "not_before": _TIME.to_representation(facts.not_before),
            "serial_number": facts.serial_number,
            "issuer": facts.issuer,
        }


class DomainInfo(serializers.Serializer):
    domain = Text()
    instance_ids = serializers.ListField(child=Text(), required=False)
    verified_client_certificate_enabled = serializers.BooleanField(required=False)


class Chosen(serializers.Serializer):
    domains = DomainInfo(many=True, allow_empty=False)


class Certificates(Resource):
    model = models.Certificate
    verbs = {**Resource.verbs, "attached": "view"}
    serializer = CertificateSerializer
    key = "certificate_id"
    items = "certs"
    filters = {
        "name": "name__icontains",
        "common_name": "common_name__icontains",
        "type": "type",
        "algorithm_type": "algorithm_type",
    }
    duplicate = "APIG.3325"

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = self.filtered(self.queryset(), self.filters)
        wanted = request.query_params.get("signature_algorithm")
        if wanted:
            rows = [r for r in rows if r.facts.signature_algorithm == wanted]
        return self.page(rows, self.items, lambda row: self.serializer(row).data)

    def show(self, target: models.Certificate) -> dict[str, Any]:
        return CertificateSerializer(target).detail

    def create(self, request: Request, **kwargs: Any) -> Response:
        return self.reply(self.save())

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        row = self.target
        if row.domains.exists():
            text = f"The certificate is bound to domain names,id:{row.pk}"
            raise errors.Refusal(409, "APIG.3708", text)
        row.delete()
        return Response(status=204)

    def attached(self, request: Request, **kwargs: Any) -> Response:
        row = self.target
        filters = {"url_domain": "url_domain__icontains"}
        rows = self.filtered(row.domains.select_related("group"), filters)
        return self.page(rows, "bound_domains", lambda domain: _bound(domain, row))

    def attach(self, request: Request, **kwargs: Any) -> Response:
        """Serve domain names with it, in place of one of its algorithm."""
        row = self.target
        for domain, verify in self._domains():
            kept = domain.certificates.exclude(algorithm_type=row.algorithm_type)
            domain.serve_with([*kept, row], verify=verify)
        return Response(status=204)

    def detach(self, request: Request, **kwargs: Any) -> Response:
        row = self.target
        for domain, verify in self._domains():
            kept = domain.certificates.exclude(pk=row.pk)
            domain.serve_with(list(kept), verify=verify)
        return Response(status=204)

    def _domains(self) -> Sequence[tuple[models.Domain, bool]]:
        """What the body names, and whether callers must show certificates there."""
        chosen = []
        for info in self.given(Chosen)["domains"]:
            name = info["domain"].lower().removesuffix(".")
            rows = models.Domain.objects.filter(url_domain=name)
            domain = found(models.Domain, rows.values_list("pk", flat=True).first())
            default = domain.verified_client_certificate_enabled
            verify = info.get("verified_client_certificate_enabled", default)
            chosen.append((domain, verify))
        return chosen


def _bound(domain: models.Domain, row: models.Certificate) -> dict[str, Any]:
    """A domain name that a certificate serves."""
    return {
        "url_domain": domain.url_domain,
        "id": domain.pk,
        "status": 3,
        "min_ssl_version": domain.min_ssl_version,
        "is_http_redirect_to_https": domain.is_http_redirect_to_https,
        "verified_client_certificate_enabled": (
            domain.verified_client_certificate_enabled
        ),
        "ingress_http_port": domain.ingress_http_port,
        "ingress_https_port": domain.ingress_https_port,
        "ssl_id": row.pk,
        "ssl_name": row.name,
        "api_group_id": domain.group_id,
        "api_group_name": domain.group.name,
        "instance_id": settings.INSTANCE_ID,
    }
