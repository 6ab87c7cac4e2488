"""Who may call: security schemes (reference: api.md section 9.3)."""

from typing import Any

from console import models, urns
from console.models.api.shape import broken
from console.openapi.names import PREFIX, Document, ext, kept

AUTHORIZER = f"{PREFIX}authorizer"
_TYPES = {"APP": "AppSigv1", "IAM": "IAM", "AUTHORIZER": "AUTHORIZER"}
_READ = {theirs: ours for ours, theirs in _TYPES.items()} | {"IAM_NONE": "IAM"}
_LABELS = {"APP": "app", "IAM": "iam", "AUTHORIZER": "custom"}
_FIELDS = (
    "ttl",
    "identities",
    "need_body",
    "user_data",
    "timeout",
    "retry_attempts",
    "auth_downgrade_enabled",
)


def written(api: models.Api, *, whole: bool) -> tuple[str, Document]:
    """The scheme of an API by its name; ("", {}) for one that anybody may call.

    The authorizer is always named, for an import must not lose a factor; its function
    and settings are in it only with `whole`.
    """
    if api.auth_type == models.Api.Auth.NONE:
        return "", {}
    words = ["apig-auth", _LABELS[api.auth_type]]
    scheme: Document = {
        "type": "apiKey",
        "name": "Authorization" if api.auth_type == "APP" else "unused",
        "in": "header",
        f"{PREFIX}auth-type": _TYPES[api.auth_type],
    }
    if api.simple_authentication:
        words.append("header")
        scheme[f"{PREFIX}auth-opt"] = {"appcode-auth-type": "header"}
    if api.authorizer is not None:
        words.append(api.authorizer.name)
        scheme[AUTHORIZER] = _authorizer(api.authorizer, whole=whole)
    return "-".join(words), scheme


def _authorizer(row: models.Authorizer, *, whole: bool) -> Document:
    named = {"name": row.name, "type": row.type}
    if not whole:
        return named
    settings = {name: getattr(row, name) for name in _FIELDS}
    return named | {
        "authorizer_type": row.authorizer_type,
        "authorizer_uri": row.function.func_urn,
        **kept(
            {
                "authorizer_version": str(row.version or ""),
                "authorizer_alias_uri": row.authorizer_alias_uri,
            }
        ),
        "network_type": "V1",
        **settings,
    }


def read(
    required: Any, schemes: Document, authorizers: dict[str, models.Authorizer]
) -> Document:
    """The fields of an API that say who may call it.

    `required` is the document's list; several names in one entry hold together.
    `authorizers` are those of the schemes. What is not understood is refused: nothing
    falls back to an API that anybody may call.
    """
    if not required:
        return {"auth_type": models.Api.Auth.NONE, "authorizer": None}
    if not isinstance(required, list) or len(required) != 1:
        raise broken("security: one entry is supported.")
    if not isinstance(required[0], dict) or not required[0]:
        raise broken("security: an entry names a scheme.")
    parts = [_scheme(name, schemes, authorizers) for name in required[0]]
    firsts = [part for part in parts if part["auth_type"] != "AUTHORIZER"]
    if len(firsts) > 1 or len(parts) - len(firsts) > 1:
        raise broken("security: schemes that exclude each other.")
    guards = [part["authorizer"] for part in parts if part["authorizer"]]
    if len(guards) > 1:
        raise broken("security: one custom authorizer is supported.")
    return (firsts or parts)[0] | {"authorizer": guards[0] if guards else None}


def _scheme(
    name: str, schemes: Document, authorizers: dict[str, models.Authorizer]
) -> Document:
    scheme = schemes.get(name)
    kind = _READ.get(ext(scheme, "auth-type")) if isinstance(scheme, dict) else None
    if not isinstance(scheme, dict) or kind is None:
        raise broken(f"security: {name} is no scheme with {PREFIX}auth-type.")
    option = ext(scheme, "auth-opt") or {}
    simple = option.get("appcode-auth-type") if isinstance(option, dict) else None
    guard = authorizers.get(name)
    if AUTHORIZER in scheme and guard is None:
        raise broken(f"security: the custom authorizer of {name} is not there.")
    code = "HEADER" if simple == "header" else "DISABLE"
    auth_opt = {"app_code_auth_type": code}
    return {"auth_type": kind, "auth_opt": auth_opt, "authorizer": guard}


def authorizer_name(scheme_name: str, raw: Document) -> str:
    """The documents give no name: then it is the scheme's."""
    words = str(raw.get("name") or scheme_name).replace("-", "_")
    return words[:64]


def read_authorizer(row: models.Authorizer, raw: Document) -> None:
    """Make an authorizer what a document says; ValidationError."""
    try:
        urn = str(raw.get("authorizer_alias_uri") or raw.get("authorizer_uri") or "")
        named = urns.resolve(urn)
    except urns.UnknownFunction as error:
        raise broken(f"Function URN: {error}", "APIG.3019") from None
    row.function, row.version, row.alias = named.function, named.version, named.alias
    version = str(raw.get("authorizer_version") or "")
    if version and version != "latest" and row.alias is None:
        row.version = named.function.versions.filter(version=version).first()
        if row.version is None:
            raise broken(f"The function has no version {version}.", "APIG.3019")
    for name in _FIELDS:
        if name in raw:
            setattr(row, name, raw[name])
    row.save_valid()
