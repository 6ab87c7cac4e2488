"""Why a signature was refused: what the client signed beside what was expected.

`attempt.py` has a signature in pieces, `mistakes.py` what clients get wrong about a
piece, `solver.py` finds the mistakes that reproduce a client's signature, and
`compare.py` shows both sides line by line (reference: auth.md section 1).
"""
