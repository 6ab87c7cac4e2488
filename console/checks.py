"""What `manage.py check` says about a configuration that cannot work."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from console import limits
from gateway.addresses import parse_range
from gateway.server import parse_address


@register()
def binds_are_host_and_port(**_: Any) -> list[CheckMessage]:
    """Each listener is given as host:port."""
    problems: list[CheckMessage] = []
    for name in ("CONSOLE_BIND", "GATEWAY_BIND", "GATEWAY_TLS_BIND"):
        try:
            parse_address(getattr(settings, name))
        except ValueError:
            problems.append(
                Error(
                    f"SALLYPORT_{name} is {getattr(settings, name)!r}",
                    hint="Give it as host:port, for example 127.0.0.1:8000.",
                    id="console.E001",
                )
            )
    return problems


@register()
def allowed_backends_are_networks(**_: Any) -> list[CheckMessage]:
    """SALLYPORT_ALLOWED_BACKENDS names networks."""
    return [
        Error(
            f"SALLYPORT_ALLOWED_BACKENDS has {text!r}",
            hint="Give networks, for example 169.254.0.0/16 or fd00:ec2::254.",
            id="console.E003",
        )
        for text in settings.ALLOWED_BACKENDS
        if not _are_addresses(text)
    ]


def _are_addresses(text: str) -> bool:
    try:
        parse_range(text)
    except ValueError:
        return False
    return True


@register()
def limits_are_known(**_: Any) -> list[CheckMessage]:
    """SALLYPORT_LIMITS names limits that exist, none below 0."""
    known = limits.LIMITS.keys() | limits.OF_CALLS
    return [
        Error(
            f"SALLYPORT_LIMITS has {name}={value}",
            hint=f"Give numbers from 0 on. The limits are {', '.join(sorted(known))}.",
            id="console.E002",
        )
        for name, value in settings.LIMITS.items()
        if name not in known or value < 0
    ]
