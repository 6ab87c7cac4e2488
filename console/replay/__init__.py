"""Calls again: recorded ones, and the cases of scenarios.

`asked.py` is a call that can be made again, `recorded.py` finds one by its request ID,
`sending.py` makes it, `difference.py` compares two answers, `events.py` has what the
call's functions were, or would be, called with. `cases.py` runs scenarios, `export.py`
makes tests of them.
"""
