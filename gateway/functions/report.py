"""An exception of user code as the documented error document and as text.

Runs in the child, standard library only; `traceback` is imported when needed, for
the sake of cold starts. Frames of this package and of the import system are left
out, and paths are relative to the function's code.
"""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False  # the typing module would cost a cold start 7 ms
if TYPE_CHECKING:
    from traceback import TracebackException

# auth.md section 10.1: the beginning of `errorMessage`, by where the error arose.
ENTRY = "function entry exception"
INITIALIZATION = "function initialization exception"
INVOCATION = "function invocation exception"

_HERE = os.path.dirname(os.path.abspath(__file__))
_MOST_FRAMES = 100
# In bytes of a message, and in characters of a name and of a whole stack.
_MOST_TEXT, _MOST_NAME, _MOST_STACK = 1 << 16, 200, 1 << 20


def describe(error: BaseException, where: str, code: str) -> tuple[str, str]:
    """The error document (JSON) and the whole traceback of an exception.

    `where` is one of the three beginnings, `code` the directory of the code.
    """
    # Not `__name__`: a metaclass can make of it whatever it likes.
    kind = type.__dict__["__name__"].__get__(type(error))[:_MOST_NAME]
    try:
        stack, text = _stack(error, code)
    except BaseException:
        # Its frames keep alive what filled the memory, or user code failed here too.
        error.__traceback__ = None
        stack, text = [], kind
    message = f"{where}, error: {_message(error) or kind}"
    if sum(map(len, stack)) > _MOST_STACK:
        stack = []
    return document(message, kind, stack), text


def document(message: str, kind: str, stack: list[str]) -> str:
    """The error document of auth.md section 10.1."""
    return json.dumps(
        {"errorMessage": message, "errorType": kind, "stackTrace": stack},
        ensure_ascii=False,
    )


def _message(error: BaseException) -> str:
    try:
        text = str.encode(str(error), "utf-8", "backslashreplace")
    except BaseException as broken:
        return f"<the error's text raised {type(broken).__name__}>"
    if len(text) <= _MOST_TEXT:
        return text.decode()
    return f"{text[:_MOST_TEXT].decode(errors='ignore')}... ({len(text)} bytes)"


def _stack(error: BaseException, code: str) -> tuple[list[str], str]:
    from traceback import TracebackException

    found = TracebackException.from_exception(error, limit=-_MOST_FRAMES)
    _clean(found, code + os.sep, set())
    stack = list(found.stack.format())
    if isinstance(error, SyntaxError):
        stack += found.format_exception_only()
    return stack, "".join(found.format()).rstrip()


def _clean(found: TracebackException, code: str, seen: set[int]) -> None:
    """Drop frames that are not the user's, here and in the causes."""
    if id(found) in seen:
        return
    seen.add(id(found))
    found.stack[:] = [frame for frame in found.stack if not _ours(frame.filename)]
    for frame in found.stack:
        frame.filename = frame.filename.removeprefix(code)
    if isinstance(getattr(found, "filename", None), str):
        found.filename = found.filename.removeprefix(code)
    group = getattr(found, "exceptions", None) or ()
    for other in (found.__cause__, found.__context__, *group):
        if other is not None:
            _clean(other, code, seen)


def _ours(filename: str) -> bool:
    return filename.startswith((_HERE, "<frozen importlib"))
