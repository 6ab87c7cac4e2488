"""Request and backend parameters of an API (reference: api.md sections 2.6 and 4)."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from console.models.api.paths import placeholders
from console.models.api.shape import (
    Member,
    broken,
    check_unique,
    listed,
    number,
    one_of,
    read_list,
    read_object,
    text,
    texts,
    whole,
    within,
)

Param = dict[str, Any]
NAME_RULE = "1 to 32 letters, digits and . _ -, a letter first"
LOCATIONS = ("PATH", "QUERY", "HEADER")
REQ_LOCATIONS = (*LOCATIONS, "COOKIE")
SYSTEM_PARAMETERS = (
    "sourceIp",
    "stage",
    "apiId",
    "appId",
    "requestId",
    "serverAddr",
    "serverName",
    "handleTime",
    "providerAppId",
    "apiName",
    "appName",
    "member_group_name",
    "member_group_id",
)
FRONTEND, BACKEND = "$context.authorizer.frontend.", "$context.authorizer.backend."
CONTEXT_KEY = r"[a-zA-Z][a-zA-Z0-9_-]{0,31}"
_SYSTEM = re.compile(
    rf"\$context\.(?:{'|'.join(SYSTEM_PARAMETERS)}"
    rf"|authorizer\.(?:frontend|backend)\.{CONTEXT_KEY})\Z"
)
_NAME = text(32, r"[a-zA-Z][a-zA-Z0-9._-]{0,31}", NAME_RULE)
_SHORT = text(255)

REQ_PARAM = {
    "name": Member("Parameter Name", _NAME),
    "type": Member("Parameter Type", one_of("STRING", "NUMBER")),
    "location": Member("Location", one_of(*REQ_LOCATIONS)),
    "required": Member("Required", one_of(1, 2), 2),
    "default_value": Member("Default Value", _SHORT, ""),
    "sample_value": Member("Example", _SHORT, ""),
    "remark": Member("Description", _SHORT, ""),
    "valid_enable": Member("Value Restrictions", one_of(1, 2), 2),
    "enumerations": Member("Enumerated Value", text(2048), ""),
    "min_num": Member("Minimum Value", number, None),
    "max_num": Member("Maximum Value", number, None),
    "min_size": Member("Minimum Length", whole(0, 20_480), None),
    "max_size": Member("Maximum Length", whole(0, 20_480), None),
    "pass_through": Member("Passthrough", one_of(1, 2), 1),
    "orchestrations": Member("Orchestration Rules", texts, []),
}
BACKEND_PARAM = {
    "name": Member("Backend Parameter Name", _NAME),
    "location": Member("Backend Parameter Location", one_of(*LOCATIONS)),
    "origin": Member("Origin", one_of("REQUEST", "CONSTANT", "SYSTEM")),
    "value": Member("Parameter Value", _SHORT),
    "remark": Member("Description", _SHORT, ""),
}


def read_req_param(raw: Any) -> Param:
    """One request parameter, complete; ValidationError says what is wrong."""
    param = read_object(raw, REQ_PARAM)
    _check_name(param)
    if param["location"] == "HEADER":
        _check_header_name(param["name"])
    if param["location"] == "PATH":
        param["required"] = 1
    _settle_limits(param)
    if param["type"] == "NUMBER":
        for label, values in _given(param):
            if not all(map(_is_number, values)):
                raise broken(f"{label}: of a NUMBER it must be a number.")
    return param


def read_req_params(raw: Any, req_uri: str) -> list[Param]:
    """The request parameters of an API, fitting its path."""
    params = read_list(raw, read_req_param, "API_PARAM_NUM_LIMIT")
    check_unique(
        [(p["name"].lower(), p["location"]) for p in params],
        "is there twice at one location.",
        "APIG.3209",
    )
    named = [p["name"] for p in params if p["location"] == "PATH"]
    in_path = placeholders(req_uri)
    for name in in_path:
        if name not in named:
            raise broken(f"{{{name}}} of the path is not declared.", "APIG.2026")
    for name in named:
        if name not in in_path:
            raise broken(f"{name}: the path has no {{{name}}}.", "APIG.2026")
    return params


def read_backend_param(raw: Any) -> Param:
    """One backend parameter, complete; ValidationError says what is wrong."""
    param = read_object(raw, BACKEND_PARAM)
    _check_name(param)
    value = param["value"]
    if param["origin"] == "SYSTEM" and not _SYSTEM.match(value):
        raise broken(f"Parameter Value: {value} is no system parameter.")
    if param["origin"] == "CONSTANT" and re.search(r"[\x00-\x1f\x7f]", value):
        raise broken("Parameter Value: it must be one line of text.")
    return param


@dataclass(frozen=True)
class Declared:
    """What the frontend of an API has for its backends to refer to.

    `params` are the request parameters' lower-case names, `produced` what orchestration
    rules produce, as locations and lower-case names; `frontend` says whether there is a
    frontend authorizer.
    """

    params: Collection[str]
    produced: Collection[tuple[str, str]] = ()
    frontend: bool = False


def read_backend_params(
    raw: Any, declared: Declared, backend_path: str | None, *, guarded: bool = False
) -> list[Param]:
    """The parameters of one backend: of declared request parameters, for its path.

    A backend without a path of its own has None; `guarded` is whether it has an
    authorizer.
    """
    params = read_list(raw, read_backend_param, "API_PARAM_NUM_LIMIT")
    check_unique(
        [(p["name"].lower(), p["location"]) for p in params],
        "is there twice at one location.",
        "APIG.3209",
    )
    for param in params:
        _check_free(param, declared.produced)
        if (
            param["origin"] == "REQUEST"
            and param["value"].lower() not in declared.params
        ):
            raise broken(
                f"{param['name']}: there is no request parameter {param['value']}.",
                "APIG.2028",
            )
    if backend_path is not None:
        _check_backend_path(params, backend_path)
    check_contexts(params, declared.frontend, guarded)
    return params


def _check_free(param: Param, produced: Collection[tuple[str, str]]) -> None:
    """What an orchestration rule produces has its name for itself."""
    if (param["location"].lower(), param["name"].lower()) in produced:
        raise broken(
            f"{param['name']}: an orchestration rule produces this parameter.",
            "APIG.3209",
        )


def check_contexts(params: Sequence[Param], frontend: bool, backend: bool) -> None:
    """Context values need the authorizer that gives them (APIG.2036)."""
    for param in params:
        value = param["value"] if param["origin"] == "SYSTEM" else ""
        for prefix, there, what in (
            (FRONTEND, frontend, "Custom or two-factor authentication"),
            (BACKEND, backend, "Backend authentication"),
        ):
            if value.startswith(prefix) and not there:
                with within(param["name"]):
                    raise broken(f"{value} needs {what}.", "APIG.2036")


def _check_backend_path(params: Sequence[Param], path: str) -> None:
    named = {p["name"] for p in params if p["location"] == "PATH"}
    in_path = placeholders(path)
    for name in in_path:
        if name not in named:
            raise broken(
                f"{{{name}}} of the backend path has no backend parameter at PATH.",
                "APIG.2027",
            )
    if strange := sorted(named - set(in_path)):
        raise broken(
            f"{strange[0]}: the backend path has no {{{strange[0]}}}.", "APIG.2027"
        )


def _check_name(param: Param) -> None:
    name = param["name"].lower()
    if name.startswith(("x-apig-", "x-sdk-")) or name == "x-stage":
        raise broken(f"Parameter Name: {name} is a name of the gateway's own.")


def _check_header_name(name: str) -> None:
    if name.lower() in ("authorization", "x-auth-token") or "_" in name:
        raise broken(
            "Parameter Name: a header is not Authorization or X-Auth-Token and has "
            "no underscore."
        )


def _settle_limits(param: Param) -> None:
    """Only the limits of the type stay; 0 and 0 together are how none is written."""
    ranges = {"STRING": ("min_size", "max_size"), "NUMBER": ("min_num", "max_num")}
    for kind, (low, high) in ranges.items():
        none = param[low] in (None, 0) and param[high] in (None, 0)
        if kind != param["type"] or (none and param[high] == 0):
            param[low] = param[high] = None
        elif None not in (param[low], param[high]) and param[low] > param[high]:
            raise broken(f"{REQ_PARAM[high].label}: it must not be below the minimum.")


def _given(param: Param) -> list[tuple[str, list[str]]]:
    default = param["default_value"]
    return [
        (REQ_PARAM["default_value"].label, [default] if default else []),
        (REQ_PARAM["enumerations"].label, listed(param["enumerations"])),
    ]


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", value))
