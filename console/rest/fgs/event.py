"""Test events of functions (reference: auth.md section 10.5)."""

import base64
import binascii
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest.errors import missing
from console.rest.fgs.base import Fss, FunctionEndpoint


class Events(FunctionEndpoint):
    """`content` travels as Base64 of JSON."""

    verbs = {"list": "view", "retrieve": "view"}
    duplicate = "FSS.1073"

    def list(self, request: Request, **kwargs: Any) -> Response:
        return self.page(self.named.function.events.all(), "events", _summary)

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        event = self.target
        content = base64.b64encode(event.content.encode()).decode()
        return Response(_summary(event) | {"content": content})

    def create(self, request: Request, **kwargs: Any) -> Response:
        name = self.body.get("name")
        if not isinstance(name, str):
            raise Fss.parameter("name", text="a text is needed")
        event = models.TestEvent(function=self.named.function, name=name)
        return self._save(event)

    def update(self, request: Request, **kwargs: Any) -> Response:
        return self._save(self.target)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        self.target.delete()
        return Response(status=204)

    @property
    def target(self) -> models.TestEvent:
        events = self.named.function.events
        found = events.filter(pk=self.kwargs["event_id"]).first()
        if found is None:
            raise missing("FSS.1070", "The event does not exist.")
        return found

    def _save(self, event: models.TestEvent) -> Response:
        try:
            content: Any = self.body.get("content")
            event.content = base64.b64decode(content, validate=True).decode()
        except (TypeError, binascii.Error, ValueError):
            raise Fss.parameter("content", text="Base64 of JSON is needed") from None
        event.save_valid()
        return Response({"id": event.pk, "name": event.name})


def _summary(event: models.TestEvent) -> dict[str, Any]:
    changed = event.last_modified.timestamp()
    return {"id": event.pk, "name": event.name, "last_modified": changed}
