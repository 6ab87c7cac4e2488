"""The data plane: no Django, no database, no reading of the environment."""

__version__ = "0.1.0"
