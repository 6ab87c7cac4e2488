"""Programs that make a call: curl, Python and JavaScript, ready to run.

They reach the gateway by its address and name the group in Host, so they need no
DNS. What signs is in them (curl: a signature good for 15 minutes), and so is an
AppCode or a token; an API that asks for neither gets a plain call.
"""

import json
import shlex
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string

from console import addresses
from console.debug import DebugCall, build_request, is_text
from console.proofs import key_of, sent, sign
from gateway.http import Headers

_KEY = (
    "Python and JavaScript hold the secret that signs. The signature in the curl "
    "command is good for 15 minutes."
)
_SENT = "The snippets hold what proves who calls: keep them to yourself."


@dataclass(frozen=True, slots=True)
class Snippet:
    id: str
    label: str
    text: str


def warning(call: DebugCall) -> str:
    """What to know before the snippets are passed on."""
    if key_of(call.signer):
        return _KEY
    return _SENT if sent(call.signer, call.user) else ""


def snippets(call: DebugCall) -> list[Snippet]:
    """The same call, in each language."""
    address, port = addresses.gateway(call.scheme)
    host = f"{call.host}:{port}"
    headers = _headers(call)
    return [
        Snippet("snippet-curl", "curl", _curl(call, headers, address, host)),
        *(
            Snippet(f"snippet-{name}", label, _program(file, call, headers, host))
            for name, label, file in (
                ("python", "Python (requests)", "snippets/python.txt"),
                ("javascript", "JavaScript (Node.js)", "snippets/javascript.txt"),
            )
        ),
    ]


def _headers(call: DebugCall) -> dict[str, str]:
    """The headers as written in a program, without those that a signature adds."""
    named = dict(call.headers)
    if call.version not in ("draft", "RELEASE"):
        named["X-Stage"] = call.version
    for name, value in sent(call.signer, call.user):
        named[name.decode().title()] = value.decode()
    return named


def _curl(call: DebugCall, headers: dict[str, str], address: str, host: str) -> str:
    request = build_request(call, host)
    added = (b"user-agent", b"x-apig-mode", b"content-length")
    request.headers = Headers([h for h in request.headers if h[0] not in added])
    own = len(request.headers)
    if pair := key_of(call.signer):
        sign(request, *pair)
    url = f"{call.scheme}://{host}{request.target}"
    parts = ["curl -i", f"--resolve {shlex.quote(f'{host}:{address}')}"]
    if call.scheme == "https":
        parts.append(f"--cacert {shlex.quote(str(settings.TLS_DIR / 'ca.pem'))}")
    parts += [f"-X {call.method}", shlex.quote(url)]
    parts += [_header(name, value) for name, value in headers.items()]
    proof = list(request.headers)[own:]
    parts += [_header(k.decode().title(), v.decode("latin-1")) for k, v in proof]
    if call.body and "content-type" not in {name.lower() for name in headers}:
        # Otherwise curl adds one, as of a form.
        parts.append("-H 'Content-Type:'")
    piped = ""
    if call.body and is_text(call.body):
        parts.append(f"--data-binary {shlex.quote(call.body.decode())}")
    elif call.body:
        parts.append("--data-binary @-")
        piped = f"base64 -d <<< {b64encode(call.body).decode()} | "
    return piped + " \\\n  ".join(parts)


def _header(name: str, value: str) -> str:
    return f"-H {shlex.quote(f'{name}: {value}')}"


def _program(template: str, call: DebugCall, headers: dict[str, str], host: str) -> str:
    address, port = addresses.gateway(call.scheme)
    key, secret = key_of(call.signer) or ("", "")
    text = is_text(call.body)
    values = {
        "scheme": call.scheme,
        "address": address,
        "listener": addresses.text((address, port)),
        "port": port,
        "host": host,
        "method": call.method,
        "path": quote(call.path, safe="/%~!$&'()*+,;=:@"),
        "query": [list(pair) for pair in call.query],
        "headers": headers,
        "body": call.body.decode() if text else b64encode(call.body).decode(),
        "binary": not text,
        "signed": bool(key),
        "key": key,
        "secret": secret,
        "ca": str(settings.TLS_DIR / "ca.pem"),
    }
    # JSON literals of texts, lists and objects are Python's and JavaScript's too.
    literals = {k: json.dumps(v, ensure_ascii=False) for k, v in values.items()}
    return render_to_string(template, literals | {"raw": values})
