"""What holds for the whole gateway (auth.md section 9)."""

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
    group answer to the plain address, `app_jwt_header` has the digest of `app_jwt`.
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
    token_keys: str = field(default="", repr=False)

    @cached_property
    def behind_proxy(self) -> bool:
        """Whether the TCP peer is not the caller."""
        return self.xff_index is not None or self.real_ip_header != ""

    @cached_property
    def token_cipher(self) -> MultiFernet | None:
        """What tokens are sealed with; None where there are no keys."""
        keys = [Fernet(key) for key in self.token_keys.split()]
        return MultiFernet(keys) if keys else None
