"""Texts of strangers, made fit for people's eyes and programs."""

import re
from typing import Any

# Controls, which terminals act on, and what changes the direction of writing.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
# A spreadsheet takes what begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def visible(text: str) -> str:
    """A text in which controls show, as `\\x1b`, and do nothing."""
    return _UNSEEN.sub(_escape, text)


def inert(value: Any) -> str:
    """A cell of a table that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = visible(str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
