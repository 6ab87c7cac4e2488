"""Independent domain names of an API group."""

from typing import Any

from console.forms.domain import CertificatesForm, DomainForm
from console.models import Certificate, Domain
from console.models.domain import OFF
from console.views import generic
from console.views.variable import OfGroup


class DomainDetail(OfGroup, generic.Detail):
    model = Domain
    queryset = Domain.objects.select_related("group")
    template_name = "domain/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        verified = row.verified_client_certificate_enabled
        facts = [
            ("Domain Name", row.url_domain),
            ("ID", row.pk),
            ("API Group", row.group),
            ("Minimum TLS Version", row.get_min_ssl_version_display()),
            ("HTTP Port", _port(row.ingress_http_port)),
            ("HTTPS Port", _port(row.ingress_https_port)),
            ("HTTP-to-HTTPS Auto Redirection", _switch(row.is_http_redirect_to_https)),
            ("Client Certificate Verification", _switch(verified)),
        ]
        certificates = row.certificates.all()
        return super().get_context_data(
            facts=facts, certificates=certificates, **kwargs
        )


class DomainEdit(OfGroup, generic.Edit):
    model = Domain
    form_class = DomainForm
    template_name = "group/form.html"
    section = "domains"

    def get_title(self) -> str:
        if self.creating:
            return "Bind Independent Domain Name"
        return f"Edit {self.object}"

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if self.creating:
            given["instance"] = Domain(group=self.group)
        return given


class DomainDelete(OfGroup, generic.Delete):
    """Unbind Domain Name."""

    model = Domain
    template_name = "domain/delete.html"
    section = "domains"

    def get_title(self) -> str:
        return f"Unbind {self.object}"

    def dependents(self) -> generic.Dependents:
        return [
            (
                f"SSL certificate {row} stays, without this domain name",
                row.get_absolute_url(),
            )
            for row in self.object.certificates.all()
        ]

    def blocked(self) -> bool:
        return False


class DomainCertificates(generic.Ask):
    """Select SSL Certificate."""

    model = Domain
    verb = "change"
    about = Domain
    template_name = "domain/certificates.html"
    form_class = CertificatesForm

    def get_title(self) -> str:
        return f"Select SSL Certificate for {self.target}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"domain": self.target}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        there = Certificate.objects.exists()
        return super().get_context_data(there=there, **kwargs)

    def act(self, data: dict[str, Any]) -> str:
        chosen = list(data["certificates"])
        self.target.serve_with(chosen, verify=data["verify"])
        return "Saved. The next handshake uses it."


def _switch(on: bool) -> str:
    return "On" if on else "Off"


def _port(port: int) -> str:
    return "Off" if port == OFF else str(port)
