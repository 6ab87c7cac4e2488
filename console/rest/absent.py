"""What is said of an object that is not there: one code and text for each noun."""

from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

from console import models
from console.rest.errors import Refusal, missing

# Reference: api.md section 10.
ABSENT: dict[type[Model], tuple[str, str]] = {
    models.ApiGroup: ("APIG.3001", "API group {} does not exist"),
    models.Api: ("APIG.3002", "API {} does not exist"),
    models.Environment: ("APIG.3003", "Environment {} does not exist"),
    models.Credential: ("APIG.3004", "App {} does not exist"),
    models.Throttle: ("APIG.3005", "Request throttling policy {} does not exist"),
    models.Acl: ("APIG.3006", "Access control policy {} does not exist"),
    models.GatewayResponse: ("APIG.3002", "Gateway response {} does not exist"),
    models.ThrottleSpecial: (
        "APIG.3013",
        "The excluded request throttling configuration does not exist,id:{}",
    ),
    models.Authorization: (
        "APIG.3009",
        "The app authorization record does not exist,id:{}",
    ),
    models.Variable: ("APIG.3011", "The environment variable does not exist, id: {}"),
    models.Domain: ("APIG.3020", "The domain name does not exist,id:{}"),
    models.Release: ("APIG.3022", "The API version does not exist,id:{}"),
    models.Channel: ("APIG.3023", "VPC channel {} does not exist"),
    models.Member: ("APIG.3024", "Backend server {} does not exist"),
    models.MemberGroup: ("APIG.3024", "Member group {} does not exist"),
    models.Certificate: ("APIG.3025", "Certificate {} does not exist"),
    models.Authorizer: ("APIG.3081", "authorizer with id: {} not found"),
    models.AppQuota: ("APIG.3093", "App quota {} does not exist"),
    models.AppAcl: ("APIG.3004", "App {} has no access control"),
    models.AppCode: ("APIG.3082", "AppCode {} does not exist"),
    models.Signature: ("APIG.3017", "Signature key {} does not exist"),
    models.Task: ("APIG.3072", "Task {} does not exist"),
    models.Plugin: ("APIG.3068", "Plugin {} does not exist"),
    models.Orchestration: ("APIG.3095", "Orchestration rule {} does not exist"),
    models.ThrottleBinding: (
        "APIG.3012",
        "The request throttling policy binding record does not exist,id:{}",
    ),
    models.AclBinding: (
        "APIG.3010",
        "The access control policy binding record does not exist,id:{}",
    ),
    models.SignatureBinding: (
        "APIG.3018",
        "The signature key binding record does not exist,id:{}",
    ),
}


def found(rows: QuerySet[Any] | type[Model], id: Any) -> Any:
    """The row with an id; the documented error when it is not there."""
    if not isinstance(rows, QuerySet):
        rows = rows._default_manager.all()
    row = rows.filter(pk=id).first() if _is_id(id) else None
    if row is None:
        raise absent(rows.model, id)
    return row


def absent(model: type[Model], id: Any) -> Refusal:
    """The documented error of a row that is not there."""
    code, text = ABSENT[model]
    return missing(code, text.format(id))


def known_of(model: type[Model], ids: list[str]) -> dict[str, Any]:
    """The rows with these ids that are there, by id."""
    return model._default_manager.in_bulk(id for id in ids if _is_id(id))


def all_found(model: type[Model], ids: list[str]) -> list[Any]:
    """The rows with these ids, each once; the documented error for one that lacks."""
    known = known_of(model, ids)
    return [known.get(id) or found(model, id) for id in dict.fromkeys(ids)]


def _is_id(id: Any) -> bool:
    """Databases refuse texts with NUL."""
    return isinstance(id, str) and "\0" not in id


class Reference(serializers.PrimaryKeyRelatedField):
    """Another noun, by its id; a blank one is none."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        self.model = model
        many = {"queryset": model._default_manager.all()}
        super().__init__(**({} if kwargs.get("read_only") else many), **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data == "" and self.allow_null:
            return None
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("incorrect_type", data_type=type(data).__name__)
        return found(self.model, data)
