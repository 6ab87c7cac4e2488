"""Functions, their versions and aliases to what a caller of one refers to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.conf import settings

from console import dependencies, models
from console.models.version import FROZEN, LATEST
from gateway import snapshot as data
from gateway.functions.package import Store


def function(
    row: models.Function, *, draft: bool = False, alias: str = ""
) -> data.Function:
    """Version latest: a function as it is live, or as it stands in the editor.

    DependencyError when a draft asks for what may not be installed.
    """
    code = row.draft_id if draft else row.deployed_id or ""
    installed = row.dependencies_hash
    if draft and row.dirty:
        installed = dependencies.name(row.draft.files(), row.runtime)
    frozen = {name: getattr(row, name) for name in FROZEN}
    frozen["encrypted_user_data"] = row.encrypted_user_data
    return _function(row, LATEST, code, installed, alias, frozen)


def version(row: models.Version, *, alias: str = "") -> data.Function:
    """A published version."""
    frozen = row.configuration | {"encrypted_user_data": row.encrypted_user_data}
    return _function(
        row.function, row.version, row.package_id, row.dependencies_hash, alias, frozen
    )


class Caller(Protocol):
    """Names a function, and perhaps a version or an alias of it."""

    @property
    def function(self) -> models.Function: ...
    @property
    def version(self) -> models.Version | None: ...
    @property
    def alias(self) -> models.Alias | None: ...


def target(row: Caller) -> data.Target | None:
    """What a caller calls; None when its function was never deployed."""
    return callee(row.function, row.version, row.alias)


def callee(
    row: models.Function, frozen: models.Version | None, alias: models.Alias | None
) -> data.Target | None:
    """What a reference means: an alias, else a version, else what is live."""
    if alias is None:
        first = version(frozen) if frozen else _live(row)
        return data.Target(first) if first else None
    name, chosen, more = alias.name, alias.version, alias.additional_version
    first = version(chosen, alias=name) if chosen else _live(row, name)
    if first is None:
        return None
    second = version(more, alias=name) if more else None
    return data.Target(first, second, alias.weight)


def _live(row: models.Function, alias: str = "") -> data.Function | None:
    return function(row, alias=alias) if row.deployed_id else None


def _function(
    row: models.Function,
    version: str,
    code_hash: str,
    dependencies_hash: str,
    alias: str,
    frozen: Mapping[str, Any],
) -> data.Function:
    _unpack(code_hash)
    return data.Function(
        urn=row.func_urn,
        func_name=row.func_name,
        code_hash=code_hash,
        dependencies_hash=dependencies_hash,
        package=row.package,
        project_id=settings.PROJECT_ID,
        version=version,
        alias=alias,
        enabled=row.enabled,
        **frozen,
    )


def called(targets: Sequence[data.Target]) -> Iterable[data.Function]:
    """Each function that is called, once."""
    used = [t.function for t in targets] + [t.second for t in targets if t.second]
    return {function.key: function for function in used}.values()


def _unpack(code_hash: str) -> None:
    """Have the code where gateways find it."""
    packages = Store(settings.PACKAGES_DIR)
    if not packages.code(code_hash).exists():
        packages.put(models.Package.objects.get(pk=code_hash).files())
