"""Policies to test with."""

import json
from itertools import count
from typing import Any

from console import bindings, models
from tests.certificates import issue

_numbers = count(1)


def throttle(**fields: Any) -> models.Throttle:
    """100 calls a minute."""
    known: dict[str, Any] = {"name": f"throttle{next(_numbers)}"}
    known |= {"api_call_limits": 100, "time_unit": "MINUTE"}
    row = models.Throttle(**known | fields)
    row.save_valid()
    return row


def special(
    policy: models.Throttle, object_id: str, call_limits: int, kind: str = "APP"
) -> models.ThrottleSpecial:
    row = models.ThrottleSpecial(
        throttle=policy,
        object_type=kind,
        object_id=object_id,
        call_limits=call_limits,
    )
    row.save_valid()
    return row


def plugin(kind: str = "cors", **document: Any) -> models.Plugin:
    """A plug-in, by default one that lets pages of every origin call."""
    if kind == "cors":
        document = {"allow_origin": "*", "allow_methods": "GET,POST,PUT"} | document
    row = models.Plugin(plugin_name=f"plugin{next(_numbers)}", plugin_type=kind)
    row.write(json.dumps(document))
    row.save_valid()
    return row


def breaker(urn: str) -> models.Plugin:
    """A circuit breaker with a function as stand-in."""
    condition = {
        "breaker_type": "timeout",
        "breaker_mode": "counter",
        "unhealthy_threshold": 30,
        "time_window": 15,
        "open_breaker_time": 15,
    }
    stand_in = {"type": "function", "func_info": {"function_urn": urn}}
    return plugin("breaker", breaker_condition=condition, downgrade_default=stand_in)


def signature(**fields: Any) -> models.Signature:
    """An HMAC key."""
    row = models.Signature(**{"name": f"signature{next(_numbers)}"} | fields)
    row.save_valid()
    return row


def acl(value: str = "192.0.2.0/24", **fields: Any) -> models.Acl:
    """Only these addresses."""
    known: dict[str, Any] = {"acl_name": f"acl{next(_numbers)}", "acl_value": value}
    row = models.Acl(**known | fields)
    row.save_valid()
    return row


def feature(name: str, config: str, **fields: Any) -> models.Feature:
    """A gateway parameter."""
    row = models.Feature(name=name, config=config, **fields)
    row.save_valid()
    return row


def client_certificate(**document: str) -> models.Feature:
    """What backends are shown: on, from the CA of the tests."""
    shown = issue("gateway.example")
    known = {"enable": "on", "ca": "", "content": shown.pem, "key": shown.key_pem()}
    return feature("backend_client_certificate", json.dumps(known | document))


def orchestration(**fields: Any) -> models.Orchestration:
    """Blue for 1 and 2, as the query parameter `color`."""
    mapped = {"mapped_param_name": "color", "mapped_param_type": "string"}
    known: dict[str, Any] = {
        "orchestration_name": f"rule{next(_numbers)}",
        "orchestration_mapped_param": mapped | {"mapped_param_location": "query"},
        "orchestration_map": [
            {"map_param_list": ["1", "2"], "mapped_param_value": "blue"}
        ],
    }
    row = models.Orchestration(**known | fields)
    row.save_valid()
    return row


def app_acl(app: models.Credential, *values: str, **fields: Any) -> models.AppAcl:
    row = models.AppAcl(app=app, app_acl_values=list(values), **fields)
    row.save_valid()
    return row


def quota(*apps: models.Credential, **fields: Any) -> models.AppQuota:
    """1,000 calls a day, for these credentials."""
    known: dict[str, Any] = {"name": f"quota{next(_numbers)}", "call_limits": 1000}
    row = models.AppQuota(**known | fields)
    row.save_valid()
    for app in apps:
        models.AppQuotaBinding(quota=row, app=app).save_valid()
    return row


def example(
    api: models.Api, env: models.Environment, app: models.Credential
) -> tuple[models.Throttle, models.Acl, models.AppQuota]:
    """One of each, bound; none of them refuses a call of the example."""
    limit, addresses = throttle(), acl("0.0.0.0/0,::/0")
    special(limit, app.pk, 50)
    bindings.bind(limit, [api], env)
    bindings.bind(addresses, [api], env)
    app_acl(app, "0.0.0.0/0", "::/0")
    return limit, addresses, quota(app)
