"""Who may prove calls that are made again: what a signer's id or word stands for."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from console import access
from console.models import AccessKey, AppCode, Credential
from console.proofs import BY_DEBUGGER, BY_NOBODY, BY_TOKEN, Signer

WORDS = (BY_DEBUGGER, BY_NOBODY, BY_TOKEN)


def by_id(value: str) -> Signer | None:
    """The signer of an id or a word, whoever may use it; None when it is gone."""
    if value in WORDS:
        return value
    return (
        Credential.objects.filter(pk=value).first()
        or AppCode.objects.select_related("app").filter(pk=value).first()
        or AccessKey.objects.select_related("account__user").filter(pk=value).first()
    )


def usable(value: str, user: User) -> Signer:
    """The same for a user who may use it; ValidationError otherwise."""
    found = by_id(value)
    if found is None:
        raise ValidationError("What signs the call is gone: choose another signer.")
    if not access.may_use(user, found):
        raise ValidationError("You may not use what signs the call.")
    return found


def named(value: str) -> str:
    """A signer in words, without any secret."""
    words = {
        BY_DEBUGGER: "the debugger",
        BY_NOBODY: "nobody",
        BY_TOKEN: "a token of whoever runs it",
    }
    match by_id(value):
        case Credential(name=name):
            return f"credential {name}"
        case AppCode() as code:
            return f"an AppCode of {code.app}"
        case AccessKey() as key:
            return f"access key {key}"
    return words.get(value, "somebody who is gone")
