"""Snippets run as they are, in every authentication mode, against a real gateway."""

import asyncio
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf

from console import publish
from console.debug import DebugCall
from console.models import Account, Api
from console.proofs import BY_NOBODY, BY_TOKEN, Signer
from console.snippets import snippets
from gateway import handshake, tls
from gateway.app import Gateway
from gateway.functions.package import Store
from gateway.functions.pool import Pool
from gateway.server import GatewayServer, bind
from gateway.source import File
from tests.console import world

pytestmark = pytest.mark.django_db

COMMANDS = {
    "snippet-curl": ("call.sh", "bash"),
    "snippet-python": ("call.py", sys.executable),
    "snippet-javascript": ("call.mjs", "node"),
}
BINARY = b"\x89PNG\r\n\x1a\n\x00\xff"
ECHO = """def handler(event, context):
    headers = {"X-Got": event["body"], "Content-Type": "text/plain"}
    return {"statusCode": 200, "headers": headers, "body": event["body"],
            "isBase64Encoded": False}
"""


async def _serve(
    server: GatewayServer, gateway: Gateway, done: threading.Event
) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    done.set()
    await serving
    await gateway.close()


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    """HTTP and HTTPS ports of a gateway that reads the tests' snapshot."""
    tls.ensure_certificates(conf.TLS_DIR, [f"*.{conf.GATEWAY_DOMAIN}", "127.0.0.1"])
    source = File(conf.SNAPSHOT_FILE, conf.SNAPSHOT_KEY_FILE)
    contexts = handshake.Contexts(tls.ssl_context(conf.TLS_DIR), source)
    listeners = [bind("127.0.0.1", 0), bind("127.0.0.1", 0)]
    gateway = Gateway(source, Pool(Store(conf.PACKAGES_DIR)))
    server = GatewayServer(
        gateway, [(listeners[0], None), (listeners[1], contexts.choose)]
    )
    ready = threading.Event()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(server, gateway, ready)), daemon=True
    )
    thread.start()
    assert ready.wait(10)
    yield listeners[0].getsockname()[1], listeners[1].getsockname()[1]
    server.should_exit = True
    thread.join(10)


@pytest.fixture(autouse=True)
def addresses(ports: tuple[int, int], settings: Any) -> None:
    settings.GATEWAY_BIND = f"127.0.0.1:{ports[0]}"
    settings.GATEWAY_TLS_BIND = f"127.0.0.1:{ports[1]}"


def output(row: Api, language: str, directory: Path, **fields: Any) -> str:
    """What a snippet prints: the status line, then the body."""
    Account.of(world.user())
    publish.compile_now()
    known: dict[str, Any] = {
        "version": "RELEASE",
        "method": "POST",
        "scheme": "https",
        "path": row.req_uri,
        "query": [("b", "2"), ("a", "é &")],
        "headers": [("X-Own", "it's")],
        "body": b"{}",
        "host": row.group.sl_domain,
        "user": world.user(),
    }
    call = DebugCall(api=row, **known | fields)
    text = {s.id: s.text for s in snippets(call)}[language]
    name, command = COMMANDS[language]
    (directory / name).write_text(text)
    done = subprocess.run(
        [command, str(directory / name)], capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", COMMANDS)
@pytest.mark.parametrize(
    "kind", ["credential", "app code", "access key", "token", "none"]
)
def test_a_snippet_gets_200_in_every_mode(
    tmp_path: Path, kind: str, language: str
) -> None:
    app = world.credential()
    signers: dict[str, tuple[str, Any]] = {
        "credential": ("APP", lambda: app),
        "app code": ("APP", lambda: world.app_code(app)),
        "access key": ("IAM", world.access_key),
        "token": ("IAM", lambda: BY_TOKEN),
        "none": ("NONE", lambda: BY_NOBODY),
    }
    mode, make = signers[kind]
    code = {"app_code_auth_type": "HEADER" if kind == "app code" else "DISABLE"}
    row = world.published(auth_type=mode, req_method="POST", auth_opt=code)
    if mode == "APP":
        world.bind(app, row)
    signer: Signer = make()
    text = output(row, language, tmp_path, signer=signer)
    assert " 200" in f" {text.partition(chr(10))[0]}"
    assert "mock" in text


@pytest.mark.parametrize("language", COMMANDS)
def test_a_file_arrives_as_it_is(tmp_path: Path, language: str) -> None:
    document = {
        "function_urn": world.function(ECHO).func_urn,
        "invocation_type": "sync",
        "network_type": "V1",
        "timeout": 5000,
    }
    row = world.published(
        auth_type="IAM",
        req_method="POST",
        backend_type="FUNCTION",
        func_info=document,
        req_protocol="BOTH",
    )
    text = output(
        row,
        language,
        tmp_path,
        scheme="http",
        body=BINARY,
        signer=world.access_key(),
        headers=[("Content-Type", "image/png")],
    )
    assert b64encode(BINARY).decode() in text
