"""Nested documents of an API as replies have them: with ids, and what is read-only.

Ids are not kept: an item's follows from the API's and what names the item in it.
"""

import uuid
from typing import Any

from console import models
from console.models.api.backends import DOCUMENTS
from console.models.api.policies import FIELDS
from console.rest.serializers import Time

Document = dict[str, Any]
_TIME = Time()


def shown(api: models.Api) -> Document:
    """Every nested document of an API, by the name of its field."""
    document, policies = DOCUMENTS[api.backend_type][0], FIELDS[api.backend_type]
    return {
        "req_params": [
            param | {"id": _req_param_id(api, param)} for param in api.req_params
        ],
        "backend_params": [_backend_param(api, "", p) for p in api.backend_params],
        document: _backend(api),
        policies: [_policy(api, policy) for policy in api.policies],
    }


def _id(api: models.Api, *names: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, "/".join((api.pk, *names))).hex


def _req_param_id(api: models.Api, param: Document) -> str:
    return _id(api, "req", param["location"], param["name"].lower())


def _named_param(api: models.Api, name: str) -> Document:
    """What refers to a request parameter says its id and location."""
    for param in api.req_params:
        if param["name"].lower() == name.lower():
            place = {"req_param_location": param["location"]}
            return {"req_param_id": _req_param_id(api, param)} | place
    return {}


def _backend_param(api: models.Api, policy: str, param: Document) -> Document:
    own = _id(api, "backend", policy, param["location"], param["name"])
    named = _named_param(api, param["value"]) if param["origin"] == "REQUEST" else {}
    named.pop("req_param_location", None)
    return param | {"id": own} | named


def _backend(api: models.Api) -> Document:
    return _with_channel(api.backend) | {
        "id": _id(api, "default"),
        "status": 1,
        "register_time": _TIME.to_representation(api.register_time),
        "update_time": _TIME.to_representation(api.update_time),
    }


def _with_channel(backend: Document) -> Document:
    """With a channel, the address is the channel's id; its port is told beside it."""
    info = backend.get("vpc_channel_info")
    if not info:
        return backend
    channel = models.Channel.objects.filter(pk=info["vpc_channel_id"]).first()
    port = {"vpc_channel_port": channel.port} if channel else {}
    named = {"url_domain": info["vpc_channel_id"], "vpc_channel_info": info | port}
    return backend | named


def _policy(api: models.Api, policy: Document) -> Document:
    name = policy["name"]
    params = [_backend_param(api, name, param) for param in policy["backend_params"]]
    conditions = [
        condition
        | {"id": _id(api, "condition", name, str(number))}
        | _named_param(api, condition["req_param_name"])
        for number, condition in enumerate(policy["conditions"])
    ]
    nested = {"backend_params": params, "conditions": conditions}
    return _with_channel(policy) | {"id": _id(api, "policy", name)} | nested
