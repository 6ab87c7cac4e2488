"""API groups."""

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from console import features
from console.forms.group import GroupForm
from console.models import ApiGroup, Environment
from console.setup import ensure_default_response
from console.templatetags.ui import moment
from console.views import generic
from console.views.release import chosen_environment


class GroupList(generic.List):
    model = ApiGroup
    queryset = ApiGroup.objects.annotate(api_count=Count("apis")).order_by(
        "-is_default", "name"
    )
    title = "API Groups"
    template_name = "group/list.html"


class GroupDetail(generic.Detail):
    """The tab APIs."""

    model = ApiGroup
    template_name = "group/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        apis = self.object.apis.prefetch_related("releases__env")
        if text := self.request.GET.get("q", "").strip():
            apis = apis.filter(Q(name__icontains=text) | Q(req_uri__icontains=text))
        page = self.part(apis, "page")
        tabs = group_tabs(self.object, "group-detail")
        return super().get_context_data(page_obj=page, tabs=tabs, **kwargs)


class GroupInformation(generic.Detail):
    """The tab Group Information: names, variables, gateway responses."""

    model = ApiGroup
    template_name = "group/information.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        group, env = self.object, chosen_environment(self.request)
        facts = [
            ("Name", group.name),
            ("ID", group.pk),
            ("Description", group.remark),
            ("Created", moment(group.register_time)),
            ("Updated", moment(group.update_time)),
        ]
        responses = group.gateway_responses.annotate(api_count=Count("apis"))
        return super().get_context_data(
            tabs=group_tabs(group, "group-information"),
            facts=facts,
            calls=features.of_calls().sl_domain_calls,
            domains=self.part(
                group.domains.prefetch_related("certificates"), "domains"
            ),
            env=env,
            environments=Environment.objects.all(),
            variables=self.part(group.variables.filter(env=env), "variables"),
            responses=self.part(responses.order_by("-default", "name"), "responses"),
            **kwargs,
        )


class GroupAccess(generic.Act):
    """The switch of the debugging domain name."""

    model = ApiGroup

    def act(self, target: ApiGroup) -> str:
        target.sl_domain_access_enabled = not target.sl_domain_access_enabled
        target.save_valid()
        if target.sl_domain_access_enabled:
            return "The debugging domain name answers."
        return "The debugging domain name does not answer any more."

    def get_next_url(self, target: ApiGroup) -> str:
        return reverse("group-information", args=[target.pk])


def group_tabs(group: ApiGroup, current: str) -> list[tuple[str, str, bool]]:
    pages = (("APIs", "group-detail"), ("Group Information", "group-information"))
    return [
        (label, reverse(name, args=[group.pk]), name == current)
        for label, name in pages
    ]


class GroupEdit(generic.Edit):
    model = ApiGroup
    form_class = GroupForm

    def get_title(self) -> str:
        return "Create API Group" if self.creating else "Edit API Group"

    def after_save(self) -> None:
        ensure_default_response(self.object)


class GroupDelete(generic.Delete):
    model = ApiGroup

    def dependents(self) -> generic.Dependents:
        if self.object.is_default:
            return [("The group DEFAULT always exists", "")]
        domains = generic.linked("Domain name", self.object.domains.all())
        variables = generic.linked("Variable", self.object.variables.all())
        responses = self.object.gateway_responses.filter(default=False)
        own = generic.linked("Gateway response", responses)
        return self.apis() or [*domains, *variables, *own]

    def apis(self) -> generic.Dependents:
        return generic.linked("API", self.object.apis.all())

    def blocked(self) -> bool:
        return self.object.is_default or bool(self.apis())
