"""Operations about what is not here: a stable, documented answer to each.

What only a cloud has (elastic IPs, orders, VPC endpoints) is refused; a list of it
is empty, and there is one zone, so that clients which ask before they act go on.
"""

from typing import Any

from django.contrib.auth.models import User
from rest_framework.request import Request
from rest_framework.response import Response

from console.rest.errors import Refusal
from console.rest.resources import Endpoint

ZONE = "local-1"


class CloudOnly(Endpoint):
    """What a gateway of one's own does not have."""

    model = User
    text = "This gateway is self-hosted: there is no such cloud resource here."

    def refuse(self, request: Request, **kwargs: Any) -> Response:
        raise Refusal(412, "APIG.3458", self.text)

    list = retrieve = create = update = destroy = refuse


class Later(CloudOnly):
    """What this version of the gateway does not do."""

    text = "This gateway does not support the operation."
