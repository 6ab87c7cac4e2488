"""The signature debugger: what a client signed beside what was expected."""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.generic import FormView

from console.forms.signature import SignatureForm
from console.models import Credential
from console.signature.diagnosis import diagnose
from console.views import generic

# Each user may ask so often in so many seconds: an answer tells about secrets.
MOST, SECONDS = 30, 60


class SignatureDebugger(generic.Titled, generic.Guarded, FormView):
    """For those who may change credentials, and so may know their secrets."""

    model = Credential
    verb = "change"
    form_class = SignatureForm
    template_name = "signature/debug.html"
    title = "Signature Debugger"

    def get_initial(self) -> dict[str, Any]:
        return {"source": self.request.GET.get("request_id", "")}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        if not _allowed(request.user.pk):
            form.add_error(None, f"At most {MOST} times a minute: wait a moment.")
            return self.render_to_response(self.get_context_data(form=form), status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: SignatureForm) -> HttpResponse:
        canonical = form.cleaned_data["canonical"]
        found = diagnose(form.evidence, canonical, form.arrived)
        context = self.get_context_data(form=form, diagnosis=found)
        return self.render_to_response(context)


def _allowed(user: Any) -> bool:
    """Count this one; False when there have been too many."""
    name = f"signature-debugger-{user}"
    cache.add(name, 0, SECONDS)
    try:
        return cache.incr(name) <= MOST
    except ValueError:
        # It expired in between.
        return True
