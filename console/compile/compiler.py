"""Rows to a snapshot: reads the tables once."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from console import features, models
from console.compile.backends import Backends
from console.compile.channels import channels
from console.compile.functions import called, target
from console.compile.groups import Groups
from console.compile.orchestrations import Orchestrations
from console.compile.policies import Plugins, Signatures
from console.compile.traditional import CallerPolicies, Traditional
from console.compile.users import gateway_settings, users
from console.compile.variables import Variables, resolve
from gateway import snapshot as data


class Compiler:
    """Reads the tables once and turns rows into the gateway's values."""

    def __init__(self) -> None:
        rows = models.Authorizer.objects.select_related(
            "function",
            "version__function",
            *(f"alias__{name}__function" for name in ("version", "additional_version")),
        )
        self._authorizers = {row.pk: self._authorizer(row) for row in rows}
        self._groups = Groups()
        self._credentials = _bound_credentials()
        self._variables = Variables()
        self._settings = gateway_settings()
        self._in_force = features.in_force()
        self._policies = Traditional(
            self._settings.ratelimit, self._in_force.throttle_local
        )
        self._callers = CallerPolicies()
        self._channels = channels()
        self._backends = Backends(
            self._guard, self._channels, self._settings.backend_timeout
        )
        self._plugins = Plugins()
        self._orchestrations = Orchestrations()
        self._signatures = Signatures()

    def snapshot(self) -> data.Snapshot:
        """Everything that is live."""
        live = models.Release.objects.filter(status=models.Release.Status.EFFECTIVE)
        # Of the API itself nothing else counts: its definition is the release's.
        rows = live.select_related("api", "env").only(
            "definition", "api__group", "env__name"
        )
        apis = tuple(map(self._release, rows))
        return data.Snapshot(
            groups=self._groups.all,
            apis=apis,
            credentials=self._all_credentials(),
            authorizers=tuple(self._authorizers.values()),
            functions=tuple(called(self._targets())),
            channels=tuple(self._channels.values()),
            plugins=tuple(self._plugins.known.values()),
            signatures=tuple(self._signatures.known.values()),
            orchestrations=tuple(self._orchestrations.known.values()),
            throttles=self._policies.every_throttle(),
            acls=(*self._policies.acls.values(), *self._callers.acls.values()),
            users=users(),
            settings=self._settings,
        )

    def _targets(self) -> list[data.Target]:
        guards = [guard.target for guard in self._authorizers.values() if guard.target]
        return [*guards, *self._backends.targets, *self._plugins.targets]

    def draft(self, api: models.Api) -> data.Api:
        """An API as last saved, as if it were published in RELEASE."""
        env = models.environment.RELEASE_ID
        return self._api(api, data.RELEASE, api.definition(), env)

    def _release(self, release: models.Release) -> data.Api:
        values = self._variables.of(release.api.group_id, release.env_id)
        definition = resolve(release.definition, values)
        return self._api(release.api, release.env.name, definition, release.env_id)

    def _api(
        self,
        api: models.Api,
        stage: str,
        definition: Mapping[str, Any],
        env: str,
    ) -> data.Api:
        guard = definition["authorizer_id"]
        app = definition["auth_type"] == models.Api.Auth.APP
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
            app_code=definition["auth_opt"].get("app_code_auth_type") == "HEADER",
            authorizer=self._guard(guard) if guard else None,
            cors=definition["cors"],
            content_type=definition["content_type"],
            req_params=self._orchestrations.params(definition["req_params"]),
            backend=self._backends.default(definition),
            policies=self._backends.policies(definition),
            is_send_fg_body_base64=definition["is_send_fg_body_base64"],
            credentials=self._credentials[api.pk, env],
            app_auths=self._in_force.app_auths if app else frozenset(),
            gzip=self._in_force.gzip,
            throttle=self._policies.throttle(api.pk, env),
            acls=self._policies.acls_of(api.pk, env),
            plugins=self._plugins.of(api.pk, env),
            signature=self._signatures.of(api.pk, env),
            wants_tls=self._groups.wants_tls(api.group_id),
            responses=self._groups.responses(definition["response_id"]),
            traced=_traced(definition),
        )

    def _all_credentials(self) -> tuple[data.Credential, ...]:
        rows = models.Credential.objects.prefetch_related("app_codes")
        return tuple(map(self._credential, rows))

    def _credential(self, row: models.Credential) -> data.Credential:
        return data.Credential(
            row.pk,
            row.name,
            row.app_key,
            row.app_secret,
            tuple(code.app_code for code in row.app_codes.all()),
            acl=self._callers.acl(row.pk),
            quota=self._callers.quota(row.pk),
        )

    def _guard(self, authorizer_id: str) -> data.Authorizer:
        """An authorizer; one that is gone must refuse calls, never let them pass."""
        found = self._authorizers.get(authorizer_id)
        return found or data.Authorizer.gone(authorizer_id)

    def _authorizer(self, row: models.Authorizer) -> data.Authorizer:
        return data.Authorizer(
            id=row.pk,
            name=row.name,
            type=row.type,
            revision=row.update_time.isoformat(),
            target=target(row),
            identities=tuple(data.Identity(**source) for source in row.identities),
            ttl=row.ttl,
            user_data=row.user_data,
            need_body=row.need_body,
            timeout=row.timeout,
            retry_attempts=row.retry_attempts,
            auth_downgrade_enabled=row.auth_downgrade_enabled,
        )


def _bound_credentials() -> dict[tuple[str, str], frozenset[str]]:
    """Ids of the bound credentials by (API id, environment id)."""
    bound: dict[tuple[str, str], set[str]] = defaultdict(set)
    rows = models.Authorization.objects.values_list("api_id", "env_id", "app_id")
    for api, env, app in rows:
        bound[api, env].add(app)
    frozen: dict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
    frozen.update({pair: frozenset(apps) for pair, apps in bound.items()})
    return frozen


def _traced(definition: Mapping[str, Any]) -> int:
    """How many of 100 calls leave a trace."""
    if not definition["trace_enabled"]:
        return 0
    return int(definition["sampling_param"] or 100)
