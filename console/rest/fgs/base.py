"""What the operations of functions share: their URN, their pages, their errors."""

from collections.abc import Mapping
from typing import Any

from rest_framework.response import Response

from console import dependents, models, urns
from console.rest.errors import Dialect, Refusal, missing
from console.rest.resources import Endpoint
from console.urns import Named

MAX_ITEMS = 400
# By the parameter that is wrong (auth.md section 10.9).
_CODES = {
    "func_name": "FSS.1002",
    "handler": "FSS.1003",
    "package": "FSS.1004",
    "runtime": "FSS.1005",
    "code_type": "FSS.1006",
    "memory_size": "FSS.1007",
    "timeout": "FSS.1008",
    "user_data": "FSS.1009",
    "encrypted_user_data": "FSS.1009",
    "func_code": "FSS.1011",
    "name": "FSS.1014",
    "version": "FSS.1015",
    "description": "FSS.1019",
    "concurrency": "FSS.1026",
    "content": "FSS.1074",
    "additional_version": "FSS.1091",
    "weight": "FSS.1092",
    "initializer_handler": "FSS.1404",
    "initializer_timeout": "FSS.1405",
}
_MISSING: Mapping[type[urns.UnknownFunction], str] = {
    urns.UnknownFunction: "FSS.1051",
    urns.UnknownVersion: "FSS.1052",
    urns.UnknownAlias: "FSS.1053",
}


class Fss(Dialect):
    """How FunctionGraph says what is wrong."""

    DENIED = (403, "FSS.0403", "Forbidden")
    NOBODY = (401, "FSS.0401")
    BODY = (406, "FSS.0406", "Not acceptable: {}")
    ABSENT = (404, "FSS.0404", "The specified resource was not found.")

    @classmethod
    def parameter(cls, name: str, kind: str = "invalid", text: str = "") -> Refusal:
        code = _CODES.get(name.rpartition(".")[2], _CODES.get(name, "FSS.0400"))
        return Refusal(400, code, f"Invalid parameter: {name}. {text}".strip())


class FunctionEndpoint(Endpoint):
    """Operations on the function that the URN in the path names."""

    dialect = Fss
    model = models.Function
    duplicate = "FSS.1061"
    in_use = "FSS.0409"

    @property
    def named(self) -> Named:
        """The function, version or alias; FSS.1051 to 1053 when there is none."""
        try:
            return urns.resolve(self.kwargs["function_urn"])
        except urns.UnknownFunction as error:
            raise missing(_MISSING[type(error)], str(error)) from None

    def remove(self, row: dependents.Called) -> None:
        """Delete it, unless something calls it."""
        apis = {use.api for use in row.backend_uses.select_related("api")}
        users = [
            *row.authorizers.all(),
            *apis,
            *dependents.plugins_calling(row),
            *dependents.published(row, apis),
        ]
        if users:
            text = f"It is called by: {', '.join(sorted(map(str, users)))}"
            raise Refusal(409, self.in_use, text)
        row.delete()

    def page(self, rows: Any, items: str, show: Any = None) -> Response:
        """Items from `marker` on, at most `maxitems` (400), and where to go on."""
        given: Mapping[str, str] = self.request.query_params
        start, most = _whole(given, "marker", 0), _whole(given, "maxitems", MAX_ITEMS)
        found = list(rows[start : start + min(most or MAX_ITEMS, MAX_ITEMS)])
        page = {
            items: [show(row) if show else row for row in found],
            "next_marker": start + len(found),
            "count": rows.count(),
        }
        return Response(page)


def _whole(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Fss.parameter(name, text="a number is needed")
    return int(text or default)
