"""Traces: what each phase of a call decided, kept for a while.

Of debug calls always; of live calls when they are refused, or when their API or the
call itself asks for a trace.
"""

from base64 import b64decode

from django.db import models
from django.urls import reverse

from console.models.base import Noun
from console.models.fields import EncryptedJSONField, EncryptedTextField

# Of each origin; live ones may be many.
MAX_TRACES = {"debug": 200, "live": 2000}
HEX_BYTES = 512
# What a browser shows without running anything in it.
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class Trace(Noun):
    """One call: the messages are raw text. All encrypted.

    `content` is {steps, body, type}: of an answer that is no text its body, in Base64,
    and type. A debug call has {call, unasked} too: see `console.replay`.
    """

    class Origin(models.TextChoices):
        DEBUG = "debug", "Debug page"
        LIVE = "live", "Gateway"

    origin = models.CharField(max_length=8, choices=Origin, default=Origin.DEBUG)
    request_id = models.CharField("Request ID", max_length=64, unique=True)
    # The API's id and name, or "" when the call reached none.
    api_id = models.CharField(max_length=64, blank=True)
    api_name = models.CharField(max_length=255, blank=True)
    method = models.CharField(max_length=16)
    path = models.TextField()
    status = models.PositiveIntegerField()
    duration_ms = models.FloatField()
    content = EncryptedJSONField(default=dict)
    request = EncryptedTextField(blank=True)
    response = EncryptedTextField(blank=True)
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-create_time"]

    def __str__(self) -> str:
        return self.request_id

    @property
    def binary(self) -> bytes:
        """The body of an answer that is no text."""
        return b64decode(self.content.get("body", ""))

    @property
    def type(self) -> str:
        """The content type of such an answer."""
        return str(self.content.get("type", ""))

    @property
    def is_image(self) -> bool:
        return bool(self.binary) and self.type in IMAGES

    @property
    def hex(self) -> str:
        """Its first bytes, 16 a line: offset, hex and ASCII."""
        head = self.binary[:HEX_BYTES]
        rows = [(start, head[start : start + 16]) for start in range(0, len(head), 16)]
        return "\n".join(_hex_row(start, piece) for start, piece in rows)

    def get_absolute_url(self) -> str:
        return reverse("trace-detail", args=[self.request_id])


def _hex_row(start: int, piece: bytes) -> str:
    shown = "".join(chr(b) if 32 <= b < 127 else "." for b in piece)
    return f"{start:08x}  {piece.hex(' '):47}  {shown}"
