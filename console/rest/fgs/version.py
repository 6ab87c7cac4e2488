"""Versions and aliases of functions (reference: auth.md section 10.4)."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.models.version import LATEST
from console.rest.errors import Refusal, missing
from console.rest.fgs.base import Fss, FunctionEndpoint
from console.rest.fgs.code import digest
from console.rest.fgs.function import show
from console.rest.serializers import Time
from console.urns import Named


class Versions(FunctionEndpoint):
    verbs = {"list": "view"}
    duplicate = "FSS.1062"

    def list(self, request: Request, **kwargs: Any) -> Response:
        function = self.named.function
        return self.page(
            function.versions.select_related("package", "function"),
            "versions",
            lambda row: show(Named(function, row)),
        )

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Freeze what is live; `digest`, if given, must be that of the live code."""
        function, given = self.named.function, self.body
        live = function.deployed
        if given.get("digest") and (not live or digest(live) != given["digest"]):
            raise Fss.parameter("digest", text="it is not that of the live code")
        version, text = given.get("version") or "", given.get("description") or ""
        made = models.Version.publish(function, str(version), str(text))
        return Response(show(Named(function, made)))


class Aliases(FunctionEndpoint):
    verbs = {"list": "view", "retrieve": "view"}
    duplicate = "FSS.1063"

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = self.named.function.aliases.select_related(
            "function", "version", "additional_version"
        )
        return Response([_show(row) for row in rows])

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return Response(_show(self.target))

    def create(self, request: Request, **kwargs: Any) -> Response:
        name = self.body.get("name")
        if not isinstance(name, str):
            raise Fss.parameter("name", text="a text is needed")
        alias = models.Alias(function=self.named.function, name=name)
        return Response(_show(self._save(alias)))

    def update(self, request: Request, **kwargs: Any) -> Response:
        return Response(_show(self._save(self.target)))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        self.remove(self.target)
        return Response(status=204)

    @property
    def target(self) -> models.Alias:
        name = self.kwargs["alias_name"]
        found = self.named.function.aliases.filter(name=name).first()
        if found is None:
            raise missing("FSS.1053", f"there is no alias {name}")
        return found

    def _save(self, alias: models.Alias) -> models.Alias:
        """Take over what the request says: a version, and one more by its weight."""
        given = self.body
        weights = given.get("additional_version_weights") or {}
        if not isinstance(weights, dict) or len(weights) > 1:
            raise Refusal(400, "FSS.1091", "At most one additional version.")
        alias.version = _version(alias.function, given.get("version"))
        alias.additional_version, alias.weight = None, 0
        for name, weight in weights.items():
            if type(weight) is not int:
                raise Refusal(400, "FSS.1092", "A weight is a number, 0 to 100.")
            alias.additional_version = _version(alias.function, name)
            alias.weight = weight
        alias.description = str(given.get("description") or "")
        alias.save_valid()
        return alias


def _version(function: models.Function, name: Any) -> models.Version | None:
    """A version by name, None for latest."""
    if name in (None, "", LATEST):
        return None
    found = function.versions.filter(version=str(name)).first()
    if found is None:
        raise missing("FSS.1052", f"{function} has no version {name}")
    return found


def _show(alias: models.Alias) -> dict[str, Any]:
    more = alias.additional_version
    return {
        "name": alias.name,
        "version": alias.version_name,
        "description": alias.description,
        "last_modified": Time().to_representation(alias.last_modified),
        "alias_urn": alias.alias_urn,
        "additional_version_weights": {str(more): alias.weight} if more else {},
    }
