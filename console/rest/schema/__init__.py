"""What the management API says of itself: an OpenAPI description, made from the table.

`gateway.json` and `functions.json` have what the table does not: the shapes of bodies
and replies that the official clients know (reference: operations.json, auth.md
section 10.4). `rules.py` adds the limits of the product's own models.
"""
