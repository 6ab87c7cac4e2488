"""Signature keys toward backends. Their secrets are written, never shown."""

from typing import Any

from django.urls import reverse

from console.forms.signature_key import SignatureKeyForm
from console.models import Signature
from console.views import generic
from console.views.binding import PolicyDelete, PolicyDetail


class SignatureKeyEdit(generic.Edit):
    model = Signature
    form_class = SignatureKeyForm
    template_name = "policy/form.html"
    done = "Saved. The next call is signed with it."

    def get_list_url(self) -> str:
        return reverse("policy-list")


class SignatureKeyDetail(PolicyDetail):
    model = Signature

    def facts(self) -> list[tuple[str, Any]]:
        row = self.object
        return [
            ("Signature Type", row.get_sign_type_display()),
            ("Signature Algorithm", row.get_sign_algorithm_display()),
            ("Key", row.sign_key),
            ("Secret", f"{row.sign_secret[0]}****{row.sign_secret[-1]}"),
        ]


class SignatureKeyDelete(PolicyDelete):
    model = Signature
