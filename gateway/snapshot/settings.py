"""What holds for the whole gateway (auth.md section 9)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Limits of every call, in force at the next request.

    Sizes are in bytes, times in ms. `backend_timeout` is the most that an API may
    ask for, `sl_domain_calls` what a debugging domain name takes a day,
    `call_depth` how often a call may come back to the gateway; after `lock_tries` wrong
    tries an access key is locked for `lock_time`.
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
