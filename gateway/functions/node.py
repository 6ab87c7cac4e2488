"""The program before Node.js: walls itself in, then gives way to child.js.

Runs as `python -I -S node.py <descriptor> <gateway's directory>` on the gateway's
interpreter. It looks at the setup document (wire.py), on which the walls depend, and
leaves it in the socket for child.js to read.
"""

from __future__ import annotations

import json
import os
import socket
import sys

sys.path.insert(0, sys.argv[2])
from gateway.functions import sandbox  # noqa: E402
from gateway.functions.wire import FRAME  # noqa: E402

_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child.js")


def main() -> None:
    channel = int(sys.argv[1])
    walls = json.loads(_setup(channel))["walls"]
    walls["read"].append(_PROGRAM)
    os.set_inheritable(channel, True)
    memory = f"--max-old-space-size={walls['memory_mb']}"
    options = [memory, "--no-deprecation", "--no-addons"]
    sandbox.execute(walls, [walls["execute"], *options, _PROGRAM, str(channel)])


def _setup(channel: int) -> bytes:
    """The first frame's content, without taking it out of the socket."""
    with socket.socket(fileno=os.dup(channel)) as peeked:
        wanted = FRAME.size
        while True:
            data = peeked.recv(wanted, socket.MSG_PEEK | socket.MSG_WAITALL)
            if len(data) < FRAME.size:
                raise SystemExit("the gateway has gone")
            size = FRAME.size + FRAME.unpack_from(data)[0]
            if len(data) >= size:
                return data[FRAME.size : size]
            wanted = size


if __name__ == "__main__":
    main()
