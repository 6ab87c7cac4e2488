"""Operations about what is not here: a stable, documented answer to each.

What only a cloud has (elastic IPs, orders, VPC endpoints) is refused; a list of it
is empty, so that clients which ask before they act go on.
"""

from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response

from console.models import Instance
from console.rest.errors import Refusal
from console.rest.resources import Endpoint
from gateway.errors import ApiNotFound


class CloudOnly(Endpoint):
    """What a gateway of one's own does not have."""

    model = Instance
    text = "This gateway is self-hosted: there is no such cloud resource here."
    # What a list of it answers.
    nothing: ClassVar[dict[str, Any]] = {}

    def refuse(self, request: Request, **kwargs: Any) -> Response:
        raise Refusal(412, "APIG.3458", self.text)

    retrieve = create = update = destroy = refuse

    def list(self, request: Request, **kwargs: Any) -> Response:
        return Response(self.nothing)


@login_not_required
@csrf_exempt
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """What a client asks for that is no operation."""
    body = {"error_code": ApiNotFound.code, "error_msg": ApiNotFound.message}
    return JsonResponse(body, status=ApiNotFound.status)


class Connections(CloudOnly):
    nothing = {"total": 0, "size": 0, "connections": []}


class Permissions(CloudOnly):
    nothing = {"total": 0, "size": 0, "permissions": []}


class MetricData(CloudOnly):
    nothing = {"datapoints": []}


class Later(CloudOnly):
    """What this version of the gateway does not do."""

    text = "This gateway does not support the operation."
    list = CloudOnly.refuse
