"""Code for functions that tests make: a store that lives as long as the run."""

from django.conf import settings

from gateway.functions.package import Store

STORE = Store(settings.PACKAGES_DIR)


def put(files: dict[str, str] | str) -> str:
    """The hash of a package: the text of index.py, or texts by their paths."""
    named = {"index.py": files} if isinstance(files, str) else files
    return STORE.put({path: text.encode() for path, text in named.items()})
