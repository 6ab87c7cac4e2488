"""What a request's body may be, and that a reply is JSON whatever was asked for."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

# Levels of objects and lists: what keeps or passes on a body adds some of its own.
MAX_DEPTH = 64


class Json(BaseParser):
    """UTF-8, with no lone surrogates, infinite numbers or endless nesting."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            found = orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(f"JSON parse error - {error}") from None
        _check_depth(found, MAX_DEPTH)
        return found


def _check_depth(value: Any, room: int) -> None:
    if room < 0:
        raise ParseError(f"JSON parse error - more than {MAX_DEPTH} levels")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, room - 1)


class Negotiation(DefaultContentNegotiation):
    """There is one kind of reply."""

    def select_renderer(
        self,
        request: Request,
        renderers: list[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], str(renderers[0].media_type)
