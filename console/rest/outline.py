"""How many there are, and how many there may be (api.md sections 1.4, 8.1)."""

import hashlib
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from console import limits, models
from console.rest.resources import Endpoint
from console.rest.serializers import Time


class Groups(Endpoint):
    """Groups listed in the marketplace, and those that are not: there is none."""

    model = models.ApiGroup

    def list(self, request: Request, **kwargs: Any) -> Response:
        count = models.ApiGroup.objects.count()
        return Response({"onsell_nums": 0, "offsell_nums": count})


class Apis(Endpoint):
    """APIs that are published in RELEASE, and those that are not."""

    model = models.Api

    def list(self, request: Request, **kwargs: Any) -> Response:
        live = models.Release.objects.filter(
            env=models.environment.RELEASE_ID, status=models.Release.Status.EFFECTIVE
        )
        count, published = models.Api.objects.count(), live.count()
        return Response(
            {
                "instance_num": count,
                "nums_on_release": published,
                "nums_off_release": count - published,
            }
        )


class Apps(Endpoint):
    """Credentials that may call something, and those that may not."""

    model = models.Credential

    def list(self, request: Request, **kwargs: Any) -> Response:
        count = models.Credential.objects.count()
        used = models.Authorization.objects.values("app").distinct().count()
        return Response({"authed_nums": used, "unauthed_nums": count - used})


class Configs(Endpoint):
    """The limits in force, by the vendor's names."""

    model = models.Instance

    def list(self, request: Request, **kwargs: Any) -> Response:
        made = Time().to_representation(models.Instance.current().create_time)
        rows = [_config(name, made) for name in limits.LIMITS]
        return self.page(rows, "configs")


def _config(name: str, time: str) -> dict[str, Any]:
    return {
        "config_id": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
        "config_name": name,
        "config_value": str(limits.limit(name)),
        "config_time": time,
        "remark": f"At most so many {limits.LIMITS[name].what}",
    }
