"""Policies, as the official client handles them."""

from tests.conformance.run import Run


def play(run: Run, group: str, api: str, app: str) -> None:
    """Each family makes what it needs, and takes it away."""
