"""Rows to a snapshot: the only module that knows both planes."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from console import models
from gateway import snapshot as data
from gateway.functions.package import Store

Rules = Mapping[str, data.ResponseRule]


class Compiler:
    """Reads the tables once and turns rows into the gateway's values."""

    def __init__(self) -> None:
        self._functions = {
            row.pk: function(row)
            for row in models.Function.objects.filter(deployed_code__isnull=False)
        }
        self._authorizers = {
            row.pk: self._authorizer(row)
            for row in models.Authorizer.objects.select_related("function")
        }
        responses = list(models.GatewayResponse.objects.all())
        self._rules = {row.pk: _rules(row.responses) for row in responses}
        self._defaults = {row.group_id: row.pk for row in responses if row.default}
        self._credentials = _bound_credentials()

    def snapshot(self) -> data.Snapshot:
        """Everything that is live."""
        live = models.Release.objects.filter(status=models.Release.Status.EFFECTIVE)
        return data.Snapshot(
            groups=tuple(self._group(row) for row in models.ApiGroup.objects.all()),
            apis=tuple(self._release(row) for row in live.select_related("api", "env")),
            credentials=tuple(map(_credential, models.Credential.objects.all())),
            authorizers=tuple(self._authorizers.values()),
            functions=tuple(self._functions.values()),
        )

    def draft(self, api: models.Api) -> data.Api:
        """An API as last saved, as if it were published in RELEASE."""
        bound = self._credentials[api.pk, models.environment.RELEASE_ID]
        return self._api(api, data.RELEASE, api.definition(), bound)

    def _release(self, release: models.Release) -> data.Api:
        bound = self._credentials[release.api_id, release.env_id]
        return self._api(release.api, release.env.name, release.definition, bound)

    def _api(
        self,
        api: models.Api,
        stage: str,
        definition: Mapping[str, Any],
        bound: frozenset[str],
    ) -> data.Api:
        guard = definition["authorizer_id"]
        return data.Api(
            id=api.pk,
            group_id=api.group_id,
            stage=stage,
            name=definition["name"],
            req_protocol=definition["req_protocol"],
            req_method=definition["req_method"],
            req_uri=definition["req_uri"],
            match_mode=definition["match_mode"],
            auth_type=definition["auth_type"],
            authorizer=self._guard(guard) if guard else None,
            backend_type=definition["backend_type"],
            mock_info=_mock(definition["mock_info"]),
            is_send_fg_body_base64=definition["is_send_fg_body_base64"],
            credentials=bound,
            responses=self._rules.get(definition["response_id"], {}),
        )

    def _guard(self, authorizer_id: str) -> data.Authorizer:
        """An authorizer; one that is gone must refuse calls, never let them pass."""
        gone = data.Authorizer(authorizer_id, "(deleted)", "FRONTEND", "", None)
        return self._authorizers.get(authorizer_id, gone)

    def _authorizer(self, row: models.Authorizer) -> data.Authorizer:
        function = self._functions.get(row.function_id)
        return data.Authorizer(
            id=row.pk,
            name=row.name,
            type=row.type,
            revision=row.update_time.isoformat(),
            target=data.Target(function) if function else None,
            identities=tuple(data.Identity(**source) for source in row.identities),
            ttl=row.ttl,
            user_data=row.user_data,
            need_body=row.need_body,
            timeout=row.timeout,
            retry_attempts=row.retry_attempts,
            auth_downgrade_enabled=row.auth_downgrade_enabled,
        )

    def _group(self, row: models.ApiGroup) -> data.Group:
        return data.Group(
            id=row.pk,
            name=row.name,
            is_default=row.is_default,
            hosts=(row.sl_domain.lower(),),
            responses=self._rules.get(self._defaults.get(row.pk, ""), {}),
        )


def function(row: models.Function, *, draft: bool = False) -> data.Function:
    """A function as it is live, or as it stands in the editor."""
    return data.Function(
        urn=row.func_urn,
        func_name=row.func_name,
        runtime=row.runtime,
        handler=row.handler,
        code_hash=_store(row.code if draft else row.deployed_code or {}),
        package=row.package,
        project_id=row.func_urn.split(":")[3],
        memory_size=row.memory_size,
        timeout=row.timeout,
        user_data=row.user_data,
        encrypted_user_data=row.encrypted_user_data,
    )


def _store(texts: Mapping[str, str]) -> str:
    """Code where gateways find it; gives its hash."""
    packages = Store(settings.PACKAGES_DIR)
    return packages.put({path: text.encode() for path, text in texts.items()})


def _bound_credentials() -> dict[tuple[str, str], frozenset[str]]:
    """Ids of the bound credentials by (API id, environment id)."""
    bound: dict[tuple[str, str], set[str]] = defaultdict(set)
    rows = models.Authorization.objects.values_list("api_id", "env_id", "app_id")
    for api, env, app in rows:
        bound[api, env].add(app)
    frozen: dict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
    frozen.update({pair: frozenset(apps) for pair, apps in bound.items()})
    return frozen


def _credential(row: models.Credential) -> data.Credential:
    return data.Credential(row.pk, row.name, row.app_key, row.app_secret)


def _mock(raw: Mapping[str, Any]) -> data.MockInfo:
    return data.MockInfo(
        status_code=raw.get("status_code", 200),
        result_content=raw.get("result_content", ""),
        headers=tuple((h["name"], h["value"]) for h in raw.get("headers", [])),
    )


def _rules(raw: Mapping[str, Any]) -> Rules:
    return {
        name: data.ResponseRule(
            status=rule.get("status"),
            body=rule["body"],
            headers=tuple((h["key"], h["value"]) for h in rule.get("headers", [])),
        )
        for name, rule in raw.items()
    }
