"""Operations called by the official client, each held to what was set.

An operation counts when the client understands the reply and the reply carries every
value of the body that it has a place for.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import huaweicloudsdkapig.v2 as apig
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException

from console.rest.table import Operation
from console.rest.unsupported import CloudOnly, Later
from console.rest.urls import OPERATIONS

PASSED, FAILED, UNSUPPORTED = "passed", "FAILED", "not supported"
UNTRIED = "not exercised"
_UNSUPPORTED = "APIG.3458"
_ABSENT = "0" * 32
# There is exactly one gateway.
_NEVER = ("create_instance_v2", "delete_instances_v2")


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


class Run:
    """Calls operations and keeps score."""

    def __init__(self, key: Mapping[str, str]) -> None:
        signer = BasicCredentials(
            key["access_key"], key["secret_key"], key["project_id"]
        )
        builder = apig.ApigClient.new_builder().with_credentials(signer)
        self._client: Any = builder.with_endpoint(key["endpoint"]).build()
        self._instance = key["instance_id"]
        self.results = {operation.name: Result() for operation in OPERATIONS}

    def call(
        self,
        name: str,
        body: Mapping[str, Any] | None = None,
        has: tuple[str, Any] | None = None,
        shown: Mapping[str, Any] | None = None,
        **known: Any,
    ) -> Any:
        """The reply of an operation; Broken when it failed: the rest builds on it.

        `has` is (list, id): the reply's list has an item with that id. `shown` is
        what the reply has to say when it is shaped otherwise than the body.
        """
        try:
            reply = self._ask(name, body, known)
        except ServiceResponseException as error:
            detail = f"{error.error_code} {error.error_msg}"
            self._note(name, error.status_code, FAILED, detail)
            raise Broken(name) from None
        given = reply.to_dict()
        wrong = differences(shown or body or {}, given)
        if has is not None and not _lists(given.get(has[0]), has[1]):
            wrong = f"{has[0]} lacks {has[1]}"
        if wrong:
            self._note(name, reply.status_code, FAILED, wrong)
            raise Broken(name)
        self._note(name, reply.status_code, PASSED)
        return reply

    def call_the_unsupported(self) -> None:
        """What the product says it does not do has to say so to clients too."""
        for operation in OPERATIONS:
            result = self.results[operation.name]
            if result.verdict != UNTRIED or not _refuses(operation):
                continue
            try:
                reply = self._ask(operation.name, {}, {})
                self._note(operation.name, reply.status_code, PASSED)
            except ServiceResponseException as error:
                right = error.error_code == _UNSUPPORTED
                verdict = UNSUPPORTED if right else FAILED
                self._note(operation.name, error.status_code, verdict, error.error_code)

    def totals(self) -> Counter[str]:
        return Counter(result.verdict for result in self.results.values())

    def _ask(
        self, name: str, body: Mapping[str, Any] | None, known: Mapping[str, Any]
    ) -> Any:
        camel = "".join(word.capitalize() for word in name.split("_"))
        kind = getattr(apig, f"{camel}Request")
        given = {"instance_id": self._instance, **known}
        request = kind()
        for field, type_name in kind.openapi_types.items():
            if field == "body":
                model = getattr(apig, type_name)
                wanted = dict(body or {})
                value = model(**wanted) if wanted else {}
            else:
                value = given.get(field)
                if value is None and f"{{{field}}}" in _paths()[name]:
                    value = _ABSENT
            setattr(request, field, value)
        return getattr(self._client, name)(request)

    def _note(self, name: str, status: int, verdict: str, detail: str = "") -> None:
        result = self.results[name]
        if result.verdict != FAILED:
            result.status, result.verdict, result.detail = status, verdict, detail


def differences(given: Any, found: Any, path: str = "") -> str:
    """Where a reply says something else than what was set; "" when nowhere."""
    if isinstance(given, Mapping) and isinstance(found, Mapping):
        for name in given.keys() & found.keys():
            if found[name] is None and given[name] in (None, ""):
                continue
            if wrong := differences(given[name], found[name], f"{path}.{name}"):
                return wrong
        return ""
    if isinstance(given, list) and isinstance(found, list):
        if len(given) != len(found):
            return f"{path}: {len(found)} items for {len(given)}"
        pairs = enumerate(zip(given, found, strict=True))
        wrongs = (differences(a, b, f"{path}[{n}]") for n, (a, b) in pairs)
        return next(filter(None, wrongs), "")
    return "" if given == found else f"{path}: {found!r} for {given!r}"


def _lists(items: Any, wanted: Any) -> bool:
    """Whether a list has an item with that value in some member."""
    return any(
        item == wanted or (isinstance(item, dict) and wanted in item.values())
        for item in items or ()
        if not isinstance(wanted, list)
    )


def _refuses(operation: Operation) -> bool:
    later = issubclass(operation.endpoint, CloudOnly | Later)
    return later or operation.name in _NEVER


def _paths() -> dict[str, str]:
    return {operation.name: operation.route for operation in OPERATIONS}
