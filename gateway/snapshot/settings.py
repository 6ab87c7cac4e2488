"""What holds for the whole gateway (auth.md section 9)."""

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.fernet import Fernet, MultiFernet


@dataclass(frozen=True)
class Settings:
    """Limits of every call, in force at the next request, and the keys of tokens.

    Sizes are in bytes, times in ms. `backend_timeout` is the most that an API may
    ask for, `sl_domain_calls` what a debugging domain name takes a day,
    `call_depth` how often a call may come back to the gateway; after `lock_tries` wrong
    tries an access key is locked for `lock_time`. `ratelimit` is what an API takes a
    second while no policy is bound (0: anything), `tenant_id` the account of all
    credentials. The caller's address is the one at `xff_index` of
    X-Forwarded-For, or in `real_ip_header`, where they are set; `app_route` lets every
    group answer to the plain address, `trusted_hosts` are the only plain addresses
    there are beside the loopback ones, if any is named. `app_jwt_header` has the digest
    of `app_jwt`, `app_auth_header` the signature of an app, `backend_sign_header` that
    toward a backend. At `app_token_uri`, unless it is empty, apps get tokens that live
    `app_token_time` and `refresh_token_time` s. Users whose names match one of
    `token_allow` may have their token handed on. `ssl_ciphers` are those of independent
    domain names, when there are any; `custom_logs` are (location, name) of what
    records have on top. With `uri_no_escape` paths are routed as they came.
    `token_keys` are Fernet keys, one a line, the newest first.
    """

    request_body_size: int = 12 * 1024 * 1024
    request_body_timeout: int = 8_000
    uri_size: int = 32 * 1024
    header_size: int = 32 * 1024
    headers_size: int = 128 * 1024
    authorizer_reply_size: int = 1024 * 1024
    backend_timeout: int = 60_000
    sl_domain_calls: int = 1_000
    call_depth: int = 10
    signature_skew: int = 15 * 60_000
    lock_tries: int = 5
    lock_time: int = 5 * 60_000
    ratelimit: int = 0
    tenant_id: str = ""
    xff_index: int | None = None
    real_ip_header: str = ""
    app_route: bool = False
    app_jwt_header: str = "Authorization"
    app_auth_header: str = "Authorization"
    backend_sign_header: str = "Authorization"
    trusted_hosts: tuple[str, ...] = ()
    uri_no_escape: bool = False
    token_allow: tuple[str, ...] = ()
    ssl_ciphers: tuple[str, ...] = ()
    custom_logs: tuple[tuple[str, str], ...] = ()
    app_token_uri: str = ""
    app_token_time: int = 3600
    refresh_token_time: int = 7200
    app_token_key: str = field(default="", repr=False)
    token_keys: str = field(default="", repr=False)

    @cached_property
    def behind_proxy(self) -> bool:
        """Whether the TCP peer is not the caller."""
        return self.xff_index is not None or self.real_ip_header != ""

    @cached_property
    def safe_header_size(self) -> int:
        """Headers that have less in all keep to every limit."""
        return min(self.header_size, self.headers_size)

    @cached_property
    def signature_header(self) -> bytes:
        """Where an app's signature is."""
        return self.app_auth_header.lower().encode()

    @cached_property
    def app_token_cipher(self) -> MultiFernet | None:
        """What tokens of apps are sealed with: a key of their own, if one is given."""
        if not self.app_token_key:
            return self.token_cipher
        digest = hashlib.sha256(b"app_token\0" + self.app_token_key.encode()).digest()
        return MultiFernet([Fernet(base64.urlsafe_b64encode(digest))])

    @cached_property
    def token_cipher(self) -> MultiFernet | None:
        """What tokens are sealed with; None where there are no keys."""
        keys = [Fernet(key) for key in self.token_keys.split()]
        return MultiFernet(keys) if keys else None
