"""The bytes between a gateway and a function's process. Standard library only.

A frame is a length (`FRAME`) and that many bytes. The gateway sends one setup
document, JSON, then a frame for each call: a `CALL` header, the request id of that
length, the event as JSON.

    CALL    nonce, deadline on the clock of time.monotonic(), length of the id

The process answers each call with one frame: a `REPLY` header, then the result as
UTF-8. Before its first reply it sends one empty frame when an initializer was
configured and has returned: until then that one's own time limit holds.

    REPLY   nonce, flags (OK | LAST), handler ms, ms until ready (0 when warm), peak MB

`LAST` says that the process wants no further call.
"""

from struct import Struct

FRAME = Struct("!I")
CALL = Struct("!8sdH")
REPLY = Struct("!8sBddd")
OK = 1
LAST = 2

# auth.md section 10.4: a request or a response of a function, in bytes.
MAX_PAYLOAD = 6_291_456
# What a call may write to its log, in bytes: whole pages (see worker.py).
MAX_LOG = 1 << 20
