"""Plug-ins to bind in tests."""

import json
from itertools import count
from typing import Any

from gateway.snapshot import Plugin

_numbers = count(1)


def bound(**documents: Any) -> dict[str, Plugin]:
    """Plug-ins of an API by type: `bound(cors={"allow_origin": "*"})`."""
    return {
        kind: Plugin(f"p{next(_numbers)}", f"{kind} policy", kind, json.dumps(document))
        for kind, document in documents.items()
    }
