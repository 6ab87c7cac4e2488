"""Attacks from inside a function, each at every jail level of this host."""
