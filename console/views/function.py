"""Functions: list, create, code, configuration, test events."""

import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from console import compile
from console.embedded import embedded
from console.forms.function import (
    EVENT_TEMPLATES,
    BasicSettingsForm,
    CodeForm,
    CreateFunctionForm,
    DeleteForm,
    EventForm,
    event_proposal,
    set_variables,
    variable_rows,
)
from console.models import Function, TestEvent
from console.models.function import MAX_EVENTS
from console.views import generic
from gateway.functions import sandbox
from gateway.functions.pool import Invocation


class FunctionList(generic.List):
    model = Function
    title = "Functions"
    template_name = "function/list.html"
    search = ("func_name", "id")


class FunctionCreate(generic.Edit):
    model = Function
    form_class = CreateFunctionForm
    title = "Create Function"
    submit_label = "Create Function"
    done = "Created. Paste the code, test it, then deploy."

    def get_title(self) -> str:
        return self.title


class FunctionDelete(generic.Delete):
    model = Function
    form_class = DeleteForm

    def dependents(self) -> generic.Dependents:
        users = self.object.authorizers.all()
        return [(f"Custom authorizer {a}", a.get_absolute_url()) for a in users]


class FunctionPage(generic.Detail):
    """What the Code and Configuration tabs share."""

    model = Function
    tab = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        function = self.object
        tabs = [
            (label, reverse(name, args=[function.pk]), label == self.tab)
            for label, name in (
                ("Code", "function-detail"),
                ("Configuration", "function-configuration"),
            )
        ]
        return super().get_context_data(tabs=tabs, **kwargs)


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
            draft_hash=compile.function(function, draft=True).code_hash,
            live_hash=function.deployed_code and compile.function(function).code_hash,
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


class FunctionConfiguration(FunctionPage):
    """Basic settings and environment variables, each with its own Save."""

    template_name = "function/configuration.html"
    tab = "Configuration"

    def get_verb(self) -> str:
        return "change" if self.request.method == "POST" else "view"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", BasicSettingsForm(instance=self.object))
        kwargs.setdefault("variables", variable_rows(self.object))
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        self.object = self.get_object()
        if request.POST.get("section") == "variables":
            return self._save_variables()
        form = BasicSettingsForm(request.POST, instance=self.object)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        form.save()
        return self._saved("settings")

    def _save_variables(self) -> HttpResponse:
        rows = variable_rows(self.object, self.request.POST)
        try:
            if rows.is_valid():
                set_variables(self.object, rows.rows())
                self.object.save_valid()
                return self._saved("variables")
        except ValidationError as error:
            rows.non_form_errors().extend(error.messages)
        return self.render_to_response(self.get_context_data(variables=rows))

    def _saved(self, section: str) -> HttpResponse:
        messages.success(self.request, "Saved. The next call uses it.")
        url = reverse("function-configuration", args=[self.object.pk])
        return redirect(f"{url}#{section}")


class EventEdit(generic.Edit):
    """Configure Test Event: create one from a template, or change a saved one."""

    model = TestEvent
    form_class = EventForm
    template_name = "function/event.html"
    pk_url_kwarg = "event"

    @property
    def creating(self) -> bool:
        return "event" not in self.kwargs

    @property
    def function(self) -> Function:
        return get_object_or_404(Function, pk=self.kwargs["pk"])

    @property
    def submit_label(self) -> str:  # type: ignore[override]
        return "Create" if self.creating else "Save"

    def get_queryset(self) -> Any:
        return TestEvent.objects.filter(function=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if self.creating:
            kwargs["instance"] = TestEvent(function=self.function)
            kwargs["initial"] = event_proposal(
                self.request.GET.get("template", "blank")
            )
        return kwargs

    def get_title(self) -> str:
        return "Configure Test Event"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            function=self.function,
            saved=self.function.events.all(),
            most=MAX_EVENTS,
            template=self.request.GET.get("template", "blank"),
            templates=[(key, label) for key, (label, *_) in EVENT_TEMPLATES.items()],
            **kwargs,
        )

    def get_cancel_url(self) -> str:
        return self.function.get_absolute_url()

    def get_success_url(self) -> str:
        return f"{self.get_cancel_url()}?event={self.object.pk}"


class EventDelete(generic.Delete):
    model = TestEvent
    pk_url_kwarg = "event"

    def get_queryset(self) -> Any:
        return TestEvent.objects.filter(function=self.kwargs["pk"])

    def get_cancel_url(self) -> str:
        return self.object.function.get_absolute_url()

    def get_success_url(self) -> str:
        return self.get_cancel_url()


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
