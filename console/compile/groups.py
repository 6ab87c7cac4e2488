"""API groups, their names and certificates."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from console import models
from console.models.domain import HTTPS, OFF
from gateway import snapshot as data
from gateway.server import parse_address

Rules = Mapping[str, data.ResponseRule]


class Groups:
    """Reads groups and gateway responses once."""

    def __init__(self) -> None:
        responses = list(models.GatewayResponse.objects.all())
        self._rules = {row.pk: _rules(row.responses) for row in responses}
        self._defaults = {row.group_id: row.pk for row in responses if row.default}
        rows = models.ApiGroup.objects.prefetch_related("domains__certificates")
        self.all = tuple(map(self._group, rows))
        self._wanting = {
            group.id for group in self.all if any(d.wants_tls for d in group.domains)
        }

    def responses(self, response_id: str) -> Rules:
        return self._rules.get(response_id, {})

    def wants_tls(self, group_id: str) -> bool:
        """Whether a name of the group does not take plain HTTP as it comes."""
        return group_id in self._wanting

    def _group(self, row: models.ApiGroup) -> data.Group:
        return data.Group(
            id=row.pk,
            name=row.name,
            is_default=row.is_default,
            hosts=(row.sl_domain.lower(),) * row.sl_domain_access_enabled,
            domains=tuple(map(_domain, row.domains.all())),
            responses=self.responses(self._defaults.get(row.pk, "")),
        )


def _domain(row: models.Domain) -> data.Domain:
    own, here = row.ingress_https_port, parse_address(settings.GATEWAY_TLS_BIND)[1]
    standard = own == HTTPS
    return data.Domain(
        url_domain=row.url_domain,
        min_ssl_version=row.min_ssl_version,
        is_http_redirect_to_https=row.is_http_redirect_to_https,
        http=row.ingress_http_port != OFF,
        https=own != OFF,
        https_port=here if standard else own,
        public_https_port=own,
        certificates=tuple(map(_certificate, row.certificates.all())),
        verified_client_certificate_enabled=row.verified_client_certificate_enabled,
    )


def _certificate(row: models.Certificate) -> data.Certificate:
    return data.Certificate(
        id=row.pk,
        name=row.name,
        cert_content=row.cert_content,
        private_key=row.private_key,
        trusted_root_ca=row.trusted_root_ca,
    )


def _rules(raw: Mapping[str, Any]) -> Rules:
    return {
        name: data.ResponseRule(
            status=rule.get("status"),
            body=rule["body"],
            headers=tuple((h["key"], h["value"]) for h in rule.get("headers", [])),
        )
        for name, rule in raw.items()
    }
