"""Gateway responses: how a group words its errors (reference: auth.md section 7)."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from console import limits
from console.models.base import Noun, rule
from console.models.group import ApiGroup

_HEADER_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")


class GatewayResponse(Noun):
    """`responses` holds the customised types only: {TYPE: {status, body, headers}}."""

    group = models.ForeignKey(
        ApiGroup, on_delete=models.CASCADE, related_name="gateway_responses"
    )
    name = models.CharField(
        max_length=64,
        validators=[
            rule(r"[a-zA-Z0-9_-]{1,64}", "Name: 1 to 64 letters, digits, - and _.")
        ],
    )
    default = models.BooleanField(default=False, editable=False)
    responses = models.JSONField(default=dict, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name"],
                name="gateway_response_name",
                violation_error_message="The group has a response with this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        limits.check_room(
            "RESPONSE_NUM_LIMIT",
            self,
            GatewayResponse.objects.filter(group=self.group_id),
        )
        responses = self.responses
        if not isinstance(responses, dict):
            raise ValidationError({"responses": "Responses: an object, by type."})
        for name, raw in responses.items():
            if not _is_response(raw):
                raise ValidationError(
                    {
                        "responses": f"{name}: an object with body, a text; status, "
                        "200 to 599; headers, a list of objects with key and value."
                    }
                )


def _is_response(raw: Any) -> bool:
    """Whether the gateway can load it, and send it."""
    if not isinstance(raw, dict) or not isinstance(raw.get("body"), str):
        return False
    status, headers = raw.get("status"), raw.get("headers", [])
    right_status = status is None or (type(status) is int and 200 <= status <= 599)
    return right_status and isinstance(headers, list) and all(map(_is_header, headers))


def _is_header(raw: Any) -> bool:
    if not isinstance(raw, dict):
        return False
    key, value = raw.get("key"), raw.get("value")
    if not isinstance(key, str) or not isinstance(value, str):
        return False
    return bool(_HEADER_KEY.match(key)) and value.isprintable() and value.isascii()
