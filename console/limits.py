"""How much there may be of everything (auth.md section 9, api.md section 1.4).

Each limit has the documented default and the vendor's code for going past it. The
environment variable SALLYPORT_LIMITS changes some: `APP_NUM_LIMIT=100,…`. Limits of
calls go into the snapshot; their names are the fields of `gateway.snapshot.Settings`.
"""

from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Manager, Model, QuerySet

from gateway.snapshot import Settings


@dataclass(frozen=True)
class Limit:
    """At most `default` of `what`; more is refused with `code`."""

    default: int
    code: str
    what: str


# By the vendor's configuration name. Where it has none, one is made alike.
LIMITS: dict[str, Limit] = {
    "APIGROUP_NUM_LIMIT": Limit(1500, "APIG.3101", "API groups"),
    # The largest edition's: 250, 800 and 2,000 are the smaller ones'.
    "API_NUM_LIMIT": Limit(8000, "APIG.3102", "APIs"),
    "API_NUM_LIMIT_PER_GROUP": Limit(1000, "APIG.3125", "APIs in a group"),
    "APP_NUM_LIMIT": Limit(50, "APIG.3103", "credentials"),
    "APP_CODE_NUM_LIMIT": Limit(5, "APIG.3131", "AppCodes of a credential"),
    "APP_API_NUM_LIMIT": Limit(1000, "APIG.3100", "APIs bound to a credential"),
    "ACCESS_KEY_NUM_LIMIT": Limit(2, "APIG.3100", "access keys of a user"),
    "ENVIRONMENT_NUM_LIMIT": Limit(10, "APIG.3104", "environments"),
    "SIGN_NUM_LIMIT": Limit(200, "APIG.3105", "signature keys"),
    "VARIABLE_NUM_LIMIT": Limit(
        50, "APIG.3106", "variables of a group in an environment"
    ),
    "THROTTLE_NUM_LIMIT": Limit(300, "APIG.3107", "request throttling policies"),
    "APP_THROTTLE_LIMIT": Limit(30, "APIG.3100", "excluded credentials of a policy"),
    "USER_THROTTLE_LIMIT": Limit(30, "APIG.3100", "excluded tenants of a policy"),
    "APIGROUP_DOMAIN_NUM_LIMIT": Limit(
        5, "APIG.3108", "independent domain names of a group"
    ),
    "API_VERSION_NUM_LIMIT": Limit(
        10, "APIG.3100", "publication records of an API in an environment"
    ),
    "VPC_NUM_LIMIT": Limit(200, "APIG.3109", "load balance channels"),
    "VPC_INSTANCE_NUM_LIMIT": Limit(200, "APIG.3110", "servers of a channel"),
    "API_PARAM_NUM_LIMIT": Limit(50, "APIG.3111", "parameters of an API"),
    "APP_QUOTA_NUM_LIMIT": Limit(200, "APIG.3100", "credential quota policies"),
    "ACL_NUM_LIMIT": Limit(100, "APIG.3112", "access control policies"),
    "ACL_IP_NUM_LIMIT": Limit(100, "APIG.3100", "addresses of a policy"),
    "API_POLICY_NUM_LIMIT": Limit(5, "APIG.3113", "backend policies of an API"),
    "API_CONDITION_NUM_LIMIT": Limit(5, "APIG.3114", "conditions of a backend policy"),
    "AUTHORIZER_NUM_LIMIT": Limit(50, "APIG.3116", "custom authorizers"),
    "AUTHORIZER_IDENTITY_NUM_LIMIT": Limit(
        20, "APIG.3117", "identity sources of a custom authorizer"
    ),
    "API_SWAGGER_NUM_LIMIT": Limit(300, "APIG.3127", "APIs of one import"),
    "API_TAG_NUM_LIMIT": Limit(10, "APIG.3133", "tags of an API"),
    "RESPONSE_NUM_LIMIT": Limit(4, "APIG.3136", "gateway responses of a group"),
    "ORCHESTRATION_NUM_LIMIT": Limit(200, "APIG.3150", "orchestration rules"),
    # Of ours: the vendor has a code for it, and no number.
    "API_ORCHESTRATION_NUM_LIMIT": Limit(
        20, "APIG.3151", "orchestration rules of an API"
    ),
    "PLUGIN_NUM_LIMIT": Limit(500, "APIG.3100", "plug-ins"),
    "SCENARIO_NUM_LIMIT": Limit(50, "APIG.3100", "scenarios"),
    "SCENARIO_CASE_NUM_LIMIT": Limit(50, "APIG.3100", "cases of a scenario"),
    "BATCH_NUM_LIMIT": Limit(1000, "APIG.2003", "objects of one batch"),
}
OF_CALLS = frozenset(field.name for field in fields(Settings) if field.type is int)


def limit(name: str) -> int:
    """The limit in force."""
    if name in settings.LIMITS:
        return settings.LIMITS[name]
    return LIMITS[name].default


def of_calls() -> Settings:
    """The limits of calls before gateway parameters: `features.of_calls` has both."""
    chosen = {n: v for n, v in settings.LIMITS.items() if n in OF_CALLS}
    return Settings(**chosen)


def check(name: str, count: int, *, field: str = "") -> None:
    """Refuse a count past the limit; `field` is the one to blame in a form."""
    most = limit(name)
    if count <= most:
        return
    rule = LIMITS[name]
    error = ValidationError(
        f"At most {most:,} {rule.what}: delete some, or raise {name}.", code=rule.code
    )
    raise ValidationError({field: error}) if field else error


def check_room(
    name: str, row: Model, others: QuerySet[Any] | Manager[Any] | None = None
) -> None:
    """Refuse one more row, when it is new, where the limit is reached.

    `others` are those it would be counted with: by default, all of its kind.
    """
    if row._state.adding:
        kind = others if others is not None else type(row)._default_manager
        check(name, kind.count() + 1)
