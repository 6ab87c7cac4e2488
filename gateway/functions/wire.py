"""The bytes between a gateway and a function's process. Standard library only.

A frame is a length (`FRAME`) and that many bytes. The gateway sends JSON: one
setup document, then one document for each call (`id`, `nonce`, `deadline` as
`time.monotonic()`, `event`). The process answers each call with one frame, a
`REPLY` header followed by the result as UTF-8:

    nonce, flags (OK | LAST), handler ms, ms until ready (0 when warm), peak MB

`LAST` says that the process wants no further call.
"""

from struct import Struct

FRAME = Struct("!I")
REPLY = Struct("!16sBddd")
OK = 1
LAST = 2

# auth.md section 10.4: a request or a response of a function, in bytes.
MAX_PAYLOAD = 6_291_456
# What a call may write to its log, in bytes: whole pages (see worker.py).
MAX_LOG = 1 << 20
