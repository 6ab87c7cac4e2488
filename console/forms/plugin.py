"""Plug-ins: a form made from the policy's module, or its document as a script."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.forms import document
from console.forms.base import NounForm, segmented
from console.models import Plugin
from console.models.base import default_name
from console.models.plugin import MAX_CONTENT
from gateway.policies import registry

FORM, SCRIPT = "form", "script"


class PluginForm(NounForm):
    """`entries` are what the form mode shows, in order: bound fields and tables."""

    mode = forms.ChoiceField(
        label="Policy Content",
        choices=[(FORM, "Form"), (SCRIPT, "Script")],
        initial=FORM,
        widget=segmented(),
    )
    script = forms.CharField(
        label="Script",
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 20, "spellcheck": "false", "maxlength": MAX_CONTENT}
        ),
        help_text="JSON. Secrets are masked; a mask keeps what was there.",
    )

    class Meta:
        model = Plugin
        fields = ("plugin_name", "remark")
        help_texts = {
            "plugin_name": "3 to 255 letters, digits, - and _, a letter first."
        }

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.instance.plugin_type = kind
        adding = self.instance._state.adding
        self._known = {} if adding else self.instance.masked_document
        if adding:
            self.initial["plugin_name"] = default_name(kind)
        form = registry.PLUGINS[kind].FORM
        self.show_if = {item.path: item.show_if for item in document.fields_of(form)}
        for item in document.fields_of(form):
            self.fields[item.path] = document.field_of(item)
            if not adding:
                value = document.read(self._known, item.path)
                self.initial[item.path] = document.initial(item, value)
        self.tables = {
            table.path: document.Rows(
                table,
                self.data or None,
                document.read(self._known, table.path),
            )
            for table in document.tables_of(form)
        }
        shown = self._known or self._defaults()
        self.initial["script"] = json.dumps(shown, indent=2, ensure_ascii=False)

    @property
    def entries(self) -> list[dict[str, Any]]:
        form = registry.PLUGINS[self.kind].FORM
        return [
            {"table": self.tables[item.path]}
            if item.path in self.tables
            else {"field": self[item.path]}
            for item in form
        ]

    def clean(self) -> dict[str, Any]:
        super().clean()
        chosen = self.cleaned_data.get("mode")
        if chosen == SCRIPT:
            for item in document.fields_of(registry.PLUGINS[self.kind].FORM):
                self.errors.pop(item.path, None)
            self._take(self.cleaned_data.get("script") or "")
        elif self._tables_are_valid() and not self.errors:
            self._take(json.dumps(self._filled()))
        return self.cleaned_data

    def _tables_are_valid(self) -> bool:
        bad = [t for t in self.tables.values() if not t.formset.is_valid()]
        for rows in bad:
            self.add_error(None, f"{rows.table.label}: correct the marked rows.")
        return not bad

    def _take(self, text: str) -> None:
        """Use a content, unless no gateway could."""
        before = self.instance.plugin_content
        try:
            self.instance.write(text)
            registry.check(self.kind, self.instance.document)
        except ValidationError as error:
            self.add_error(None, error.messages)
        except (ValueError, RecursionError) as error:
            self._blame(str(error))
        else:
            return
        self.instance.plugin_content = before

    def _blame(self, text: str) -> None:
        """Put a message beside the field whose path it begins with."""
        path, _, rule = text.partition(": ")
        script = self.cleaned_data.get("mode") == SCRIPT
        if not script and path in self.fields:
            self.add_error(path, f"{rule}.")
        else:
            self.add_error(None, f"Policy Content: {text}.")

    def _filled(self) -> dict[str, Any]:
        form = registry.PLUGINS[self.kind].FORM
        members = [
            (item.path, document.plain(item, self.cleaned_data.get(item.path)))
            for item in document.fields_of(form)
        ]
        rows = [(path, rows.value()) for path, rows in self.tables.items()]
        return document.written(self._known, members + rows)

    def _defaults(self) -> dict[str, Any]:
        """A document to begin a script with."""
        form = document.fields_of(registry.PLUGINS[self.kind].FORM)
        members = ((i.path, i.default) for i in form if i.default is not None)
        return document.written({}, members)
