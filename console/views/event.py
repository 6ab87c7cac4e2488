"""Configure Test Event: events of a function."""

import json
from typing import Any

from django.shortcuts import get_object_or_404

from console import access
from console.event_templates import TEMPLATES
from console.forms.event import EventForm, proposal
from console.models import Function, TestEvent, Trace
from console.models.function import MAX_EVENTS
from console.replay.events import event_of
from console.views import generic


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
            kwargs["initial"] = proposal(
                self.request.GET.get("template", "blank"), self._recorded()
            )
        return kwargs

    def _recorded(self) -> str:
        """The event of a call to start with, for those who may see it."""
        user, given = self.request.user, self.request.GET
        if not access.may(user, "change", Function):
            return ""
        if wanted := given.get("invocation"):
            found = self.function.invocations.filter(pk=wanted).first()
            return found.event if found else ""
        if (wanted := given.get("call")) and access.may(user, "change", Trace):
            event = event_of(wanted)
            return json.dumps(event) if event else ""
        return ""

    def get_title(self) -> str:
        return "Configure Test Event"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            function=self.function,
            saved=self.function.events.all(),
            most=MAX_EVENTS,
            template=self.request.GET.get("template", "blank"),
            templates=[(key, found.label) for key, found in TEMPLATES.items()],
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
