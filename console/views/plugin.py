"""Plug-ins: filled in by a form or written as a script."""

import json
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property

from console.forms.plugin import PluginForm
from console.models import Plugin
from console.views import generic
from console.views.binding import PolicyDelete, PolicyDetail
from gateway.policies import cors, registry


class PluginEdit(generic.Edit):
    model = Plugin
    form_class = PluginForm
    template_name = "plugin/form.html"
    done = "Saved. The next call goes by it."

    @cached_property
    def kind(self) -> str:
        kind = (
            self.object.plugin_type
            if self.object
            else self.request.GET.get("type", cors.NAME)
        )
        if kind not in registry.PLUGINS:
            raise Http404("No policy type of this name.")
        return str(kind)

    def get_title(self) -> str:
        verb = "Create" if self.creating else "Edit"
        return f"{verb} Policy: {registry.PLUGINS[self.kind].TITLE}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"kind": self.kind}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = registry.PLUGINS[self.kind].ABOUT
        return super().get_context_data(about=about, **kwargs)

    def get_list_url(self) -> str:
        return reverse("policy-list")


class PluginDetail(PolicyDetail):
    model = Plugin
    template_name = "plugin/detail.html"

    def facts(self) -> list[tuple[str, Any]]:
        return [("Scope", "Global"), ("Description", self.object.remark)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = self.object.masked_document
        content = json.dumps(shown, indent=2, ensure_ascii=False)
        return super().get_context_data(content=content, **kwargs)


class PluginDelete(PolicyDelete):
    model = Plugin
