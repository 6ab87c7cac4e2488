"""API Policies > SSL Certificates."""

from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from console.forms.certificate import CertificateForm
from console.models import Certificate
from console.pem import Facts
from console.templatetags.ui import moment
from console.views import generic


class CertificateList(generic.List):
    model = Certificate
    queryset = Certificate.objects.annotate(domain_count=Count("domains")).order_by(
        "name"
    )
    title = "API Policies"
    template_name = "certificate/list.html"
    search = ("name", "id", "common_name")
    filters = ("algorithm_type",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(now=timezone.now(), **kwargs)


class CertificateDetail(generic.Detail):
    model = Certificate
    template_name = "certificate/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        said = row.facts
        facts = [
            ("Name", row.name),
            ("ID", row.pk),
            ("Gateways Covered", row.get_type_display()),
            ("Common Name", row.common_name),
            ("Subject Alternative Names", ", ".join(row.san)),
            *(
                (k.replace("_", " ").title(), ", ".join(v))
                for k, v in said.subject.items()
            ),
            ("Issuer", ", ".join(said.issuer)),
            ("Valid From", moment(said.not_before)),
            ("Valid Until", moment(said.not_after)),
            ("Algorithm", row.algorithm_type),
            ("Signature Algorithm", said.signature_algorithm),
            ("Serial Number", said.serial_number),
            ("CA", "Uploaded" if row.is_has_trusted_root_ca else ""),
            ("Key", "Kept encrypted, never shown"),
            ("Created", moment(row.create_time)),
            ("Updated", moment(row.update_time)),
        ]
        domains = row.domains.select_related("group")
        page = self.part(domains, "domains")
        return super().get_context_data(facts=facts, domains=page, **kwargs)


class CertificateEdit(generic.Edit):
    model = Certificate
    form_class = CertificateForm
    template_name = "certificate/form.html"
    done = "Saved. The next handshake uses it."

    def get_title(self) -> str:
        return "Create SSL Certificate" if self.creating else f"Modify {self.object}"


class CertificateDelete(generic.Delete):
    model = Certificate

    def dependents(self) -> generic.Dependents:
        return [
            (f"Domain name {row}", reverse("domain-certificates", args=[row.pk]))
            for row in self.object.domains.all()
        ]


def _subject(said: Facts) -> list[tuple[str, str]]:
    parts = said.subject.items()
    return [(part.replace("_", " ").title(), ", ".join(v)) for part, v in parts]
