"""Scenarios: tables of calls that are run from here, or exported as tests."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView

from console import access
from console.forms.scenario import CaseForm, ScenarioForm
from console.models import Api, Scenario, ScenarioCase, Trace
from console.models.base import default_name
from console.models.scenario import MAX_BODY
from console.replay import cases, recorded
from console.replay.asked import DRAFT, Asked
from console.replay.export import Export
from console.replay.signers import named
from console.views import generic


class ScenarioList(generic.List):
    model = Scenario
    queryset = Scenario.objects.annotate(case_num=Count("cases")).order_by("name")
    title = "Scenarios"
    template_name = "scenario/list.html"


class ScenarioEdit(generic.Edit):
    model = Scenario
    form_class = ScenarioForm

    def get_success_url(self) -> str:
        return str(self.object.get_absolute_url())


class ScenarioDelete(generic.Delete):
    model = Scenario

    def dependents(self) -> generic.Dependents:
        return generic.linked("Case", self.object.cases.all())

    def blocked(self) -> bool:
        return False


class ScenarioDetail(generic.Detail):
    model = Scenario
    template_name = "scenario/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(self.object.cases.all())
        ids = [case.result.get("request_id", "") for case in rows]
        kept = Trace.objects.filter(request_id__in=ids)
        traces = set(kept.values_list("request_id", flat=True))
        export = Export(self.object)
        return super().get_context_data(
            facts=[
                ("Name", self.object.name),
                ("ID", self.object.pk),
                ("Description", self.object.remark),
            ],
            rows=_rows(rows, traces),
            variables=export.variables.items(),
            left_out=export.left_out,
            exported=len(export.cases),
            may_run=_may_run(self.request.user),
            **kwargs,
        )


class ScenarioRun(generic.Act):
    """Run all cases, or the one that `case` names."""

    model = Scenario

    def get_verb(self) -> str:
        if not access.may(self.request.user, "change", Api):
            raise PermissionDenied("You may not debug APIs.")
        return self.verb

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        # Not in one transaction, as `Act` would: calls of others must not wait for it.
        target = get_object_or_404(Scenario, pk=kwargs["pk"])
        rows = target.cases.all()
        if one := request.POST.get("case"):
            rows = rows.filter(pk=one)
        assert isinstance(request.user, User)
        passed, failed, left = cases.run(rows, request.user)
        text = f"{passed} passed, {failed} failed."
        if left:
            text += (
                f" {left} were not run: it took more than {cases.RUN_SECONDS:.0f} s."
            )
        tell = messages.error if failed or left or not passed else messages.success
        tell(request, text)
        return HttpResponseRedirect(target.get_absolute_url())


class ScenarioExport(generic.Guarded):
    """The cases as a pytest file, for those who may see what is in them."""

    model = ScenarioCase
    verb = "change"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, pk: str) -> HttpResponse:
        export = Export(get_object_or_404(Scenario, pk=pk))
        try:
            text = export.text()
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(export.scenario.get_absolute_url())
        saved = f'attachment; filename="{export.file_name}"'
        headers = {"Content-Disposition": saved}
        return HttpResponse(text, content_type="text/x-python", headers=headers)


class CaseEdit(generic.Titled, generic.Guarded, FormView):
    """Change a case, or add one: blank, or the recorded call of `?request_id=`."""

    model = ScenarioCase
    form_class = CaseForm
    template_name = "scenario/case.html"

    def get_verb(self) -> str:
        return "change" if "pk" in self.kwargs else "add"

    def get_title(self) -> str:
        return "Edit Case" if "pk" in self.kwargs else "Add Case"

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    @cached_property
    def case(self) -> ScenarioCase:
        if "pk" in self.kwargs:
            return get_object_or_404(ScenarioCase, pk=self.kwargs["pk"])
        chosen = Scenario.objects.filter(pk=self.request.GET.get("scenario")).first()
        case = ScenarioCase(scenario=chosen, name=default_name("Case"))
        if self.found is not None:
            record = self.found.log or self.found.trace
            assert record is not None
            case.call, case.status = self.found.asked.document(), record.status
            case.code = self.found.log.apig_err_code if self.found.log else ""
            if len(self.found.asked.body) > MAX_BODY:
                self.found.lacking.append("Body: a case has at most 64 KB.")
        return case

    @cached_property
    def found(self) -> recorded.Recorded | None:
        """The recorded call to start with, for those who may see such."""
        wanted = self.request.GET.get("request_id", "")
        if not wanted or not access.may(self.user, "change", Trace):
            return None
        return recorded.find(wanted, self.user)

    def get_form(self, form_class: Any = None) -> CaseForm:
        data = self.request.POST if self.request.method == "POST" else None
        return CaseForm(data, user=self.user, case=self.case)

    def form_valid(self, form: CaseForm) -> HttpResponse:
        with transaction.atomic():
            case = form.save()
        messages.success(self.request, "Saved. Run it to see its result.")
        return HttpResponseRedirect(case.scenario.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scenario = self.case.scenario if self.case.scenario_id else None
        back = scenario.get_absolute_url() if scenario else reverse("scenario-list")
        return super().get_context_data(
            case=self.case,
            scenario=scenario,
            scenarios=Scenario.objects.exists(),
            lacking=self.found.lacking if self.found else [],
            cancel_url=back,
            **kwargs,
        )


class CaseDelete(generic.Delete):
    model = ScenarioCase

    def get_success_url(self) -> str:
        return str(self.object.scenario.get_absolute_url())


def _may_run(user: Any) -> bool:
    return access.may(user, "change", Scenario) and access.may(user, "change", Api)


def _rows(found: list[ScenarioCase], traces: set[str]) -> list[dict[str, Any]]:
    calls = [Asked.from_document(case.call) for case in found]
    names = {signer: named(signer) for signer in {asked.signer for asked in calls}}
    pairs = zip(found, calls, strict=True)
    return [_row(c, asked, names[asked.signer], traces) for c, asked in pairs]


def _row(
    case: ScenarioCase, asked: Asked, signer: str, traces: set[str]
) -> dict[str, Any]:
    """A case as the table has it: nothing of its headers and its body."""
    against = "the saved definition" if asked.version == DRAFT else asked.version
    request_id = case.result.get("request_id", "")
    return {
        "case": case,
        "asked": asked,
        "against": against,
        "signer": signer,
        "result": case.result,
        "trace": request_id if request_id in traces else "",
    }
