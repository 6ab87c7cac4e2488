"""Publishing: one API or many, records, versions (api.md sections 6.3 and 6.4)."""

from typing import Any

from django.core.exceptions import ValidationError as RuleBroken
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ChoiceField, ListField
from rest_framework.serializers import Serializer as PlainSerializer

from console import limits, models, publish
from console.models.environment import RELEASE_ID
from console.rest import errors
from console.rest.absent import Reference, found
from console.rest.api import ApiSerializer
from console.rest.resources import Endpoint
from console.rest.serializers import Text, Time

_TIME = Time()
# What callers may know of an API: nothing about its backend.
_RUNTIME = (
    "id",
    "name",
    "type",
    "version",
    "req_protocol",
    "req_method",
    "req_uri",
    "auth_type",
    "auth_opt",
    "cors",
    "match_mode",
    "remark",
    "group_id",
    "group_name",
    "body_remark",
    "content_type",
    "result_normal_sample",
    "result_failure_sample",
    "authorizer_id",
    "tags",
    "response_id",
    "req_params",
)


class Remark(PlainSerializer):
    env_id = Reference(models.Environment)
    remark = Text(required=False, allow_blank=True, max_length=255, default="")


class Action(Remark):
    action = ChoiceField(["online", "offline"])
    api_id = Reference(models.Api)


class Batch(Remark):
    apis = ListField(child=Text(), required=False)
    group_id = Reference(models.ApiGroup, required=False)


class Version(PlainSerializer):
    version_id = Reference(models.Release)


def shown(release: models.Release) -> dict[str, Any]:
    """What a publication or taking offline tells."""
    return {
        "publish_id": release.publish_id,
        "api_id": release.api_id,
        "api_name": release.api.name,
        "env_id": release.env_id,
        "remark": release.remark,
        "publish_time": _TIME.to_representation(release.publish_time),
        "version_id": release.pk,
    }


def record(release: models.Release) -> dict[str, Any]:
    """A publication record."""
    return {
        "version_id": release.pk,
        "version_no": release.version_no,
        "api_id": release.api_id,
        "env_id": release.env_id,
        "env_name": release.env.name,
        "remark": release.remark,
        "publish_time": _TIME.to_representation(release.publish_time),
        "status": release.status,
    }


def as_published(release: models.Release) -> dict[str, Any]:
    """An API as a publication froze it."""
    api = release.api
    frozen = models.Api(
        pk=api.pk,
        group=api.group,
        register_time=api.register_time,
        update_time=release.publish_time,
        **release.definition,
    )
    host = {"sl_domain": api.group.sl_domain, "sl_domains": [api.group.sl_domain]}
    return (
        dict(ApiSerializer(frozen).data)
        | host
        | {
            "run_env_id": release.env_id,
            "run_env_name": release.env.name,
            "publish_id": release.publish_id,
            "publish_time": _TIME.to_representation(release.publish_time),
            "version_id": release.pk,
        }
    )


class Publishing(Endpoint):
    """One API goes online, or offline."""

    model = models.Release

    def create(self, request: Request, **kwargs: Any) -> Response:
        given = self.given(Action)
        api, env = given["api_id"], given["env_id"]
        if given["action"] == "online":
            return Response(shown(publish.publish(api, env, given["remark"])), 201)
        outcome = publish.take_many_offline([api], env)
        for failed, _ in outcome.failure:
            raise _not_published(failed, env)
        return Response(shown(outcome.success[0]), 201)


class BatchPublishing(Endpoint):
    """Many at once, named or all of a group; each says how it went."""

    model = models.Release

    def create(self, request: Request, **kwargs: Any) -> Response:
        action, given = self.required("action"), self.given(Batch)
        if action not in ("online", "offline"):
            raise errors.invalid("action")
        apis, absent = self._apis(given)
        if action == "online":
            outcome = publish.publish_many(apis, given["env_id"], given["remark"])
        else:
            outcome = publish.take_many_offline(apis, given["env_id"])
        return Response(
            {
                "success": [shown(release) for release in outcome.success],
                "failure": absent + [_failure(*pair) for pair in outcome.failure],
            }
        )

    def _apis(self, given: dict[str, Any]) -> tuple[list[models.Api], list[Any]]:
        """The APIs meant, and a failure for each that is not there."""
        rows, group = models.Api.objects.select_related("group"), given.get("group_id")
        if "apis" not in given:
            if group is None:
                raise errors.invalid("apis", "required")
            return list(rows.filter(group=group)), []
        ids = list(dict.fromkeys(given["apis"]))
        if not 0 < len(ids) <= limits.limit("BATCH_NUM_LIMIT"):
            raise errors.invalid("apis", "max_value" if ids else "required")
        known = rows.filter(group=group).in_bulk(ids) if group else rows.in_bulk(ids)
        return [known[id] for id in ids if id in known], [
            {
                "api_id": id,
                "api_name": "",
                "error_code": "APIG.3002",
                "error_msg": f"Api {id} not found",
            }
            for id in ids
            if id not in known
        ]


def _not_published(api: models.Api, env: models.Environment) -> errors.Refusal:
    text = f"The API {api.pk} is not published in the environment {env.pk}"
    return errors.missing("APIG.3015", text)


def _failure(api: models.Api, error: RuleBroken) -> dict[str, Any]:
    code = str(error.error_list[0].code or "") if hasattr(error, "error_list") else ""
    own = code.startswith("APIG.")
    return {
        "api_id": api.pk,
        "api_name": api.name,
        "error_code": code if own else "APIG.2012",
        "error_msg": error.messages[0],
    }


class Versions(Endpoint):
    """Publication records of an API."""

    model = models.Release
    verbs = {"list": "view", "switch": "change"}

    def rows(self, api_id: str) -> QuerySet[models.Release]:
        api = found(models.Api, api_id)
        return models.Release.objects.filter(api=api).select_related("env", "api")

    def list(self, request: Request, api_id: str, **kwargs: Any) -> Response:
        filters = {"env_id": "env", "env_name": "env__name__icontains"}
        return self.page(
            self.filtered(self.rows(api_id), filters), "api_versions", record
        )

    def switch(self, request: Request, api_id: str, **kwargs: Any) -> Response:
        """Make another record the effective one."""
        version = self.given(Version)["version_id"]
        release = found(self.rows(api_id), version.pk)
        publish.switch_version(release)
        return Response(shown(release))


class OneVersion(Endpoint):
    """One publication record: what it froze; it can be taken offline."""

    model = models.Release
    verbs = {"retrieve": "view", "destroy": "change"}

    def retrieve(self, request: Request, version_id: str, **kwargs: Any) -> Response:
        return Response(as_published(self._find(version_id)))

    def destroy(self, request: Request, version_id: str, **kwargs: Any) -> Response:
        publish.take_version_offline(self._find(version_id))
        return Response(status=204)

    def _find(self, version_id: str) -> models.Release:
        rows = models.Release.objects.select_related("api__group", "env")
        release: models.Release = found(rows, version_id)
        return release


class Runtime(Endpoint):
    """What callers of an environment can know of an API."""

    model = models.Api

    def retrieve(self, request: Request, api_id: str, **kwargs: Any) -> Response:
        env_id = request.query_params.get("env_id") or RELEASE_ID
        env, api = found(models.Environment, env_id), found(models.Api, api_id)
        release = publish.effective(api, env)
        if release is None:
            raise _not_published(api, env)
        known = as_published(release)
        extras = ("run_env_id", "run_env_name", "publish_id", "sl_domain", "sl_domains")
        return Response({name: known[name] for name in (*_RUNTIME, *extras)})
