"""The OpenAPI description: one operation for each line of the two tables."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from console import access
from console.models.response import TYPES
from console.rest.fgs import urls as functions
from console.rest.fgs.base import FunctionEndpoint
from console.rest.schema.rules import Schema, narrow
from console.rest.table import Operation
from console.rest.urls import OPERATIONS

ALL = OPERATIONS + functions.OPERATIONS
_HERE = Path(__file__).parent
_SCHEMAS = "#/components/schemas/"
_ID = re.compile(r"\{(\w+)\}")
# What is known of names in a path; any text may stand for the others.
_PATH: dict[str, list[str]] = {
    "project_id": [settings.PROJECT_ID],
    "instance_id": [settings.INSTANCE_ID],
    "response_type": list(TYPES),
}
# The member of a reply that has the name in a path, where it is not `id`.
_MADE = {"function_urn": "func_urn", "alias_name": "name"}
_REFUSALS = {
    400: "A parameter is missing or wrong; the text names it.",
    401: "There is no proof of who calls, or a wrong one.",
    403: "The caller may not do this, or the project is another one.",
    404: "Something that the request names is not there.",
    406: "The body is not JSON.",
    409: "The state of an object does not allow it.",
    412: "A condition is not met, or the operation is not supported here.",
    413: "The code is too large.",
}
_ABOUT = """\
Sallyport's management API: the operations of APIG (dedicated, V2) and FunctionGraph \
under the names that the official clients have for them.

Sign requests with an access key of **My Credentials** (`SDK-HMAC-SHA256`, as the \
official clients do), or send a token, which `POST /v3/auth/tokens` gives for a \
password, in `X-Auth-Token`. On this page **Authorize** takes a token.
"""


class Contract(NamedTuple):
    """What the official clients know of an operation: names of shapes, and a status.

    `query` and `header` map parameters to their schemas.
    """

    tag: str
    query: dict[str, Schema] = {}
    header: dict[str, Schema] = {}
    body: str = ""
    form: bool = False
    reply: str = ""
    status: int = 200


@lru_cache(maxsize=1)
def document() -> Schema:
    """The whole description, as OpenAPI 3.1 has it."""
    contracts, schemas = _read()
    paths: dict[str, Schema] = {}
    for operation in ALL:
        names = _ID.findall(operation.route)
        item = paths.setdefault(
            operation.route, {"parameters": [_in_path(name) for name in names]}
        )
        described = _describe(operation, contracts[operation.name], schemas)
        item[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sallyport", "version": "2", "description": _ABOUT},
        "security": [{"token": []}, {"signature": []}],
        "tags": [{"name": t} for t in dict.fromkeys(c.tag for c in contracts.values())],
        "paths": paths,
        "components": _components(schemas),
    }


def _read() -> tuple[dict[str, Contract], dict[str, Schema]]:
    """Contracts by operation, and shapes by name, bodies with the models' rules."""
    contracts: dict[str, Contract] = {}
    schemas: dict[str, Schema] = {}
    for name in ("gateway.json", "functions.json"):
        known = json.loads((_HERE / name).read_text())
        schemas |= known["schemas"]
        for tag, group in known["operations"].items():
            contracts |= {name: Contract(tag, **kept) for name, kept in group.items()}
    for operation in ALL:
        if body := contracts[operation.name].body:
            schemas[body] = narrow(schemas[body], operation.endpoint.model)
    return contracts, schemas


def refuses(operation: Operation) -> bool:
    """Whether it does nothing but say that it is not supported."""
    return bool(getattr(operation.endpoint, operation.action).__name__ == "refuse")


def _describe(
    operation: Operation, contract: Contract, schemas: dict[str, Schema]
) -> Schema:
    described: Schema = {
        "operationId": operation.name,
        "summary": operation.name.removesuffix("_v2").replace("_", " ").capitalize(),
        "description": "\n\n".join(_texts(operation)),
        "tags": [contract.tag],
    }
    if refuses(operation):
        return described | {"responses": _refusals((401, 403, 404, 412))}
    given = {"query": contract.query, "header": contract.header}
    described["parameters"] = [
        _parameter(place, name, schema)
        for place, names in given.items()
        for name, schema in names.items()
    ]
    if contract.body:
        described["requestBody"] = _body(contract, schemas[contract.body])
    success = {str(contract.status): _reply(operation, contract, schemas)}
    return described | {"responses": success | _refusals(_statuses(operation))}


def _texts(operation: Operation) -> Iterator[str]:
    endpoint = operation.endpoint
    if refuses(operation):
        yield endpoint.text
    elif text := getattr(endpoint, operation.action).__doc__:
        yield re.sub(r"\s+", " ", text).strip()
    verb = endpoint.verbs.get(operation.action, "change")
    yield f"Permission: `{access.permission(verb, endpoint.model)}`"


def _in_path(name: str) -> Schema:
    known = {"enum": _PATH[name]} if name in _PATH else {"minLength": 1}
    return _parameter("path", name, {"type": "string", "required": True} | known)


def _parameter(place: str, name: str, schema: Schema) -> Schema:
    kept = {keyword: v for keyword, v in schema.items() if keyword != "required"}
    required = {"required": True} if schema.get("required") else {}
    return {"name": name, "in": place, "schema": kept} | required


def _body(contract: Contract, schema: Schema) -> Schema:
    kind = "multipart/form-data" if contract.form else "application/json"
    content = {kind: {"schema": {"$ref": _SCHEMAS + contract.body}}}
    return {"required": "required" in schema, "content": content}


def _reply(
    operation: Operation, contract: Contract, schemas: dict[str, Schema]
) -> Schema:
    if not contract.reply:
        return {"description": "Done."}
    schema = {"$ref": _SCHEMAS + contract.reply}
    reply: Schema = {
        "description": "Done.",
        "content": {"application/json": {"schema": schema}},
    }
    links = dict(_links(operation, schemas[contract.reply]))
    return reply | ({"links": links} if links else {})


def _links(operation: Operation, reply: Schema) -> Iterator[tuple[str, Schema]]:
    """Where the id of what was made leads: whatever has it in its path."""
    key = _key(operation.route) if operation.method == "POST" else ""
    made, id = reply.get("properties", {}), _MADE.get(key, "id")
    id = key if key in made else id
    if not key or id not in made:
        return
    known = {name: f"$request.path.{name}" for name in _ID.findall(operation.route)}
    known[key] = f"$response.body#/{id}"
    for other in ALL:
        names = _ID.findall(other.route)
        if key in names and known.keys() >= set(names) and not refuses(other):
            given = {name: known[name] for name in names}
            yield other.name, {"operationId": other.name, "parameters": given}


def _key(route: str) -> str:
    """What names, in a path, one of what a route has all of; "" when nothing does."""
    one = re.compile(re.escape(route) + r"/\{(\w+)\}")
    return next((m[1] for o in ALL if (m := one.fullmatch(o.route))), "")


def _statuses(operation: Operation) -> Iterator[int]:
    yield from (400, 401, 403, 404)
    if operation.method != "GET":
        yield from (409, 412)
        if issubclass(operation.endpoint, FunctionEndpoint):
            yield from (406, 413)


def _refusals(statuses: Any) -> Schema:
    return {str(s): {"$ref": f"#/components/responses/{s}"} for s in statuses}


def _components(schemas: dict[str, Schema]) -> Schema:
    error = {"application/json": {"schema": {"$ref": f"{_SCHEMAS}Error"}}}
    return {
        "schemas": schemas
        | {
            "Error": {
                "type": "object",
                "required": ["error_code", "error_msg"],
                "properties": {
                    "error_code": {
                        "type": "string",
                        "pattern": r"^(APIG|APIC|FSS)\.\d{4}$",
                    },
                    "error_msg": {"type": "string"},
                },
                "additionalProperties": False,
            }
        },
        "responses": {
            str(status): {"description": text, "content": error}
            for status, text in _REFUSALS.items()
        },
        "securitySchemes": {
            "token": {
                "type": "apiKey",
                "in": "header",
                "name": "X-Auth-Token",
                "description": "A token that POST /v3/auth/tokens gave.",
            },
            "signature": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=… "
                "made with an access key; X-Sdk-Date has the time.",
            },
        },
    }
