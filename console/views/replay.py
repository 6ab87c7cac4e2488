"""Replay: a recorded call again, and what its answer differs in."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.cache import never_cache

from console import access
from console.forms.call import CallForm
from console.models import AccessLog, Api, Trace
from console.replay import events, recorded, sending
from console.replay.difference import Answer, compare
from console.signature.parse import request_id
from console.views import generic


@method_decorator(never_cache, name="dispatch")
class Replay(generic.Guarded):
    """GET shows the call of `?request_id=`, POST makes it again.

    For those who may look at traces and debug APIs.
    """

    model = Trace
    verb = "change"

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if not access.may(request.user, "change", Api):
            raise PermissionDenied("You may not debug APIs.")
        return super().dispatch(request, *args, **kwargs)

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    @cached_property
    def found(self) -> recorded.Recorded | None:
        wanted = self.request.GET.get("request_id", "").strip()
        return recorded.find(request_id(wanted) or wanted, self.user)

    def get(self, request: HttpRequest) -> HttpResponse:
        form = CallForm(user=self.user, asked=self.found.asked) if self.found else None
        return self._show(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.found is None:
            return self._show(None)
        form = CallForm(request.POST, user=self.user, asked=self.found.asked)
        if not form.is_valid():
            return self._show(form)
        try:
            trace = sending.send(form.asked(), self.user)
        except ValidationError as error:
            form.add_error(None, error)
            return self._show(form)
        log = AccessLog.objects.filter(request_id=trace.request_id).first()
        before = Answer.of(self.found.trace, self.found.log)
        found = compare(before, Answer.of(trace, log))
        return self._show(
            form, difference=found, made=trace, events=events.links(trace)
        )

    def _show(self, form: CallForm | None, **context: Any) -> HttpResponse:
        page = {
            "title": "Replay",
            "form": form,
            "recorded": self.found,
            "asked": self.request.GET.get("request_id", "").strip(),
        }
        return render(self.request, "replay/replay.html", page | context)
