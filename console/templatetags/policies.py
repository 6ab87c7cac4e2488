"""Tabs of API Policies and Credentials (console.md sections F and G)."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

register = template.Library()

TABS = (
    ("Policies", "policy-list"),
    ("SSL Certificates", "certificate-list"),
    ("Load Balance Channels", "channel-list"),
    ("Environments", "environment-list"),
    ("Custom Authorizers", "authorizer-list"),
    ("Orchestration Rules", "orchestration-list"),
)
OF_CREDENTIALS = (
    ("Credentials", "credential-list"),
    ("Credential Quota Policies", "appquota-list"),
)


@register.inclusion_tag("includes/tabs.html")
def policy_tabs(current: str) -> dict[str, Any]:
    """The tabs of API Policies; `current` is the URL name of the page."""
    return _tabs(TABS, current)


@register.inclusion_tag("includes/tabs.html")
def credential_tabs(current: str) -> dict[str, Any]:
    return _tabs(OF_CREDENTIALS, current)


def _tabs(tabs: Iterable[tuple[str, str]], current: str) -> dict[str, Any]:
    found = [(label, address(name), name == current) for label, name in tabs]
    return {"tabs": [tab for tab in found if tab[1]]}


def address(name: str, *args: str) -> str:
    """The URL of a page, or "" when the console has none of that name."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
