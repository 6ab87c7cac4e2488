"""Every change leaves a trace record, written in the transaction of the change.

It makes no difference where the change comes from: pages, management API, Django
admin and commands all save the same models (reference: policies.md section 10).
"""

import json
import time
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_save
from django.utils import timezone

from console.models import Audit
from console.models.base import Noun
from console.models.fields import EncryptedJSONField, EncryptedTextField

# What the product itself writes, or keeps as records.
_UNWATCHED = {"Audit", "Build", "Invocation", "Package", "Task", "Trace"}
_SECRETS = (EncryptedTextField, EncryptedJSONField)
# Set by the database, or no change that anybody made.
_UNSAID = (
    "create_time",
    "register_time",
    "auth_time",
    "last_login",
    "date_joined",
    "previous_secrets",
)
_MOST = 2000
_PRUNE_SECONDS = 3600.0

# Resource type, then the names of create, update and delete, where they are not
# Create…, Update… and Delete… with the model's own name.
NAMES: dict[str, tuple[str, str, str, str]] = {
    "ApiGroup": ("ApiGroup", "createApiGroup", "updateApiGroup", "deleteApiGroup"),
    "Environment": (
        "Environment",
        "createEnvironment",
        "updateEnvironment",
        "deleteEnvironment",
    ),
    "Variable": (
        "EnvVariable",
        "CreateEnvironmentVariable",
        "UpdateEnvironmentVariable",
        "DeleteEnvironmentVariable",
    ),
    "Release": (
        "Api",
        "CreateOrDeletePublishRecordForApi",
        "ChangeApiVersion",
        "DeleteApiByVersionId",
    ),
    "Credential": ("App", "CreateAnApp", "UpdateApp", "DeleteAppV2"),
    "Authorization": (
        "AppAuth",
        "CreateAuthorizingApps",
        "UpdateAuthorizingApps",
        "CancelingAuthorization",
    ),
    "Authorizer": (
        "Authorizer",
        "CreateCustomAuthorizer",
        "UpdateCustomAuthorizer",
        "DeleteCustomAuthorizer",
    ),
    "GatewayResponse": (
        "ApiGroup",
        "CreateGatewayResponse",
        "UpdateGatewayResponse",
        "DeleteGatewayResponse",
    ),
    "Domain": ("ApiGroup", "AssociateDomain", "UpdateDomain", "DisassociateDomain"),
    "Certificate": (
        "SslCertificate",
        "CreateCertificate",
        "UpdateCertificate",
        "DeleteCertificate",
    ),
    "Throttle": (
        "Throttle",
        "CreateRequestThrottlingPolicy",
        "UpdateRequestThrottlingPolicy",
        "DeleteRequestThrottlingPolicy",
    ),
    "Acl": ("Acl", "CreateAclStrategy", "UpdateAclStrategy", "DeleteAcl"),
    "Signature": (
        "Signature",
        "CreateSignatureKey",
        "UpdateSignatureKey",
        "DeleteSignatureKey",
    ),
    "Channel": ("Vpc", "CreateVpcChannel", "UpdateVpcChannel", "DeleteVpcChannel"),
    "ThrottleBinding": (
        "ThrottleBinding",
        "AssociateRequestThrottlingPolicy",
        "AssociateRequestThrottlingPolicy",
        "DisassociateRequestThrottlingPolicy",
    ),
    "ThrottleSpecial": (
        "ThrottleSpecial",
        "CreateSpecialThrottlingConfiguration",
        "UpdateSpecialThrottlingConfiguration",
        "DeleteSpecialThrottlingConfiguration",
    ),
    "AclBinding": (
        "AclBinding",
        "CreateApiAclBinding",
        "CreateApiAclBinding",
        "DeleteApiAclBinding",
    ),
    "SignatureBinding": (
        "SignatureBinding",
        "AssociateSignatureKey",
        "AssociateSignatureKey",
        "DisassociateSignatureKey",
    ),
    "PluginBinding": (
        "Plugin",
        "AttachApiToPlugin",
        "AttachApiToPlugin",
        "DetachApiFromPlugin",
    ),
    "AppAcl": ("AppAcl", "UpdateAppAcl", "UpdateAppAcl", "DeleteAppAcl"),
    "AppQuotaBinding": (
        "AppQuotaBinding",
        "AssociateAppsForAppQuota",
        "AssociateAppsForAppQuota",
        "DisassociateAppQuotaWithApp",
    ),
    "Member": (
        "Vpc",
        "AddingBackendInstances",
        "UpdateBackendInstances",
        "DeleteBackendInstance",
    ),
    "MemberGroup": (
        "Vpc",
        "CreateMemberGroup",
        "UpdateMemberGroup",
        "DeleteMemberGroup",
    ),
    "Feature": ("Feature", "CreateFeatureV2", "CreateFeatureV2", "DeleteFeature"),
}


@dataclass(frozen=True)
class Actor:
    """Who is at it, from where, and by which way."""

    user: Any = None
    source_ip: str = ""
    trace_type: str = Audit.Source.SYSTEM

    @property
    def name(self) -> str:
        known = self.user is not None and self.user.is_authenticated
        return self.user.get_username() if known else "system"


SYSTEM = Actor()
actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)
_pruned = 0.0


def connect() -> None:
    pre_save.connect(_remember, dispatch_uid="audit before")
    post_save.connect(_saved, dispatch_uid="audit saved")
    post_delete.connect(_deleted, dispatch_uid="audit deleted")


def identify(user: Any, trace_type: str) -> None:
    """Say who it is, for the rest of the request."""
    actor.set(replace(actor.get(), user=user, trace_type=trace_type))


def record(verb: int, target: Model, changes: list[dict[str, Any]]) -> None:
    """Write the trace of a change; `verb` 1 is create, 2 update, 3 delete."""
    names = _names(type(target))
    record_deed(names[verb], names[0], changes, str(target.pk), str(target))


def record_deed(
    trace_name: str,
    resource_type: str,
    changes: list[dict[str, Any]],
    resource_id: str = "",
    resource_name: str = "",
) -> None:
    """Write the trace of what was done, also to what is no row."""
    who = actor.get()
    Audit.objects.create(
        trace_name=trace_name,
        trace_type=who.trace_type,
        resource_type=resource_type,
        resource_id=resource_id,
        resource_name=resource_name[:255],
        user=who.name,
        source_ip=who.source_ip,
        message=changes,
    )
    _prune()


def record_made(target: Model) -> None:
    """The trace of a row that was made in bulk, which sends no signal."""
    record(1, target, _changes(None, target))


def _names(kind: type[Model]) -> tuple[str, ...]:
    name = kind.__name__
    own = (name, f"Create{name}", f"Update{name}", f"Delete{name}")
    return NAMES.get(name, own)


def _watched(sender: type[Model]) -> bool:
    ours = issubclass(sender, Noun) or sender is User
    return ours and sender.__name__ not in _UNWATCHED


def _remember(sender: type[Model], instance: Any, raw: bool, **_: Any) -> None:
    """Before a change: what is there now."""
    instance._audited = None
    if _watched(sender) and not raw and not instance._state.adding:
        instance._audited = sender._base_manager.filter(pk=instance.pk).first()


def _saved(
    sender: type[Model], instance: Any, created: bool, raw: bool, **_: Any
) -> None:
    if not _watched(sender) or raw:
        return
    changes = _changes(instance._audited, instance)
    if created:
        record(1, instance, changes)
    elif changes:
        record(2, instance, changes)


def _deleted(sender: type[Model], instance: Any, **_: Any) -> None:
    if _watched(sender):
        record(3, instance, [])


def _changes(old: Any, new: Any) -> list[dict[str, Any]]:
    """What differs, field by field; of secrets only that they do."""
    found = []
    for field in new._meta.concrete_fields:
        if field.name in _UNSAID or getattr(field, "auto_now", False):
            continue
        before = getattr(old, field.attname) if old is not None else None
        after = getattr(new, field.attname)
        if before == after or (old is None and after in (None, "", [], {})):
            continue
        if isinstance(field, _SECRETS) or field.name == "password":
            before, after = None, "changed"
        shown = {"old": _shown(before), "new": _shown(after)}
        found.append({"field": field.name} | shown)
    return found


def _shown(value: Any) -> Any:
    """A value as JSON has it, no longer than a page can show."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _MOST else f"{text[:_MOST]}... (cut)"


def _prune() -> None:
    """Now and then, forget what is older than it is kept."""
    global _pruned
    if time.monotonic() - _pruned < _PRUNE_SECONDS and _pruned:
        return
    _pruned = time.monotonic()
    oldest = timezone.now() - timedelta(days=settings.AUDIT_DAYS)
    Audit.objects.filter(time__lt=oldest).delete()
