"""The data plane: no Django, no database, no reading of the environment."""
