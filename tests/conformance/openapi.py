"""OpenAPI documents, as the official client handles them."""

from tests.conformance.run import Run


def play(run: Run, group: str, api: str) -> None:
    pass
