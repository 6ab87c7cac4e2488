"""A running product, for the official clients."""

from tests.e2e.conftest import product

__all__ = ["product"]
