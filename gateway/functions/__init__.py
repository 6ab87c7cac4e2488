"""User code, run in isolated warm child processes (design section 5)."""
