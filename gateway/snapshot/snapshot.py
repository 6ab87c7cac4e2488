"""Snapshot: everything a gateway knows, with its indexes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

from gateway.router import Router
from gateway.snapshot.acl import Acl
from gateway.snapshot.api import Api
from gateway.snapshot.authorizer import Authorizer
from gateway.snapshot.backend import Backend, TokenIssuer
from gateway.snapshot.channel import Channel
from gateway.snapshot.credential import Credential
from gateway.snapshot.function import Function
from gateway.snapshot.group import Group, Site
from gateway.snapshot.orchestration import Orchestration
from gateway.snapshot.plugin import Plugin
from gateway.snapshot.settings import Settings
from gateway.snapshot.signature import Signature
from gateway.snapshot.throttle import DEFAULT, Throttle
from gateway.snapshot.user import AccessKey, User
from gateway.state import Window

RELEASE = "RELEASE"
DAY = 24 * 60 * 60.0
LONGEST_NAME = 255


@dataclass(frozen=True)
class Snapshot:
    """Everything a gateway knows. Never changed: a new one replaces it."""

    groups: tuple[Group, ...] = ()
    apis: tuple[Api, ...] = ()
    credentials: tuple[Credential, ...] = ()
    authorizers: tuple[Authorizer, ...] = ()
    functions: tuple[Function, ...] = ()
    orchestrations: tuple[Orchestration, ...] = ()
    throttles: tuple[Throttle, ...] = ()
    acls: tuple[Acl, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    channels: tuple[Channel, ...] = ()
    signatures: tuple[Signature, ...] = ()
    users: tuple[User, ...] = ()
    settings: Settings = Settings()

    @cached_property
    def apps(self) -> dict[str, Credential]:
        """Credentials by app key."""
        return {c.app_key: c for c in self.credentials}

    @cached_property
    def app_codes(self) -> dict[bytes, tuple[Credential, bytes]]:
        """Credentials and AppCodes by the SHA-256 of the AppCode."""
        pairs = [(c, code.encode()) for c in self.credentials for code in c.app_codes]
        return {sha256(code).digest(): (c, code) for c, code in pairs}

    @cached_property
    def users_by_id(self) -> dict[str, User]:
        return {user.id: user for user in self.users}

    @cached_property
    def access_keys(self) -> dict[str, tuple[User, AccessKey]]:
        """Users and their access keys by AK."""
        return {k.access: (u, k) for u in self.users for k in u.access_keys}

    @cached_property
    def hosts(self) -> dict[str, Site]:
        """What answers to each lower-case host name, without port."""
        calls = self.settings.sl_domain_calls
        sites = {
            domain.url_domain: Site(group, domain)
            for group in self.groups
            for domain in group.domains
        }
        for group in self.groups:
            day = Window(f"sl_domain/{group.id}", calls, DAY, durable=True)
            sites |= {host: Site(group, windows=(day,)) for host in group.hosts}
        return sites

    def site(self, name: str) -> Site | None:
        """What answers to a host name: itself, or else the nearest wildcard."""
        found = self.hosts.get(name)
        if found is None and len(name) <= LONGEST_NAME:
            while found is None and name:
                name = name.partition(".")[2]
                found = self.hosts.get(f"*.{name}")
        return found

    @cached_property
    def plain_site(self) -> Site | None:
        """What answers to the gateway's plain address: the group DEFAULT."""
        return next((Site(group) for group in self.groups if group.is_default), None)

    @cached_property
    def routers(self) -> dict[tuple[str, str], Router[Api]]:
        """A router for each (group id, environment name)."""
        return self._routers(lambda: None)

    def _routers(
        self, pause: Callable[[], object]
    ) -> dict[tuple[str, str], Router[Api]]:
        built: dict[tuple[str, str], Router[Api]] = {}
        for api in self._endpoints():
            router = built.setdefault((api.group_id, api.stage), self._router())
            router.add(api.req_method, api.req_uri, api.match_mode, api)
        for number, api in enumerate(self.apis):
            router = built.setdefault((api.group_id, api.stage), self._router())
            router.add(api.req_method, api.req_uri, api.match_mode, api)
            if not number % 100:
                pause()
        return built

    def _router(self) -> Router[Api]:
        return Router(escaped=self.settings.uri_no_escape)

    def _endpoints(self) -> Iterator[Api]:
        """Where each group gives tokens, beside its APIs; theirs come first."""
        uri = self.settings.app_token_uri
        if not uri:
            return
        limit = Throttle(DEFAULT, DEFAULT, 1, "second", self.settings.ratelimit)
        for group in self.groups:
            yield Api(
                *("", "app_token", group.id, RELEASE, "BOTH", "ANY", uri),
                backend=Backend(TokenIssuer()),
                throttle=limit,
                responses=group.responses,
            )

    @cached_property
    def _channels(self) -> dict[str, Channel]:
        return {channel.id: channel for channel in self.channels}

    def channel(self, id: str) -> Channel:
        """A channel by its id; one that is gone has no members."""
        return self._channels.get(id) or Channel.gone(id)

    def prepare(self, pause: Callable[[], object] = lambda: None) -> "Snapshot":
        """Work out every index now, so that no request pays for it.

        What one credential or one API needs is worked out at its first call: of many
        most are not called soon, and each would cost time and memory.
        """
        self.__dict__["routers"] = self._routers(pause)
        _ = self.apps, self.hosts, self.plain_site
        _ = self.app_codes, self.users_by_id, self.settings.token_cipher
        return self

    def with_draft(self, api: Api) -> "Snapshot":
        """This configuration, but with `api` alone to route to (a debug call)."""
        return replace(self, apis=(api,))
