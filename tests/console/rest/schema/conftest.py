"""A running product, for schemathesis."""

from tests.e2e.conftest import product

__all__ = ["product"]
