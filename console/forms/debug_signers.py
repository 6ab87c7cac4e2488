"""Who may prove a debug call, as the choices of a field."""

from collections.abc import Collection

from django.contrib.auth.models import User

from console import access
from console.models import AccessKey, Api, AppCode, Credential
from console.proofs import BY_DEBUGGER, BY_NOBODY, BY_TOKEN

Choices = list[tuple[str, str]]


def signers(user: User, modes: Collection[str]) -> Choices:
    """The proofs that fit the authentication modes of an API."""
    offered: Choices = [
        (BY_DEBUGGER, "Sign for me"),
        (BY_NOBODY, "Do not sign; I enter Authorization myself"),
    ]
    if Api.Auth.APP in modes and access.may(user, "view", Credential):
        offered += [(c.pk, f"Sign with {c.name}") for c in Credential.objects.all()]
        codes = AppCode.objects.select_related("app")
        offered += [(c.pk, f"AppCode {c.masked} of {c.app}") for c in codes]
    if Api.Auth.IAM in modes:
        keys = AccessKey.objects.filter(account__user=user)
        offered += [(k.pk, f"Sign with my access key {k.access}") for k in keys]
        offered += [(BY_TOKEN, "A token of mine")]
    if not {Api.Auth.APP, Api.Auth.IAM} & set(modes):
        return [(BY_DEBUGGER, "None is asked for")]
    return offered
