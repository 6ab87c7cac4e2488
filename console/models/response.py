"""Gateway responses: how a group words its errors (reference: auth.md section 7)."""

from django.db import models

from console.models.base import Noun, rule
from console.models.group import ApiGroup


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
