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


def describe(error: BaseException, where: str, code: str) -> tuple[str, str]:
    """The error document (JSON) and the whole traceback of an exception.

    `where` is one of the three beginnings, `code` the directory of the code.
    """
    kind = type(error).__name__
    try:
        stack, text = _stack(error, code)
    except MemoryError:
        # Its frames keep what filled the memory alive: go without them.
        error.__traceback__ = None
        stack, text = [], kind
    message = f"{where}, error: {_message(error) or kind}"
    return document(message, kind, stack), text


def document(message: str, kind: str, stack: list[str]) -> str:
    """The error document of auth.md section 10.1."""
    return json.dumps(
        {"errorMessage": message, "errorType": kind, "stackTrace": stack},
        ensure_ascii=False,
    )


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as broken:
        text = f"<the error's text raised {type(broken).__name__}>"
    return text.encode("utf-8", "backslashreplace").decode()


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
