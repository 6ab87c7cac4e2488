"""Names of functions: the URN and its accepted short forms (auth.md section 10.4).

name
package:name
project:package:name[:version|!alias]
urn:fss:region:project:function:package:name[:version|!alias]
"""

from dataclasses import dataclass, field

from django.conf import settings

from console.models.alias import Alias
from console.models.function import Function
from console.models.version import LATEST, Version


class UnknownFunction(LookupError):
    """No function, version or alias of that name; the text says which is missing."""


class UnknownVersion(UnknownFunction):
    pass


class UnknownAlias(UnknownFunction):
    pass


@dataclass(frozen=True, slots=True)
class Named:
    """What a URN stands for; neither version nor alias is latest.

    `qualified` is whether it said so by `:version` or `:!alias`.
    """

    function: Function
    version: Version | None = None
    alias: Alias | None = None
    qualified: bool = field(default=False, compare=False)


def resolve(text: str) -> Named:
    """The function, version or alias of a URN; UnknownFunction when there is none."""
    package, name, qualifier = _parts(text)
    function = Function.objects.filter(package=package, func_name=name).first()
    if function is None:
        raise UnknownFunction(f"there is no function {package}:{name}")
    if qualifier.startswith("!"):
        alias = function.aliases.filter(name=qualifier[1:]).first()
        if alias is None:
            raise UnknownAlias(f"{name} has no alias {qualifier[1:]}")
        return Named(function, alias=alias, qualified=True)
    if qualifier in ("", LATEST):
        return Named(function, qualified=bool(qualifier))
    version = function.versions.filter(version=qualifier).first()
    if version is None:
        raise UnknownVersion(f"{name} has no version {qualifier}")
    return Named(function, version=version, qualified=True)


def _parts(text: str) -> tuple[str, str, str]:
    """Package, name and qualifier, after region and project were compared with ours."""
    words = text.split(":")
    if words[:2] == ["urn", "fss"] and len(words) in (7, 8) and words[4] == "function":
        region, project, *rest = words[2], words[3], *words[5:]
        if region != settings.REGION:
            raise UnknownFunction(f"{region} is not the region of this gateway")
    elif len(words) in (3, 4):
        project, *rest = words
    elif len(words) in (1, 2):
        project, rest = settings.PROJECT_ID, ["default", *words][-2:]
    else:
        raise UnknownFunction(f"{text!r} is not a function's URN")
    if project != settings.PROJECT_ID:
        raise UnknownFunction(f"{project} is not the project of this gateway")
    package, name, qualifier = (*rest, "")[:3]
    return package, name, qualifier
