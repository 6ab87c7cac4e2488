"""Regular expressions that users write, run in linear time (RE2).

A pattern that backtracks could hold up every call of a gateway: neither its author
nor the caller whose text it reads can do so here.
"""

from functools import lru_cache

import re2

MAX_PATTERN = 2048
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False


class Pattern:
    """A compiled pattern; `search` finds it anywhere in a text."""

    __slots__ = ("_compiled",)

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise ValueError(f"a pattern has at most {MAX_PATTERN} characters")
        try:
            self._compiled = re2.compile(text, _OPTIONS)
        except re2.error as error:
            raise ValueError(_explain(error)) from None

    def search(self, text: str) -> bool:
        return self._compiled.search(text) is not None


@lru_cache(maxsize=1024)
def pattern(text: str) -> Pattern:
    """The pattern of a text; ValueError says what is wrong with it."""
    return Pattern(text)


def _explain(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if "(?" in text or "escape sequence: \\" in text:
        text += " (lookaround and back-references are not supported)"
    return text
