"""A function's Code tab: files, upload, Test, Deploy."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from console import builds, compile, dependencies, records
from console.dependencies import DependencyError
from console.embedded import embedded
from console.forms.code import CodeForm, UploadForm
from console.models import Build
from console.views.function import FunctionPage
from console.views.invocation import result
from gateway.functions import launch


class FunctionCode(FunctionPage):
    """The editor. POST saves the file shown, then does what the button says."""

    template_name = "function/code.html"
    tab = "Code"

    def get_verb(self) -> str:
        return "change" if self.request.method == "POST" else "view"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        function, wanted = self.object, self.request.GET
        kwargs.setdefault(
            "form", CodeForm(instance=function, shown=wanted.get("file", ""))
        )
        kwargs.setdefault("upload", UploadForm(prefix="upload"))
        call = function.invocations.filter(pk=wanted.get("invocation", "")).first()
        return super().get_context_data(
            events=function.events.all(),
            chosen=self.request.POST.get("event", wanted.get("event", "")),
            isolation=launch.describe(embedded().jail),
            building=builds.running(function),
            **(result(call) if call else {}),
            **kwargs,
        )

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        self.object = self.get_object()
        if request.POST.get("action") == "upload":
            return self._upload()
        form = CodeForm(request.POST, instance=self.object)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            with transaction.atomic():
                return self._act(form)
        except ValidationError as error:
            self.object.refresh_from_db()
            form.add_error(None, error)
            return self.render_to_response(self.get_context_data(form=form))

    def _act(self, form: CodeForm) -> HttpResponse:
        if shown := self.request.POST.get("open"):
            form.keep()
            return self._show(shown)
        action = self.request.POST.get("action", "save")
        if action in ("add", "rename", "remove"):
            getattr(form, action)()
        form.keep()
        if action == "test":
            return self._test(form)
        if action in ("deploy", "install"):
            return self._deploy(form, live=action == "deploy")
        if action == "discard":
            return self._discard()
        messages.success(self.request, "Saved as draft. Deploy makes it live.")
        return self._show(form.shown)

    def _test(self, form: CodeForm) -> HttpResponse:
        """Run the draft with the chosen event, keep the call, and show it."""
        event = self.object.events.filter(pk=self.request.POST.get("event")).first()
        if event is None:
            raise ValidationError("Choose a test event, or configure one first.")
        try:
            draft = compile.function(self.object, draft=True)
        except (DependencyError, LookupError) as error:
            raise ValidationError(str(error)) from None
        if not builds.installed(draft.dependencies_hash):
            raise ValidationError(
                f"What {dependencies.FILE} asks for is not installed for this draft: "
                "choose Install Dependencies, or Deploy, first."
            )
        given = event.parsed()
        outcome = embedded().invoke(draft, given, str(uuid.uuid4()))
        kept = records.store_test(draft, given, outcome)
        return self._show(form.shown, invocation=kept.pk)

    def _deploy(self, form: CodeForm, *, live: bool) -> HttpResponse:
        build = builds.start(self.object, self.request.user, live=live)
        if build.status == Build.Status.RUNNING:
            return redirect("build-detail", build.pk)
        done = "Deployed: calls now run this code." if live else "Nothing is missing."
        messages.success(self.request, done)
        return self._show(form.shown)

    def _discard(self) -> HttpResponse:
        if self.object.deployed is None:
            raise ValidationError("Nothing is deployed that the draft could become.")
        self.object.draft = self.object.deployed
        self.object.save_valid()
        messages.success(self.request, "The draft is what is deployed again.")
        return self._show("")

    def _upload(self) -> HttpResponse:
        form = UploadForm(self.request.POST, self.request.FILES, prefix="upload")
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(upload=form))
        self.object.write(form.unpacked)
        self.object.save_valid()
        messages.success(self.request, f"Uploaded {len(form.unpacked)} files as draft.")
        if warning := form.warning(self.object.handler):
            messages.warning(self.request, warning)
        return self._show("")

    def _show(self, shown: str, invocation: str = "") -> HttpResponse:
        wanted = {
            "file": shown,
            "event": self.request.POST.get("event", ""),
            "invocation": invocation,
        }
        query = urlencode({name: value for name, value in wanted.items() if value})
        anchor = "#result" if invocation else ""
        return redirect(f"{self.object.get_absolute_url()}?{query}{anchor}")
