"""The tabs of API Policies (console.md section F)."""

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


@register.inclusion_tag("includes/tabs.html")
def policy_tabs(current: str) -> dict[str, Any]:
    """All tabs; `current` is the URL name of the page."""
    found = [(label, address(name), name == current) for label, name in TABS]
    return {"tabs": [tab for tab in found if tab[1]]}


def address(name: str, *args: str) -> str:
    """The URL of a page, or "" when the console has none of that name."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
