"""A call that is to be made again, as a form (`console.replay.asked`)."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from console.debug import is_text
from console.forms.base import PlainForm, segmented, switch
from console.forms.debug_signers import signers
from console.models import Api, Environment
from console.proofs import BY_DEBUGGER, BY_NOBODY, BY_TOKEN
from console.replay.asked import DRAFT, LOCAL, MAX_BODY, OWN, Asked, Pairs
from gateway.access import HIDDEN, SECRET

TEXT, BASE64 = "text", "base64"
MAX_HEADERS = 32 * 1024
_REQUEST = ("method", "scheme", "host", "target", "headers", "body_type", "body")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}\Z")
_TARGET = re.compile(r"\A/[!-~]*\Z")
_HOST = re.compile(r"\A[A-Za-z0-9_.:\[\]-]{0,255}\Z")
# A signer of these does not make an Authorization header.
_LEAVES_IT_FREE = (BY_DEBUGGER, BY_NOBODY, BY_TOKEN)


class CallForm(PlainForm):
    """`asked` is the call to start with; values that others could call with stay hidden
    in it, and are kept when they are sent back so.
    """

    most_body = MAX_BODY

    method = forms.RegexField(
        r"^[A-Z]{1,16}$",
        label="Method",
        error_messages={"invalid": "Method: 1 to 16 capital letters."},
    )
    scheme = forms.ChoiceField(
        label="Protocol", choices=[("https", "https://"), ("http", "http://")]
    )
    host = forms.RegexField(
        _HOST,
        label="Host",
        required=False,
        help_text="The Host header: it names the API group.",
        error_messages={"invalid": "Host: a host name, with or without a port."},
    )
    target = forms.RegexField(
        _TARGET,
        label="Path and query",
        max_length=16 * 1024,
        help_text="As it is sent, percent-encoded.",
        error_messages={
            "invalid": "Path and query: a slash first, then ASCII without blanks; "
            "encode other characters."
        },
    )
    headers = forms.CharField(
        label="Headers",
        required=False,
        max_length=MAX_HEADERS,
        help_text="One a line: Name: value. Date, signature and length are added.",
        widget=forms.Textarea(
            attrs={"rows": 6, "class": "mono", "spellcheck": "false"}
        ),
    )
    body_type = forms.ChoiceField(
        label="Body",
        choices=[(TEXT, "Text"), (BASE64, "Base64")],
        initial=TEXT,
        widget=segmented(),
    )
    body = forms.CharField(
        label="Request body",
        required=False,
        strip=False,
        help_text="Base64 for what is no text, or has line ends of two characters.",
        widget=forms.Textarea(
            attrs={"rows": 6, "class": "mono", "spellcheck": "false"}
        ),
    )
    version = forms.ChoiceField(
        label="Against",
        help_text="An environment as callers find it, or the saved definition that "
        "this host, method and path lead to.",
    )
    signer = forms.ChoiceField(
        label="Signed by", help_text="With the date of now. No secret is shown."
    )
    client = forms.GenericIPAddressField(
        label="Caller's address",
        initial=LOCAL,
        help_text="What policies about addresses see.",
    )
    policies = forms.BooleanField(
        label="Apply policies",
        required=False,
        initial=True,
        widget=switch(),
        help_text="Policies bound to the API act, with counters of their own.",
    )

    def __init__(
        self, data: Any = None, *, user: User, asked: Asked | None = None
    ) -> None:
        super().__init__(data, initial=values_of(asked) if asked else None)
        self._kept = dict(asked.headers) if asked else {}
        self._offer("signer", signers(user, {Api.Auth.APP, Api.Auth.IAM}))
        names = Environment.objects.values_list("name", flat=True)
        live = [(name, f"Published in {name}") for name in names]
        self._offer("version", [*live, (DRAFT, "Saved definition")])

    @property
    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        how = [self[name] for name in ("version", "signer", "policies", "client")]
        return [("How", how), ("Request", [self[name] for name in _REQUEST])]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean_headers(self) -> Pairs:
        """The headers in order; those that were hidden have their values again."""
        text: str = self.cleaned_data["headers"]
        lines = filter(str.strip, text.replace("\r\n", "\n").split("\n"))
        return tuple(map(self._header, lines))

    def _header(self, line: str) -> tuple[str, str]:
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip(" \t")
        if not colon or not _NAME.match(name):
            raise ValidationError(f"{line[:60]!r} is no header: Name: value.")
        if name.lower().encode() in OWN:
            raise ValidationError(f"{name} is set when the call is made: leave it out.")
        if not value.replace("\t", " ").isprintable():
            raise ValidationError(f"{name} has control characters in it.")
        if value == HIDDEN and name.lower().encode() in SECRET:
            if name not in self._kept:
                raise ValidationError(f"{name}: enter its value, or leave it out.")
            value = self._kept[name]
        return name, value

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self._read_body(data)
        named = {name.lower() for name, _ in data.get("headers", ())}
        made = data.get("signer", BY_NOBODY) not in _LEAVES_IT_FREE
        if made and "authorization" in named:
            self.add_error("headers", "Authorization is made: leave it out.")
        return data

    def _read_body(self, data: dict[str, Any]) -> None:
        text = data.get("body", "")
        try:
            data["bytes"] = _bytes(text, data.get("body_type", TEXT))
        except (NotBase64, ValueError):
            self.add_error("body", "It is not Base64.")
            return
        if len(data["bytes"]) > self.most_body:
            kilobytes = self.most_body // 1024
            self.add_error("body", f"At most {kilobytes:,} KB.")

    def asked(self) -> Asked:
        """What a valid form asks for."""
        data = self.cleaned_data
        path, _, query = data["target"].partition("?")
        return Asked(
            *(data["method"], data["scheme"], data["host"], path, query),
            headers=data["headers"],
            body=data["bytes"],
            version=data["version"],
            signer=data["signer"],
            policies=data["policies"],
            client=data["client"],
        )


def _bytes(text: str, kind: str) -> bytes:
    if kind == BASE64:
        return b64decode("".join(text.split()), validate=True)
    return text.replace("\r\n", "\n").encode()


def values_of(asked: Asked) -> dict[str, Any]:
    """A call as the fields show it."""
    # Browsers send each line end of a text as two characters.
    text = is_text(asked.body) and b"\r" not in asked.body
    shown = asked.body.decode() if text else b64encode(asked.body).decode()
    return {
        "method": asked.method,
        "scheme": asked.scheme,
        "host": asked.host,
        "target": asked.target,
        "headers": "\n".join(f"{n}: {_shown(n, v)}" for n, v in asked.headers),
        "body_type": TEXT if text else BASE64,
        "body": shown,
        "version": asked.version,
        "signer": asked.signer,
        "policies": asked.policies,
        "client": asked.client,
    }


def _shown(name: str, value: str) -> str:
    return HIDDEN if name.lower().encode() in SECRET else value
