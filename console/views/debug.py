"""Debug: build a call, send it, see raw messages, the trace and snippets."""

import json
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from console import access, debug
from console.forms.debug import DebugForm
from console.models import Api, AppCode, Credential, Invocation, Trace
from console.proofs import BY_DEBUGGER
from console.replay import events
from console.snippets import Snippet, snippets, warning
from console.views.generic import Guarded

# Details this long get a block of their own.
_LONG = 120


@method_decorator(never_cache, name="dispatch")
class Debug(Guarded):
    """GET shows the form of `?api=`, POST sends the call."""

    model = Api

    def get_verb(self) -> str:
        return "change" if self.request.method == "POST" else "view"

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("api")
        api = get_object_or_404(Api, pk=chosen) if chosen else None
        return self._show(self._form(api) if api else None)

    def post(self, request: HttpRequest) -> HttpResponse:
        api = get_object_or_404(Api, pk=request.GET.get("api"))
        form = self._form(api, request.POST, request.FILES)
        if not form.is_valid():
            return self._show(form)
        try:
            call = form.call()
            if request.POST.get("action") == "snippets":
                made = self._snippets(call)
                return self._show(form, snippets=made, warning=warning(call))
            result = debug.run(call)
        except ValidationError as error:
            form.add_error(None, error)
            return self._show(form)
        return self._show(form, **shown(result))

    def _form(self, api: Api, *sent: Any) -> DebugForm:
        user = self.request.user
        assert isinstance(user, User)
        return DebugForm(*sent, api=api, user=user)

    def _snippets(self, call: debug.DebugCall) -> list[Snippet]:
        """Snippets hold a secret, so they are for those who may reveal it."""
        signed = call.api.auth_type in (Api.Auth.APP, Api.Auth.IAM)
        if call.signer == BY_DEBUGGER and signed:
            raise ValidationError(
                f"{self._label(call)}: choose the credential that the snippets sign "
                "with."
            )
        if isinstance(call.signer, Credential | AppCode) and not access.may(
            self.request.user, "change", Credential
        ):
            raise PermissionDenied("You may not see the secrets of credentials.")
        return snippets(call)

    def _label(self, call: debug.DebugCall) -> str:
        return str(self._form(call.api).fields["signer"].label)

    def _show(self, form: DebugForm | None, **context: Any) -> HttpResponse:
        apis = Api.objects.select_related("group")
        page = {"title": "Debug", "form": form, "apis": apis} | context
        return render(self.request, "debug/debug.html", page)


def shown(trace: Trace) -> dict[str, Any]:
    """What debug/result.html needs: `result`, `trace`, `invocations`, `events`.

    Each step with its details as (name, text, whether it is long).
    """
    steps = [
        {
            "phase": step["phase"],
            "decision": step["decision"],
            "duration": f"{step['duration_ms']:.3f} ms",
            "details": [_detail(k, v) for k, v in step["detail"].items()],
        }
        for step in trace.content["steps"]
    ]
    called = Invocation.objects.filter(request_id=trace.request_id)
    return {
        "result": trace,
        "trace": steps,
        "invocations": called,
        "events": events.links(trace),
    }


def _detail(name: str, value: Any) -> tuple[str, str, bool]:
    if isinstance(value, dict | list):
        return name, json.dumps(value, indent=2, ensure_ascii=False), True
    # A hash as short as everywhere.
    text = str(value)[:12] if name == "code_hash" else str(value)
    return name, text, len(text) > _LONG or "\n" in text
