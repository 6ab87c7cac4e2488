"""How a policy's document is filled in on a page: what its module says of each member.

The console builds its forms from these, so a new policy needs no page of its own.
A path such as `cache_key.headers` names a member of an object in the document.
"""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "text",
    "area",
    "secret",
    "number",
    "flag",
    "choice",
    "lines",
    "json",
    "channel",
    "login",
]


@dataclass(frozen=True)
class Field:
    """One member. `lines` is a list of strings, one a line; `json` any value.

    `channel` is the id of a load balance channel, `login` that of an API that logins
    come back to.

    Without a `default` the member is left out when it is blank. `show_if` is a
    condition of static/js/show-if.js on other paths: `type=http|mock`.
    """

    path: str
    label: str
    kind: Kind = "text"
    default: Any = None
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    show_if: str = ""


@dataclass(frozen=True)
class Table:
    """A list of objects, one a row, at most `most`."""

    path: str
    label: str
    add: str
    columns: tuple[Field, ...]
    most: int = 100
    help: str = ""


Form = tuple[Field | Table, ...]


def choices(*values: str) -> tuple[tuple[str, str], ...]:
    """Choices that are called what they are."""
    return tuple((value, value) for value in values)


def parameters(path: str = "parameters") -> Table:
    """The parameters that expressions may name (policies.md section 0.4)."""
    kinds = choices("path", "method", "header", "query", "system")
    return Table(
        path,
        "Parameters",
        "Add Parameter",
        (
            Field("type", "Type", "choice", "header", choices=kinds),
            Field("name", "Name", required=True),
            Field("value", "Source", help="Header, query or system parameter"),
        ),
        most=20,
        help="What expressions may name, beside reqPath and method. A header or query "
        "parameter may be one that an API's orchestration rules produce.",
    )
