"""Access control of a credential (reference: policies.md section 5.2)."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest.absent import absent, found
from console.rest.resources import Resource
from console.rest.serializers import Serializer


class AppAclSerializer(Serializer):
    class Meta:
        model = models.AppAcl
        fields = ("app_id", "app_acl_type", "app_acl_values")
        read_only_fields = ("app_id",)
        extra_kwargs = {
            "app_acl_type": {"required": True},
            "app_acl_values": {"required": True},
        }


class AppAcls(Resource):
    """A credential has one at most; the first PUT makes it."""

    model = models.AppAcl
    serializer = AppAclSerializer

    @property
    def app(self) -> models.Credential:
        row: models.Credential = found(models.Credential, self.kwargs["app_id"])
        return row

    @property
    def target(self) -> models.AppAcl:
        row = models.AppAcl.objects.filter(app=self.app).first()
        if row is None:
            raise absent(models.AppAcl, self.kwargs["app_id"])
        return row

    def update(self, request: Request, **kwargs: Any) -> Response:
        app = self.app
        known = models.AppAcl.objects.filter(app=app).first()
        return self.reply(self.save(known, app=app), status=201)
