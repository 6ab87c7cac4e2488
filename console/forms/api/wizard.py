"""Create API and Modify as one form of many parts (console.md sections E2 and E3).

Every part travels with every request, shown or hidden, so nothing typed is ever lost
and nothing is kept between requests. Buttons that change the form (another row,
another policy) work on what was sent, and the form is shown again.
"""

from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict

from console import limits
from console.forms.api.backend import BackendForm
from console.forms.api.frontend import FrontendForm
from console.forms.api.policy import PolicyForm
from console.forms.base import PlainForm, RowFormSet
from console.models import Api
from console.models.api import placeholders
from console.models.api.backends import DOCUMENTS, paths
from console.models.api.policies import FIELDS
from console.models.base import default_name

DEFAULT = "default"
ORIGINS = ("REQUEST", "CONSTANT", "SYSTEM")


class SamplesForm(PlainForm):
    """Define Response: what callers are told to expect."""

    result_normal_sample = forms.CharField(
        label="Example Success Response",
        required=False,
        strip=False,
        max_length=20_480,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    result_failure_sample = forms.CharField(
        label="Example Failure Response",
        required=False,
        strip=False,
        max_length=20_480,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class Wizard:
    """The forms of an API, of what was sent or of what is saved."""

    def __init__(
        self,
        api: Api,
        data: QueryDict | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.api = api
        self.data = data
        self.problems: list[str] = []
        keys = range(len(api.policies)) if data is None else _keys(data)
        self.keys = [str(key) for key in keys]
        self.frontend = FrontendForm(data, instance=_front(api), initial=initial)
        # Step 2 may not have been sent yet.
        sent = data if data is not None and "backend_type" in data else None
        self.backend = BackendForm(sent, saved=_default(api))
        self.samples = SamplesForm(
            sent,
            initial={name: getattr(api, name) for name in SamplesForm.base_fields},
        )
        kind = {"backend_type": self.backend["backend_type"].value()}
        self.policies = {
            key: PolicyForm(
                _typed(data, key, kind),
                saved=api.policies[int(key)] if data is None else None,
                initial=kind,
                prefix=f"policy{key}",
            )
            for key in self.keys
        }

    @property
    def pane(self) -> str:
        """Which backend is shown: the default one or a policy's."""
        chosen = self.data.get("pane", DEFAULT) if self.data else DEFAULT
        return chosen if chosen in self.keys else DEFAULT

    @property
    def current(self) -> BackendForm:
        return self.policies.get(self.pane, self.backend)

    @property
    def others(self) -> list[BackendForm]:
        """The backends that travel hidden while step 2 is shown."""
        return [f for f in (self.backend, *self.policies.values()) if f != self.current]

    @property
    def has_backend(self) -> bool:
        """Whether step 2 has something to carry: typed there, or saved."""
        return self.backend.is_bound or not self.api._state.adding

    @property
    def full(self) -> bool:
        """Whether there is no room for another policy."""
        return len(self.keys) >= limits.limit("API_POLICY_NUM_LIMIT")

    @property
    def carried(self) -> list[RowFormSet]:
        """The tables of step 1, which travel hidden while step 2 is shown."""
        return [self.frontend.params]

    def quiet(self) -> None:
        """Say nothing of what is wrong: somebody is still typing."""
        for form in (self.frontend, self.backend, self.samples):
            _quiet(form)
        for policy in self.policies.values():
            _quiet(policy)

    @property
    def request_parameters(self) -> list[str]:
        """The names that step 1 declares, checked or not."""
        rows = self.frontend.params.forms
        names = [str(row["name"].value() or "") for row in rows]
        return list(dict.fromkeys(name for name in names if name))

    def save(self) -> bool:
        """Save the API when everything is right; else the forms say what is not."""
        if not self.frontend.is_valid():
            return False
        parts = [self.backend, self.samples, *self.policies.values()]
        # Every part is asked, so that each says what is wrong with it.
        if False in [part.is_valid() for part in parts]:
            return False
        self._apply()
        try:
            self.api.save_valid()
        except ValidationError as error:
            self.problems = error.messages
            return False
        return True

    def open_broken(self) -> None:
        """Show the first backend with something wrong, if there is one."""
        panes = {DEFAULT: self.backend, **self.policies}
        broken = [key for key, form in panes.items() if form.errors]
        if broken and self.data is not None and self.pane not in broken:
            self.data["pane"] = broken[0]

    def _apply(self) -> None:
        """Put what was typed into the API."""
        api, front = self.api, self.frontend.instance
        for name in (*FrontendForm.Meta.fields, "tags", "auth_opt", "req_params"):
            setattr(api, name, getattr(front, name))
        for name, value in self.samples.cleaned_data.items():
            setattr(api, name, value.replace("\r\n", "\n"))
        kind = api.backend_type = self.backend.kind
        setattr(api, DOCUMENTS[kind][0], self.backend.document())
        api.backend_params = self._params(self.backend, api.backend)
        policies = [form.policy() for form in self.policies.values()]
        for policy, form in zip(policies, self.policies.values(), strict=True):
            policy["backend_params"] = self._params(form, policy)
        setattr(api, FIELDS[kind], policies)

    def _params(self, form: BackendForm, document: dict[str, Any]) -> Any:
        """A form's parameters, and those of its path that the request path has."""
        params = form.params()
        there = {param["name"] for param in params if param["location"] == "PATH"}
        declared = {p["name"] for p in self.api.req_params if p["location"] == "PATH"}
        for name in dict.fromkeys(placeholders(paths(document) or "")):
            if name in declared - there:
                params.append(
                    {
                        "name": name,
                        "location": "PATH",
                        "origin": "REQUEST",
                        "value": name,
                    }
                )
        # As the tables have them: opening and saving changes no order.
        return sorted(params, key=lambda param: ORIGINS.index(param["origin"]))


def _quiet(form: Any) -> None:
    """Have a form and its tables checked already, with nothing found."""
    form._errors = ErrorDict()
    form.cleaned_data = {}
    tables = [form.params] if isinstance(form, FrontendForm) else []
    for table in getattr(form, "formsets", tables):
        table._errors = [{} for _ in table.forms]
        table._non_form_errors = ErrorList()
        for row in table.forms:
            row._errors, row.cleaned_data = ErrorDict(), {}


def _front(api: Api) -> Api:
    """A copy of an API for step 1 to fill, without what step 2 is about."""
    front = copy(api)
    front.backend_type = Api.Backend.MOCK
    front.backend_params, front.policy_mocks, front.mock_info = [], [], {}
    return front


def _default(api: Api) -> dict[str, Any] | None:
    if api._state.adding and not api.backend:
        return None
    return api.backend | {
        "backend_params": api.backend_params,
        "backend_type": api.backend_type,
    }


def _keys(data: QueryDict) -> list[str]:
    keys = data.get("policies", "").split(",")
    return [key for key in dict.fromkeys(keys) if key.isdecimal()]


def _typed(data: QueryDict | None, key: str, kind: dict[str, Any]) -> QueryDict | None:
    """What was sent, with a policy's backend type that of the default one."""
    if data is None:
        return None
    typed = data.copy()
    typed[f"policy{key}-backend_type"] = kind["backend_type"] or ""
    return typed


def arrange(sent: QueryDict) -> QueryDict:
    """What was sent after the button that was pressed has had its way with it."""
    data = sent.copy()
    _declare_path(data)
    if prefix := sent.get("add_row"):
        _add_row(data, prefix)
    if "add_policy" in sent:
        _add_policy(data)
    if (key := sent.get("delete_policy")) is not None:
        data["policies"] = ",".join(k for k in _keys(data) if k != key)
    if (key := sent.get("move_policy")) in _keys(data)[1:]:
        keys = _keys(data)
        place = keys.index(key)
        keys[place - 1 : place + 1] = [keys[place], keys[place - 1]]
        data["policies"] = ",".join(keys)
    if "open" in sent:
        data["pane"] = str(sent["open"])
    if (prefix := sent.get("import")) is not None:
        _import(data, prefix)
    return data


def _add_row(data: QueryDict, prefix: str, **fields: str) -> None:
    total = data.get(f"{prefix}-TOTAL_FORMS", "0")
    if not total.isdecimal() or int(total) >= 1000:
        return
    data[f"{prefix}-TOTAL_FORMS"] = str(int(total) + 1)
    for name, value in fields.items():
        data[f"{prefix}-{total}-{name}"] = value


def _values(data: QueryDict, prefix: str, name: str) -> list[str]:
    """A column of a table as it was sent, without deleted rows."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "0")
    rows = range(min(int(total), 1000)) if total.isdecimal() else ()
    # What travels hidden says False where a box would say nothing.
    stays = ("", "False")
    kept = [r for r in rows if data.get(f"{prefix}-{r}-DELETE", "") in stays]
    return [data.get(f"{prefix}-{row}-{name}", "").strip() for row in kept]


def _declare_path(data: QueryDict) -> None:
    """Parameters of the path appear in the table by themselves."""
    data.setdefault("params-TOTAL_FORMS", "0")
    data.setdefault("params-INITIAL_FORMS", "0")
    known = _values(data, "params", "name")
    for name in placeholders(data.get("req_uri", "")):
        if name and name not in known:
            _add_row(
                data,
                "params",
                name=name,
                type="STRING",
                location="PATH",
                required="on",
                pass_through="on",
                valid_enable="on",
            )


def _add_policy(data: QueryDict) -> None:
    keys = _keys(data)
    if len(keys) >= limits.limit("API_POLICY_NUM_LIMIT"):
        return
    key = str(max(map(int, keys), default=-1) + 1)
    data["policies"] = ",".join([*keys, key])
    data["pane"] = key
    prefix = f"policy{key}"
    data[f"{prefix}-name"] = default_name("backend")
    form = PolicyForm(prefix=prefix)
    for name in form.fields:
        value = form[name].value()
        if name != "name" and value not in (None, False):
            data[f"{prefix}-{name}"] = str(value)
    for rows in form.formsets:
        data[f"{rows.prefix}-TOTAL_FORMS"] = "1"
        data[f"{rows.prefix}-INITIAL_FORMS"] = "0"


def _import(data: QueryDict, prefix: str) -> None:
    """Import Request Parameter: a mapping for each that has none."""
    table = f"{prefix}-mapped" if prefix else "mapped"
    known = _values(data, table, "value")
    names = _values(data, "params", "name")
    for name, place in zip(names, _values(data, "params", "location"), strict=True):
        if name and name not in known:
            # A backend is sent no single cookies: what one has goes into a header.
            place = "HEADER" if place == "COOKIE" else place
            _add_row(data, table, value=name, name=name, location=place)
