"""Forms of independent domain names (reference: console.md section D2)."""

from typing import Any

from django import forms

from console.forms.base import NounForm, PlainForm, segmented, switch
from console.models import Certificate, Domain


class DomainForm(NounForm):
    given_fields = ("group",)

    class Meta:
        model = Domain
        fields = (
            "url_domain",
            "min_ssl_version",
            "is_http_redirect_to_https",
            "ingress_http_port",
            "ingress_https_port",
        )
        widgets = {
            "min_ssl_version": segmented(),
            "is_http_redirect_to_https": switch(),
        }
        help_texts = {
            "url_domain": "Such as www.example.com, or *.example.com for all names "
            "below it. Have its DNS record lead to this gateway.",
            "min_ssl_version": "TLS 1.2 is recommended.",
            "is_http_redirect_to_https": "GET and HEAD of APIs that speak HTTPS, once "
            "the domain name has an SSL certificate.",
            "ingress_http_port": "80, the port that the gateway listens on, or -1 for "
            "no HTTP.",
            "ingress_https_port": "443, the port that the gateway listens on, or -1 "
            "for no HTTPS.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        adding = self.instance._state.adding
        self.fields["url_domain"].disabled = not adding
        if adding:
            self.initial["min_ssl_version"] = Domain.Version.TLS_1_2


class CertificatesForm(PlainForm):
    """Select SSL Certificate: at most one of each algorithm."""

    certificates = forms.ModelMultipleChoiceField(
        Certificate.objects.all(),
        label="SSL Certificates",
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text="One RSA and one ECC certificate at most. None: the gateway's own, "
        "which only its local CA vouches for.",
    )
    verify = forms.BooleanField(
        label="Client Certificate Verification",
        required=False,
        widget=switch(),
        help_text="Callers must show a certificate that the CA of the SSL certificate "
        "has issued.",
    )

    def __init__(self, *args: Any, domain: Domain, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["certificates"]
        field.label_from_instance = _label
        self.initial["certificates"] = domain.certificates.all()
        self.initial["verify"] = domain.verified_client_certificate_enabled


def _label(row: Certificate) -> str:
    ca = ", with a CA" if row.trusted_root_ca else ""
    return f"{row.name}: {row.algorithm_type}, {', '.join(row.san)}{ca}"
