"""Functions as files: export and import (reference: console.md section C3).

A ZIP archive of `function.json`, configuration under the vendor's field names, and
the code under `code/`. Encrypted values are never exported: their keys are, blank. Nor
is network access: whoever imports a function grants it anew.
"""

import json
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db import transaction

from console.models import Function
from gateway.functions.package import PackageError, read_zip, write_zip

_DOCUMENT, _CODE = "function.json", "code/"
# Fields that mean the same here and there.
_PLAIN = (
    "func_name",
    "runtime",
    "handler",
    "memory_size",
    "timeout",
    "initializer_handler",
    "initializer_timeout",
    "description",
)


def export(function: Function) -> bytes:
    """The archive of a function's draft and configuration."""
    document = {name: getattr(function, name) for name in _PLAIN} | {
        "package": function.package,
        "strategy_config": {"concurrency": function.concurrency},
        "user_data": json.dumps(function.user_data),
        "encrypted_user_data": json.dumps(
            dict.fromkeys(function.encrypted_user_data, "")
        ),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True)
    code = {_CODE + path: data for path, data in function.draft.files().items()}
    return write_zip(code | {_DOCUMENT: text.encode()})


@transaction.atomic
def load(archive: bytes, func_name: str = "") -> Function:
    """A new function from an archive, as a draft; ValidationError says what is wrong.

    `func_name` is what to call it instead.
    """
    try:
        files = read_zip(archive)
    except PackageError as error:
        raise ValidationError(str(error)) from None
    document = _document(files.get(_DOCUMENT))
    code = {p.removeprefix(_CODE): d for p, d in files.items() if p.startswith(_CODE)}
    if not code:
        raise ValidationError(f"The archive has no files under {_CODE}.")
    function = Function(**{n: document[n] for n in _PLAIN if n in document})
    function.func_name = func_name or function.func_name
    function.concurrency = _object(document, "strategy_config").get("concurrency", -1)
    function.user_data = _object(document, "user_data")
    function.encrypted_user_data = _object(document, "encrypted_user_data")
    function.write(code)
    function.save_valid()
    return function


def _document(raw: bytes | None) -> dict[str, Any]:
    if raw is None:
        raise ValidationError(
            f"The archive has no {_DOCUMENT}: it is not an exported function. Code "
            "alone is uploaded on a function's Code tab."
        )
    try:
        document = orjson.loads(raw)
    except ValueError:
        raise ValidationError(f"{_DOCUMENT} is not JSON.") from None
    if not isinstance(document, dict):
        raise ValidationError(f"{_DOCUMENT} is not a JSON object.")
    return document


def _object(document: dict[str, Any], name: str) -> dict[str, Any]:
    """An object, or the JSON text of one, as the vendor writes variables."""
    value = document.get(name) or {}
    try:
        found = orjson.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValidationError(f"{_DOCUMENT}: {name} is not a JSON object.")
    return found
