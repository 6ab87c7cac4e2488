"""The editor of a function's code (reference: console.md section C4)."""

from typing import Any

from django import forms

from console.forms.base import NounForm
from console.models import Function


class CodeForm(NounForm):
    """What the editor holds: index.py."""

    source = forms.CharField(
        label="index.py",
        strip=False,
        required=False,
        widget=forms.Textarea(
            attrs={"data-editor": "python", "rows": 24, "spellcheck": "false"}
        ),
    )

    class Meta:
        model = Function
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["source"] = (
            self.instance.draft.files().get("index.py", b"").decode()
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        text = self.cleaned_data.get("source", "").replace("\r\n", "\n")
        files = self.instance.draft.files() | {"index.py": text.encode()}
        self.instance.write(files)
        return self.cleaned_data
