"""What the gateway makes of a function's reply (reference: auth.md section 5.4)."""

from dataclasses import dataclass
from typing import Any

from gateway.policies.custom_auth import MalformedReply, interpret

# The beginning of what is wrong, and what to do about it.
_REMEDIES = {
    "the reply is larger": "Return less: an authorizer's reply may have 1 MB.",
    "the reply is not": "Return an object with statusCode and body.",
    "body must be": "Return body as JSON text: json.dumps({...}) in Python, "
    "JSON.stringify({...}) in Node.js.",
    "body is not": "Return body as the JSON text of an object with status.",
    "status must be": 'Put "status": "allow" or "status": "deny" into body.',
    "statusCode is": "Return statusCode 200 with allow.",
    "context must be": "Return context as an object of names and texts.",
    "context has": "Name context entries with 1 to 32 letters, digits, - and _, a "
    "letter first.",
    "context.": "Give context entries texts, numbers or booleans, nothing nested.",
}


@dataclass(frozen=True, slots=True)
class Check:
    """`verdict` is allow, deny or malformed; `reason` and `remedy` say why."""

    verdict: str
    context: dict[str, Any]
    reason: str = ""
    remedy: str = ""


def check(result: str, *, ok: bool) -> Check:
    """What a custom authorizer that gave this result comes to."""
    if not ok:
        return Check(
            "malformed",
            {},
            "the call failed",
            "The output and the log say why.",
        )
    try:
        verdict = interpret(result)
    except MalformedReply as error:
        reason = str(error)
        remedy = next(t for start, t in _REMEDIES.items() if reason.startswith(start))
        return Check("malformed", {}, reason, remedy)
    return Check("allow" if verdict.allow else "deny", dict(verdict.context))
