"""API groups."""

from typing import Any

from django.db.models import Count

from console.forms.group import GroupForm
from console.models import ApiGroup
from console.setup import ensure_default_response
from console.templatetags.ui import moment
from console.views import generic


class GroupList(generic.List):
    model = ApiGroup
    queryset = ApiGroup.objects.annotate(api_count=Count("apis")).order_by(
        "-is_default", "name"
    )
    title = "API Groups"
    template_name = "group/list.html"


class GroupDetail(generic.Detail):
    model = ApiGroup
    template_name = "group/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        group = self.object
        facts = [
            ("Name", group.name),
            ("ID", group.pk),
            ("Debugging Domain Name", group.sl_domain),
            ("Description", group.remark),
            ("Created", moment(group.register_time)),
            ("Updated", moment(group.update_time)),
        ]
        apis = group.apis.prefetch_related("releases__env")
        return super().get_context_data(facts=facts, apis=apis, **kwargs)


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
        return [
            (f"API {api}", api.get_absolute_url()) for api in self.object.apis.all()
        ]
