"""Request parameters with their orchestration rules."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from console import models
from console.compile.backends import req_param
from gateway import snapshot as data


class Orchestrations:
    """Reads the rules once."""

    def __init__(self) -> None:
        rows = models.Orchestration.objects.all()
        self.known = {row.pk: row.rule() for row in rows}

    def params(self, raw: Iterable[Mapping[str, Any]]) -> tuple[data.ReqParam, ...]:
        """The declared parameters of a definition."""
        return tuple(
            replace(req_param(each), orchestrations=self._rules(each)) for each in raw
        )

    def _rules(self, raw: Mapping[str, Any]) -> tuple[data.Orchestration, ...]:
        return tuple(
            self.known.get(pk) or data.Orchestration.gone(pk)
            for pk in raw.get("orchestrations") or ()
        )
