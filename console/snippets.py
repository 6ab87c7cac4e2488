"""Programs that make a call: curl, Python and JavaScript, ready to run.

They reach the gateway by its address and name the group in Host, so they need
no DNS. They hold the credential's secret (curl: a signature good for 15 minutes).
"""

import json
import shlex
import time
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string

from console import addresses
from console.debug import DebugCall, build_request
from console.models import Credential
from gateway import signing
from gateway.http import Headers


@dataclass(frozen=True, slots=True)
class Snippet:
    id: str
    label: str
    text: str


def snippets(call: DebugCall, credential: Credential) -> list[Snippet]:
    """The same call, in each language."""
    address, port = addresses.gateway(call.scheme)
    host = f"{call.api.group.sl_domain}:{port}"
    return [
        Snippet("snippet-curl", "curl", _curl(call, credential, address, host)),
        *(
            Snippet(f"snippet-{name}", label, _program(file, call, credential, host))
            for name, label, file in (
                ("python", "Python (requests)", "snippets/python.txt"),
                ("javascript", "JavaScript (Node.js)", "snippets/javascript.txt"),
            )
        ),
    ]


def _headers(call: DebugCall) -> dict[str, str]:
    named = dict(call.headers)
    if call.version not in ("draft", "RELEASE"):
        named["X-Stage"] = call.version
    return named


def _curl(call: DebugCall, credential: Credential, address: str, host: str) -> str:
    request = build_request(call, host)
    kept = (b"user-agent", b"x-apig-mode", b"content-length")
    request.headers = Headers([h for h in request.headers if h[0] not in kept])
    key = signing.Key(credential.app_secret.encode())
    signed = signing.sign(request, credential.app_key, key, time.time())
    query = f"?{request.query}" if request.query else ""
    url = f"{call.scheme}://{host}{request.raw_path}{query}"
    parts = ["curl -i", f"--resolve {shlex.quote(f'{host}:{address}')}"]
    if call.scheme == "https":
        parts.append(f"--cacert {shlex.quote(str(settings.TLS_DIR / 'ca.pem'))}")
    parts += [f"-X {call.method}", shlex.quote(url)]
    parts += [_header(name, value) for name, value in _headers(call).items()]
    parts += [_header(k.decode().title(), v.decode("latin-1")) for k, v in signed]
    if call.body:
        parts.append(f"--data-binary {shlex.quote(call.body.decode())}")
    return " \\\n  ".join(parts)


def _header(name: str, value: str) -> str:
    return f"-H {shlex.quote(f'{name}: {value}')}"


def _program(template: str, call: DebugCall, credential: Credential, host: str) -> str:
    address, port = addresses.gateway(call.scheme)
    values = {
        "scheme": call.scheme,
        "address": address,
        "listener": addresses.text((address, port)),
        "port": port,
        "host": host,
        "method": call.method,
        "path": quote(call.path, safe="/%~!$&'()*+,;=:@"),
        "query": [list(pair) for pair in call.query],
        "headers": _headers(call),
        "body": call.body.decode(),
        "key": credential.app_key,
        "secret": credential.app_secret,
        "ca": str(settings.TLS_DIR / "ca.pem"),
    }
    # JSON literals of texts, lists and objects are Python's and JavaScript's too.
    literals = {k: json.dumps(v, ensure_ascii=False) for k, v in values.items()}
    return render_to_string(template, literals | {"raw": values})
