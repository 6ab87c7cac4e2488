"""Operations called by the official clients, each held to what was set.

An operation counts when the client understands the reply, and the typed reply carries
the values that were set: every member of the body that the reply has a place for, and
every value that the caller expects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import huaweicloudsdkapig.v2 as apig
import huaweicloudsdkfunctiongraph.v2 as fgs
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException

from console.rest.fgs.urls import OPERATIONS as FUNCTION_OPERATIONS
from console.rest.table import Operation
from console.rest.unsupported import CloudOnly, Later
from console.rest.urls import OPERATIONS
from tests.conformance.compare import differences, plain, same_members
from tests.conformance.walkthrough import client

PASSED, FAILED, UNSUPPORTED = "passed", "FAILED", "not supported"
UNTRIED = "not exercised"
_UNSUPPORTED = "APIG.3458"
_ABSENT = "0" * 32
# There is exactly one gateway.
_NEVER = ("create_instance_v2", "delete_instances_v2")
_ALL = {operation.name: operation for operation in OPERATIONS + FUNCTION_OPERATIONS}
_MOST = 500
# Of a mapping or None; said so, mypy would take `**known` for one of them.
Values = Any
# Filters that find by a part of a text, unlike those that are always whole.
_TEXTS, _WHOLE = ("name", "uri", "host", "url_domain"), ("package_name",)


class Broken(Exception):
    """An operation did not answer as documented."""


@dataclass
class Result:
    """How an operation went: the worst of all its calls."""

    status: int | str = "-"
    verdict: str = UNTRIED
    detail: str = ""

    @property
    def exercised(self) -> str:
        return "no" if self.verdict == UNTRIED else "yes"


@dataclass(frozen=True)
class Service:
    """One of the two clients; `start`, `most` and `total` are its words for pages."""

    models: Any
    client: Any
    start: str = "offset"
    most: str = "limit"
    total: str = "total"


class Run:
    """Calls operations and keeps score. `gateway` is where APIs are called."""

    def __init__(self, key: Mapping[str, str]) -> None:
        self._apig = Service(apig, client(apig.ApigClient, key))
        functions = client(fgs.FunctionGraphClient, key)
        self._fgs = Service(fgs, functions, "marker", "maxitems", "count")
        self._instance = key["instance_id"]
        self.gateway = key["gateway"]
        self.results = {name: Result() for name in _ALL}

    def call(
        self,
        name: str,
        body: Values = None,
        shown: Values = None,
        **known: Any,
    ) -> Any:
        """The reply of an operation; Broken when it failed: the rest builds on it.

        `shown` is what the reply has to say, whether the body says it or not.
        """
        try:
            reply = self._ask(name, body, known)
        except ServiceResponseException as error:
            detail = f"{error.error_code} {error.error_msg}"
            raise self.broken(name, error.status_code, detail) from None
        found = plain(reply)
        expected = same_members(body or {}, found) | dict(shown or {})
        wrong = differences(expected, found)
        if found and not expected:
            wrong = "the reply was compared with nothing"
        if wrong:
            raise self.broken(name, reply.status_code, wrong)
        self._note(name, reply.status_code, PASSED)
        return reply

    def find(
        self,
        name: str,
        items: str,
        item: Any,
        by: Values = None,
        **known: Any,
    ) -> Any:
        """The item of a list that has these values.

        Each filter in `by` has to find it by its value, and not by another; pages have
        to be parts of the whole.
        """
        rows = self.rows(name, items, known)
        found = next((row for row in rows if not differences(item, row)), None)
        if found is None:
            best = min((differences(item, row) for row in rows), key=len, default="")
            raise self.broken(name, 200, f"{items} lacks {item}: {best}")
        self._check_pages(name, items, rows, known)
        for field, value in (by or {}).items():
            self._check_filter(name, items, found, {field: value}, known)
        self._note(name, 200, PASSED)
        return found

    def lacks(self, name: str, items: str, item: Any, **known: Any) -> None:
        """A list has no item with these values: it was deleted."""
        rows = self.rows(name, items, known)
        if any(not differences(item, row) for row in rows):
            raise self.broken(name, 200, f"{items} still has {item}")

    def refused(self, name: str, code: str, body: Values = None, **known: Any) -> None:
        """An operation is refused with a code: what is taken, or was deleted."""
        try:
            reply = self._ask(name, body, known)
        except ServiceResponseException as error:
            if error.error_code == code:
                return
            detail = f"{error.error_code} for {code}"
            raise self.broken(name, error.status_code, detail) from None
        raise self.broken(name, reply.status_code, f"done, not refused: {code}")

    def rows(
        self,
        name: str,
        items: str,
        known: Mapping[str, Any] | None = None,
        start: int = 0,
        most: int = _MOST,
    ) -> list[Any]:
        """The items of a page; its counts have to agree with them."""
        service, fields = self._service(name), self._fields(name)
        page = {service.start: str(start), service.most: str(most)}
        asked = {key: value for key, value in page.items() if key in fields}
        try:
            reply = self._ask(name, None, asked | dict(known or {}))
        except ServiceResponseException as error:
            detail = f"{error.error_code} {error.error_msg}"
            raise self.broken(name, error.status_code, detail) from None
        found = plain(reply)
        rows: list[Any] = found[items] or []
        total = len(rows) if start == 0 and most == _MOST else None
        for field, count in (("size", len(rows)), (service.total, total)):
            if count is not None and found.get(field, count) != count:
                raise self.broken(name, 200, f"{field} is {found[field]} of {count}")
        return rows

    def call_the_unsupported(self) -> None:
        """What the product says it does not do has to say so to clients too."""
        for name, operation in _ALL.items():
            if self.results[name].verdict != UNTRIED or not _refuses(operation):
                continue
            try:
                reply = self._ask(name, {}, {})
                empty = not any(plain(reply).values())
                verdict = PASSED if empty else FAILED
                self._note(name, reply.status_code, verdict)
            except ServiceResponseException as error:
                right = error.error_code == _UNSUPPORTED
                verdict = UNSUPPORTED if right else FAILED
                self._note(name, error.status_code, verdict, error.error_code)

    def _ask(
        self, name: str, body: Mapping[str, Any] | None, known: Mapping[str, Any]
    ) -> Any:
        service, camel = self._service(name), _camel(name)
        request = getattr(service.models, f"{camel}Request")()
        known = {"instance_id": self._instance, **known}
        for field, type_name in request.openapi_types.items():
            value = known.get(field)
            if field == "body":
                value = _body(service, type_name, body)
            elif value is None and f"{{{field}}}" in _ALL[name].route:
                value = _ABSENT
            setattr(request, field, value)
        return getattr(service.client, name)(request)

    def _service(self, name: str) -> Service:
        return self._apig if "apigw" in _ALL[name].root else self._fgs

    def _fields(self, name: str) -> Mapping[str, str]:
        """What the request of an operation can say."""
        kind = getattr(self._service(name).models, f"{_camel(name)}Request")
        types: Mapping[str, str] = kind.openapi_types
        return types

    def _check_pages(
        self, name: str, items: str, rows: list[Any], known: Mapping[str, Any]
    ) -> None:
        if self._service(name).most not in self._fields(name):
            return
        first = self.rows(name, items, known, most=1)
        rest = self.rows(name, items, known, start=1)
        if len(first) != 1 or first + rest != rows:
            raise self.broken(name, 200, f"pages of {items} are not the whole")

    def _check_filter(
        self,
        name: str,
        items: str,
        found: Any,
        one: Mapping[str, Any],
        known: Mapping[str, Any],
    ) -> None:
        """A filter finds by a value, a text by a part too unless it is to be whole."""
        [(field, value)] = one.items()
        asked: list[tuple[Any, dict[str, str], bool]] = [
            (value, {}, True),
            (_other(value), {}, False),
        ]
        if field.endswith(_TEXTS) and field not in _WHOLE:
            part = value[:-1]
            asked.append((part, {}, True))
            if "precise_search" in self._fields(name):
                asked.append((part, {"precise_search": field}, False))
                asked.append((value, {"precise_search": field}, True))
        for text, more, wanted in asked:
            left = self._filtered(name, items, {**known, field: text, **more})
            if (found in left) != wanted:
                says = "does not find" if wanted else "finds"
                raise self.broken(name, 200, f"{field}={text} {more or ''} {says} it")

    def _filtered(self, name: str, items: str, known: Mapping[str, Any]) -> list[Any]:
        """What a filter leaves; a value that is refused leaves nothing."""
        try:
            reply = self._ask(name, None, known)
        except ServiceResponseException as error:
            if error.status_code in (400, 404):
                return []
            raise
        return plain(reply)[items] or []

    def broken(self, name: str, status: int, detail: str) -> Broken:
        """An operation has failed, and with it what builds on it."""
        self._note(name, status, FAILED, detail)
        return Broken(f"{name}: {detail}")

    def _note(self, name: str, status: int, verdict: str, detail: str = "") -> None:
        result = self.results[name]
        if result.verdict != FAILED:
            result.status, result.verdict, result.detail = status, verdict, detail


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _body(service: Service, type_name: str, body: Mapping[str, Any] | None) -> Any:
    """The typed body of a request; some are free of a type."""
    if type_name.startswith("dict") or not body:
        return dict(body or {})
    return getattr(service.models, type_name)(**body)


def _other(value: Any) -> Any:
    """Another value of the kind."""
    return value + 1 if isinstance(value, int) else f"{value}0"


def _refuses(operation: Operation) -> bool:
    later = issubclass(operation.endpoint, CloudOnly | Later)
    return later or operation.name in _NEVER
