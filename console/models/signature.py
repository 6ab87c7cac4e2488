"""Signature keys toward backends (reference: policies.md section 3.1)."""

import re
import secrets

from django.core.exceptions import ValidationError
from django.db import models

from console import limits
from console.models.binding import NAME_RULE, Binding, Policy
from console.models.fields import EncryptedTextField

# By type: what a key and a secret look like, and what the messages say about that.
_WORD = "letters, digits, _ and -"
_MARKS = "and ! @ # $ %"
RULES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "hmac": (
        (
            r"[A-Za-z0-9][A-Za-z0-9_-]{7,31}",
            f"8 to 32 {_WORD}, a letter or digit first",
        ),
        (r"[A-Za-z0-9][A-Za-z0-9_!@#$%-]{15,63}", f"16 to 64 {_WORD} {_MARKS}"),
    ),
    "basic": (
        (r"[A-Za-z][A-Za-z0-9_-]{3,31}", f"4 to 32 {_WORD}, a letter first"),
        (r"[A-Za-z0-9][A-Za-z0-9_!@#$%-]{7,63}", f"8 to 64 {_WORD} {_MARKS}"),
    ),
    "aes": (
        (r"[A-Za-z0-9+/](?:[A-Za-z0-9_!@#$%+/=-]{15}|[A-Za-z0-9_!@#$%+/=-]{31})", ""),
        (r"[A-Za-z0-9+/][A-Za-z0-9_!@#$%+/=-]{15}", f"16 {_WORD} {_MARKS} + / ="),
    ),
    "public_key": (
        (r"[A-Za-z0-9+/][A-Za-z0-9_+/=-]{7,511}", f"8 to 512 {_WORD} + / ="),
        (
            r"[A-Za-z0-9+/][A-Za-z0-9_!@#$%+/=-]{15,2047}",
            f"16 to 2048 {_WORD} {_MARKS}",
        ),
    ),
}
LENGTHS = {"aes-128-cfb": 16, "aes-256-cfb": 32}


class Signature(Policy):
    """`sign_secret` is encrypted at rest. A blank key or secret is generated."""

    noun = "signature"

    class Type(models.TextChoices):
        HMAC = "hmac", "HMAC"
        BASIC = "basic", "Basic auth"
        AES = "aes", "AES"
        PUBLIC_KEY = "public_key", "Public key"

    class Algorithm(models.TextChoices):
        AES_128 = "aes-128-cfb", "aes-128-cfb"
        AES_256 = "aes-256-cfb", "aes-256-cfb"

    name = models.CharField(
        "Name",
        max_length=64,
        unique=True,
        validators=[NAME_RULE],
        error_messages={"unique": "A signature key with this name already exists."},
    )
    sign_type = models.CharField("Type", max_length=10, choices=Type, default=Type.HMAC)
    sign_algorithm = models.CharField(
        "Signature Algorithm", max_length=11, choices=Algorithm, blank=True
    )
    sign_key = models.CharField("Key", max_length=512, blank=True)
    sign_secret = EncryptedTextField("Secret", blank=True)
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "signature key"
        ordering = ["name"]

    @property
    def kind(self) -> str:
        return "Signature Key"

    @property
    def masked_secret(self) -> str:
        """The secret as a list may show it: `0****9`."""
        return f"{self.sign_secret[0]}****{self.sign_secret[-1]}"

    def clean(self) -> None:
        limits.check_room("SIGN_NUM_LIMIT", self)
        if self.sign_type not in RULES:
            return
        if self.sign_type == self.Type.PUBLIC_KEY:
            raise ValidationError(
                {
                    "sign_type": ValidationError(
                        "Type: public_key needs the gateway parameter public_key, "
                        "which this gateway does not have.",
                        code="APIG.3548",
                    )
                }
            )
        self._check_algorithm()
        self._generate()
        (key, key_rule), (secret, secret_rule) = RULES[self.sign_type]
        if self.sign_type == self.Type.AES:
            length = LENGTHS[self.sign_algorithm]
            key = rf"(?=.{{{length}}}\Z){key}"
            key_rule = f"exactly {length} {_WORD} {_MARKS} + / ="
        if not re.fullmatch(key, self.sign_key):
            raise ValidationError({"sign_key": f"Key: {key_rule}."})
        if not re.fullmatch(secret, self.sign_secret):
            raise ValidationError({"sign_secret": f"Secret: {secret_rule}."})

    def _check_algorithm(self) -> None:
        if self.sign_type != self.Type.AES:
            self.sign_algorithm = ""
        elif not self.sign_algorithm:
            raise ValidationError(
                {"sign_algorithm": "Signature Algorithm: choose one for AES."}
            )

    def _generate(self) -> None:
        """In place of what was left blank."""
        length = LENGTHS.get(self.sign_algorithm, 32)
        self.sign_key = self.sign_key or "k" + secrets.token_hex(32)[: length - 1]
        most = 16 if self.sign_type == self.Type.AES else 32
        self.sign_secret = self.sign_secret or secrets.token_hex(32)[:most]


class SignatureBinding(Binding):
    policy = models.ForeignKey(
        Signature, on_delete=models.PROTECT, related_name="bindings"
    )

    def clean(self) -> None:
        super().clean()
        if self.policy.sign_type not in (Signature.Type.HMAC, Signature.Type.BASIC):
            raise ValidationError(
                f"{self.policy}: what a backend is sent for the type "
                f"{self.policy.get_sign_type_display()} is not documented, so such a "
                "key is kept but not used. Bind one of the type HMAC or Basic auth."
            )
