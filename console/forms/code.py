"""The editor of a function's code (reference: console.md section C4)."""

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import NounForm, PlainForm
from console.models import Function
from gateway.functions.package import MAX_ZIP, PackageError, check_path, read_zip

MAX_EDITED = 1 << 20
LANGUAGES = {
    "py": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "json": "json",
}


class CodeForm(NounForm):
    """One file of the draft. `act` saves it and does what a button says."""

    path = forms.CharField(widget=forms.HiddenInput(), required=False, strip=False)
    # Of the text that was shown, to notice that somebody saved another meanwhile.
    base = forms.CharField(widget=forms.HiddenInput(), required=False)
    source = forms.CharField(label="Code", strip=False, required=False)
    new_path = forms.CharField(
        label="File name",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "lib/util.py"}),
    )

    class Meta:
        model = Function
        fields = ()

    def __init__(self, *args: Any, shown: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.package = self.instance.draft.files()
        self.shown = str(self.data.get("path") or shown)
        if self.shown not in self.package:
            self.shown = _first(self.package, self.instance.handler)
        content = self.package.get(self.shown, b"")
        self.text = text_of(content)
        self.initial.update(
            path=self.shown, base=_digest(content), source=self.text or ""
        )
        self.fields["source"].label = self.shown
        language = LANGUAGES.get(self.shown.rpartition(".")[2], "text")
        self.fields["source"].widget = forms.Textarea(
            attrs={"data-editor": language, "rows": 24, "spellcheck": "false"}
        )

    def tree(self) -> list[tuple[str, int, bool]]:
        """(path, bytes, whether it is the one shown) of all files."""
        return [
            (p, len(self.package[p]), p == self.shown) for p in sorted(self.package)
        ]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.text is None or "source" not in self.data:
            return self.cleaned_data
        text = self.cleaned_data.get("source", "").replace("\r\n", "\n").encode()
        now = self.package.get(self.shown, b"")
        base = self.cleaned_data.get("base")
        if base and base != _digest(now) and now != text:
            # The next attempt is about what is there now.
            self.data = {**self.data.dict(), "base": _digest(now)}  # type: ignore[attr-defined]
            raise ValidationError(
                f"Somebody saved another {self.shown} since you opened this page. "
                "Save again to overwrite it, or open the page anew to see it."
            )
        self.package[self.shown] = text
        return self.cleaned_data

    def add(self) -> None:
        """A new empty file of the name typed."""
        path = self._new_path()
        self.package[path] = b""
        self.shown = path

    def rename(self) -> None:
        path = self._new_path()
        self.package[path] = self.package.pop(self.shown)
        self.shown = path

    def remove(self) -> None:
        if len(self.package) == 1:
            raise ValidationError("A function has at least one file.")
        del self.package[self.shown]
        self.shown = _first(self.package, self.instance.handler)

    def keep(self) -> None:
        """Make the files the draft."""
        self.instance.write(self.package)
        self.instance.save_valid()

    def _new_path(self) -> str:
        path = self.cleaned_data.get("new_path", "").strip()
        if not path:
            raise ValidationError({"new_path": "File name: type one."})
        try:
            check_path(path)
        except PackageError as error:
            raise ValidationError({"new_path": f"File name: {error}"}) from None
        if any(_clash(path, known) for known in self.package):
            raise ValidationError({"new_path": f"File name: {path} is there already."})
        return path


class UploadForm(PlainForm):
    """Code Source > Upload > Local ZIP; `unpacked` is what is in it."""

    archive = forms.FileField(
        label="Local ZIP",
        help_text="It replaces all files of the draft; at most 40 MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ".zip"}),
    )

    def clean_archive(self) -> Any:
        archive = self.cleaned_data["archive"]
        if archive.size > MAX_ZIP:
            raise ValidationError(f"Local ZIP: it is over {MAX_ZIP >> 20} MB.")
        try:
            self.unpacked = read_zip(archive.read())
        except PackageError as error:
            raise ValidationError(f"Local ZIP: {error}") from None
        if not self.unpacked:
            raise ValidationError("Local ZIP: there are no files in it.")
        return archive

    def warning(self, handler: str) -> str:
        """What is odd about the upload for that handler; "" for nothing."""
        place = handler.rpartition(".")[0]
        if any(path.rpartition(".")[0] == place for path in self.unpacked):
            return ""
        folders = {path.partition("/")[0] for path in self.unpacked if "/" in path}
        if len(folders) == 1 and all("/" in path for path in self.unpacked):
            (folder,) = folders
            return (
                f"Everything is in the folder {folder}: set Handler to "
                f"{folder}/{handler}, or zip what is in the folder."
            )
        return f"There is no file {place} for the handler {handler}."


def text_of(content: bytes) -> str | None:
    """The text of a file that can be edited here, or None."""
    if len(content) > MAX_EDITED:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _clash(path: str, known: str) -> bool:
    """Whether two files cannot both be: one path, or one inside the other."""
    return f"{known}/".startswith(f"{path}/") or f"{path}/".startswith(f"{known}/")


def _first(files: dict[str, bytes], handler: str) -> str:
    """The handler's file, or else the first."""
    place = handler.rpartition(".")[0]
    known = [path for path in sorted(files) if path.rpartition(".")[0] == place]
    return (known or sorted(files) or [""])[0]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
