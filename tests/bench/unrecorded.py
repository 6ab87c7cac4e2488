"""The gateway without access records, which it has no switch for: for the benchmark."""

import sys

from gateway import __main__, access
from gateway.call import Call
from gateway.http import Response


def nothing(call: Call, answer: Response) -> None:
    """In place of putting a call on record."""


if __name__ == "__main__":
    access.leave = nothing
    sys.exit(__main__.main())
