"""Notes of calls that never were, by the fields of their records."""

from typing import Any

from gateway.access import FIELDS, WHERE
from gateway.records import Note

_FIELDS: dict[str, Any] = dict.fromkeys(FIELDS, "") | {
    "status": 200,
    "request_time": 0.003,
    "bytes_sent": 5,
    "request_length": 7,
    "authorizer_time": None,
}


def note(**fields: Any) -> Note:
    """What `access.row` makes a record with these fields of."""
    given = _FIELDS | fields
    assert len(given) == len(_FIELDS), f"no such field in {sorted(fields)}"
    values = [given[name] for name in FIELDS]
    raw = (value.encode() for value in values[WHERE - 3 : WHERE])
    where, who, more = values[WHERE:][:6], values[WHERE:][6:9], values[WHERE:][9:]
    return (*values[: WHERE - 3], *raw, tuple(where), tuple(who), tuple(more))
