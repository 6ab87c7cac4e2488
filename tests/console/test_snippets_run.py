"""Snippets run as they are, in every authentication mode, against a real gateway."""

import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from console import publish
from console.debug import DebugCall
from console.models import Account, Api
from console.proofs import BY_NOBODY, BY_TOKEN, Signer
from console.snippets import snippets
from tests.console import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("addresses")]

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
