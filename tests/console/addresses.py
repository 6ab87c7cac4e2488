"""The pages of the console, and where those about example objects are."""

from typing import Any

from django.urls import URLPattern, reverse

from console.urls import urlpatterns
from tests.console import world

OF_A_FUNCTION = {"version-list", "version-publish", "alias-list", "alias-create"}
# For programs: pages about it would be about nothing.
NOT_PAGES = {"metrics", "records", "tokens"}


def patterns() -> list[URLPattern]:
    """Every page of the console; Django admin has its own tests."""
    found = [p for p in urlpatterns if isinstance(p, URLPattern)]
    return [p for p in found if p.name not in NOT_PAGES]


def address(name: str, row: world.Example) -> str:
    """The URL of a page, about the example's objects."""
    noun = name.partition("-")[0]
    nouns = {
        "record": row.release,
        "unbind": row.authorization,
        "accesskey": row.access_key,
        "appcode": row.app_code,
    }
    # Lists of what a function has are about the function.
    nouns |= dict.fromkeys(
        (n.partition("-")[0] for n in OF_A_FUNCTION & {name}), row.function
    )
    pattern = next(p for p in patterns() if p.name == name)
    about: Any = nouns.get(noun) or getattr(row, noun, None)
    known = {
        "pk": about and about.pk,
        "event": row.event.pk,
        "function": row.function.pk,
        "group": row.group.pk,
        "type": "AUTH_FAILURE",
        "request_id": row.trace.request_id,
        "name": row.feature.name,
    }
    wanted = pattern.pattern.converters
    return reverse(name, kwargs={key: known[key] for key in wanted})
