"""`manage.py bench`: the gateway beside what else does its work.

    cases.py        what is measured: rows of contestants under a load
    contestants.py  this gateway, and the bare references
    peers.py        what a team would put together instead; its files in peers/
    scenario.py     the request, its signature, the gateway's configuration
    load.py         wrk, and what a contestant spends of the processor
    report.py       the table, JSON, the picture

Everything runs on loopback, one contestant under load at a time, in turns.
"""
