"""The management API: REST v2 of APIG and FunctionGraph, for the official clients.

`urls.py` is the table of every operation. A noun's file has its resource and its
serializer; rules are the models' own (reference: api.md sections 10 and 11).
"""
