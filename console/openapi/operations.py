"""The operation of an API in a document (reference: api.md sections 9.2 and 9.3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from console import models
from console.models.api.shape import broken
from console.models.base import CJK
from console.openapi import backends, parameters, security
from console.openapi.names import PREFIX, Document, ext, kept

_SCHEMES = {"HTTP": ["http"], "HTTPS": ["https"], "BOTH": ["http", "https"]}
_NOT_IN_TAGS = re.compile(rf"[^A-Za-z0-9{CJK}_*#%.:-]")
_NOT_IN_NAMES = re.compile(rf"[^A-Za-z0-9{CJK}_./():（）：、-]")
SUCCESS, FAILURE = "result-normal-sample", "result-failure-sample"


@dataclass
class Writing:
    """How operations are written, and the schemes they have needed so far."""

    host: str
    v3: bool
    backends: bool
    whole: bool
    rules: Mapping[str, str]
    schemes: dict[str, Document] = field(default_factory=dict)


def written(api: models.Api, how: Writing) -> Document:
    """An operation, but for what is bound to the API."""
    name, scheme = security.written(api, whole=how.whole)
    if name:
        how.schemes[name] = scheme
    params = [parameters.written(p, how.rules, v3=how.v3) for p in api.req_params]
    private = api.type == models.Api.Type.PRIVATE
    return kept(
        {
            "operationId": api.name,
            "description": api.remark,
            "tags": api.tags,
            **_schemes(api, how),
            "parameters": params,
            "security": [{name: []}] if name else [],
        }
    ) | {
        "responses": {"default": _response(api)},
        f"{PREFIX}request-type": "private" if private else "public",
        f"{PREFIX}match-mode": api.match_mode,
        f"{PREFIX}cors": api.cors,
        f"{PREFIX}is-send-fg-body-base64": api.is_send_fg_body_base64,
        **kept({f"{PREFIX}content-type": api.content_type}),
        f"{PREFIX}response": api.response.name,
        **(backends.written(api) if how.backends else {}),
    }


def _schemes(api: models.Api, how: Writing) -> Document:
    schemes = _SCHEMES[api.req_protocol]
    if not how.v3:
        return {"schemes": schemes}
    return {"servers": [{"url": f"{scheme}://{how.host}"} for scheme in schemes]}


def _response(api: models.Api) -> Document:
    samples = {SUCCESS: api.result_normal_sample, FAILURE: api.result_failure_sample}
    named = {PREFIX + name: text for name, text in samples.items()}
    return {"description": "The response of the backend"} | kept(named)


@dataclass
class Reading:
    """A document that operations are read from, and what they refer to by name."""

    document: Document
    v3: bool
    schemes: Document
    authorizers: dict[str, models.Authorizer]
    responses: dict[str, models.GatewayResponse]
    rules: Mapping[str, str]
    # By the extension that names them, and their names.
    policies: dict[tuple[str, str], Any] = field(default_factory=dict)
    mock: bool = False

    def bound(self, operation: Document) -> list[Any]:
        """The policies that an operation names and that are there."""
        names = [(key, ext(operation, key)) for key in ("ratelimit", "access-control")]
        found = [self.policies[pair] for pair in names if pair in self.policies]
        plugins = ext(operation, "plugins")
        named = plugins if isinstance(plugins, list) else []
        return found + list(models.Plugin.objects.filter(plugin_name__in=named))

    def resolved(self, raw: Any) -> Document:
        """An object, or the one of this document that `$ref` names."""
        for _ in range(10):
            if not isinstance(raw, dict):
                raise broken("An object is needed.")
            if not isinstance(raw.get("$ref"), str):
                return raw
            raw = self._at(raw["$ref"])
        raise broken("$ref: it leads nowhere.")

    def _at(self, reference: str) -> Any:
        found: Any = self.document
        if not reference.startswith("#/"):
            raise broken(f"$ref: {reference} is not in this file.")
        for step in reference[2:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, dict) else None
        return found


def read(
    method: str, path: str, operation: Document, shared: Any, of: Reading
) -> Document:
    """The fields of an API; `shared` are the parameters of its path.

    ValidationError says what cannot be.
    """
    responses = operation.get("responses")
    default = responses.get("default") if isinstance(responses, dict) else None
    samples = of.resolved(default) if default else {}
    content = _text(ext(samples, SUCCESS))
    fits = backends.mock(operation, content) if of.mock else backends.read(operation)
    required = operation.get("security", of.document.get("security"))
    return {
        "name": _name(operation, method, path),
        "type": 2 if ext(operation, "request-type") == "private" else 1,
        "req_method": method.upper(),
        "req_uri": path,
        "req_protocol": _protocol(operation, of),
        "match_mode": ext(operation, "match-mode", "NORMAL"),
        "cors": _flag(operation, "cors", default=False),
        "remark": _text(operation.get("description") or operation.get("summary"))[:255],
        "tags": _tags(operation),
        "content_type": _text(ext(operation, "content-type")),
        "is_send_fg_body_base64": _flag(
            operation, "is-send-fg-body-base64", default=True
        ),
        "result_normal_sample": content,
        "result_failure_sample": _text(ext(samples, FAILURE)),
        "response": _gateway_response(operation, of),
        "req_params": _params(operation, shared, of),
        **security.read(required, of.schemes, of.authorizers),
        **fits,
    }


def _params(operation: Document, shared: Any, of: Reading) -> list[Document]:
    """Those of the path, and those of the operation in place of ones of their name."""
    found: dict[tuple[Any, Any], Document] = {}
    for listed in (shared or [], operation.get("parameters") or []):
        if not isinstance(listed, list):
            raise broken("parameters: a list is needed.")
        for raw in map(of.resolved, listed):
            if parameters.is_declared(raw):
                one = parameters.read(raw, of.rules, v3=of.v3)
                found[str(one["name"]).lower(), one["location"]] = one
    return list(found.values())


def _protocol(operation: Document, of: Reading) -> str:
    key = "servers" if of.v3 else "schemes"
    listed = operation.get(key) or of.document.get(key) or []
    if not isinstance(listed, list):
        raise broken(f"{key}: a list is needed.")
    named = {_scheme(item) for item in listed} & {"http", "https"}
    both = named == {"http", "https"}
    return "BOTH" if both else "HTTP" if named == {"http"} else "HTTPS"


def _scheme(item: Any) -> str:
    if isinstance(item, dict):
        return urlsplit(str(item.get("url"))).scheme
    return str(item)


def _gateway_response(operation: Document, of: Reading) -> models.GatewayResponse:
    name = str(ext(operation, "response", "default"))
    if name not in of.responses:
        raise broken(f"There is no gateway response {name}.")
    return of.responses[name]


def _name(operation: Document, method: str, path: str) -> str:
    """The operation's id, or what it is called by its method and path."""
    given = operation.get("operationId") or f"{method}_{path.strip('/')}"
    return as_name(_text(given))


def as_name(text: str) -> str:
    """A text as names of APIs and groups may be."""
    return _NOT_IN_NAMES.sub("_", text)[:255]


def _tags(operation: Document) -> list[str]:
    """Tags of documents may be whole phrases."""
    tags = operation.get("tags") or []
    if not isinstance(tags, list):
        raise broken("tags: a list is needed.")
    return [_NOT_IN_TAGS.sub("_", _text(tag)) for tag in tags]


def _flag(operation: Document, name: str, *, default: bool) -> bool:
    value = ext(operation, name, default)
    if not isinstance(value, bool):
        raise broken(f"{PREFIX}{name}: true or false.")
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise broken(f"A text is needed, not {value!r:.40}.")
    return value
