"""What the gateway parameter `custom_log` adds to records (policies.md section 11)."""

from gateway.call import Call
from gateway.cookies import cookie_value

MAX_TEXT = 1024


def custom_values(call: Call) -> list[str]:
    """The values it names, in its order; what the call does not have is empty."""
    return [_value(call, *each) for each in call.snapshot.settings.custom_logs]


def custom_text(call: Call) -> str:
    """The same as one text: `X-Name: value`, a line each."""
    names = (name for _, name in call.snapshot.settings.custom_logs)
    pairs = zip(names, custom_values(call), strict=True)
    # A value of several lines would pass for the next ones.
    lines = (f"{name}: {value}".replace("\n", "\\x0A") for name, value in pairs)
    return "\n".join(lines)


def _value(call: Call, location: str, name: str) -> str:
    """Of a repeated name, the first; written as the vendor writes it."""
    found: str | None
    if location == "header":
        found = call.request.headers.get(name.lower().encode())
    elif location == "query":
        found = next(iter(call.query.get(name, ())), None)
    else:
        found = cookie_value(call.request.headers, name)
    text = (found or "").replace("\\", "\\x5C").replace('"', "\\x22")
    return text.replace("+", " ")[:MAX_TEXT]
