"""The part of the management API that is FunctionGraph's (auth.md section 10)."""
