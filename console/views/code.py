"""A function's Code tab: editor, Test, Deploy."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from console import compile
from console.embedded import embedded
from console.forms.code import CodeForm
from console.models import Function
from console.views.function import FunctionPage
from gateway.functions import sandbox
from gateway.functions.pool import Invocation


class FunctionCode(FunctionPage):
    """The editor. POST saves the draft, then does what the button says."""

    template_name = "function/code.html"
    tab = "Code"

    def get_verb(self) -> str:
        return "change" if self.request.method == "POST" else "view"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        function = self.object
        kwargs.setdefault("form", CodeForm(instance=function))
        return super().get_context_data(
            events=function.events.all(),
            chosen=self.request.POST.get("event", self.request.GET.get("event", "")),
            isolation=sandbox.level(),
            draft_hash=function.draft_id,
            live_hash=function.deployed_id,
            **kwargs,
        )

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        self.object = self.get_object()
        form = CodeForm(request.POST, instance=self.object)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        form.save()
        action = request.POST.get("action", "save")
        if action == "test":
            return self._test(form)
        if action == "deploy":
            self.object.deploy()
            messages.success(request, "Deployed: calls now run this code.")
        else:
            messages.success(request, "Saved as draft. Deploy makes it live.")
        event = request.POST.get("event", "")
        return redirect(f"{self.object.get_absolute_url()}?event={event}")

    def _test(self, form: CodeForm) -> HttpResponse:
        """Run the draft with the chosen event and show what came back."""
        event = self.object.events.filter(pk=self.request.POST.get("event")).first()
        if event is None:
            form.add_error(None, "Choose a test event, or configure one first.")
            return self.render_to_response(self.get_context_data(form=form))
        draft = compile.function(self.object, draft=True)
        outcome = embedded().invoke(draft, event.parsed(), str(uuid.uuid4()))
        context = self.get_context_data(
            form=CodeForm(instance=self.object),
            outcome=outcome,
            output=_pretty(outcome.result),
            summary=_summary(self.object, outcome),
        )
        return self.render_to_response(context)


def _pretty(result: str) -> str:
    """JSON indented; anything else as it stands."""
    try:
        return json.dumps(json.loads(result), indent=4, ensure_ascii=False)
    except (ValueError, RecursionError):
        return result


def _summary(function: Function, outcome: Invocation) -> list[tuple[str, str]]:
    """The documented lines, then what else tells one run from another."""
    return [
        ("Request ID", outcome.request_id),
        ("Memory Configured", f"{function.memory_size} MB"),
        ("Execution Duration", f"{outcome.duration_ms:.3f} ms"),
        ("Memory Used", f"{outcome.memory_used_mb:.3f} MB"),
        ("Billed Duration", f"{-(-outcome.duration_ms // 1):.0f} ms"),
        ("Start", "cold" if outcome.cold else "warm"),
        ("Code hash", outcome.code_hash[:12]),
        ("Interpreter", outcome.interpreter),
    ]
