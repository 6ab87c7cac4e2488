"""What a person finds on a page: its text, its labels, and what its forms hold."""

from html.parser import HTMLParser
from typing import Any

Attrs = list[tuple[str, str | None]]


class Page(HTMLParser):
    """A page read once.

    `forms` has, for each form, the values it would send (name to value, the last
    of a name wins); `labels` the field labels in order; `text` all text.
    """

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.status: int = response.status_code
        self.html: str = response.content.decode()
        self.forms: list[dict[str, str]] = []
        self.labels: list[str] = []
        self.hrefs: list[str] = []
        self.text = ""
        self._hidden = 0
        self._area: str | None = None
        self._select: str | None = None
        self._label = 0
        self.feed(self.html)

    def form_with(self, name: str) -> dict[str, str]:
        """The values of the form that has a field of this name."""
        return next(form for form in self.forms if name in form)

    def says(self, text: str) -> bool:
        """Whether a text is on the page, however its lines are broken."""
        return " ".join(text.split()) in " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: Attrs) -> None:
        given = dict(attrs)
        if tag == "template":
            self._hidden += 1
        elif tag == "form":
            self.forms.append({})
        elif tag == "a":
            self.hrefs.append(given.get("href") or "")
        elif not self._hidden and "field-label" in (given.get("class") or "").split():
            self._label += 1
            self.labels.append("")
        if self._hidden or "disabled" in given or not self.forms:
            return
        self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str | None]) -> None:
        form, name = self.forms[-1], given.get("name")
        value = given.get("value") or ""
        if tag == "input" and name:
            ticked = given.get("type") in ("checkbox", "radio")
            if not ticked or "checked" in given:
                form[name] = value or ("on" if ticked else "")
        elif tag == "textarea" and name:
            self._area, form[name] = name, ""
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select:
            # Without a selected one, browsers send the first.
            first = self._select not in form
            form[self._select] = (
                value if first or "selected" in given else form[self._select]
            )

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._hidden -= 1
        elif tag == "textarea" and self._area:
            # HTML drops a line break right after the tag.
            area = self.forms[-1][self._area]
            self.forms[-1][self._area] = area.removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag in ("label", "div"):
            self._label = 0

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text += data
        if self._area:
            self.forms[-1][self._area] += data
        if self._label:
            self.labels[-1] += data.strip()
