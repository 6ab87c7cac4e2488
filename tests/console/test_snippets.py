"""Snippets: valid programs, whatever the call holds."""

import ast
import shlex
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from console.debug import DRAFT, DebugCall
from console.models import Credential
from console.snippets import snippets
from tests.console import world

pytestmark = pytest.mark.django_db

ODD = 'it\'s "quoted" \\ `$HOME` ${x} \n\t</script> 值 \u2028'
SECRET = "s3cret-!@#$%"
APP = Credential(name="app", app_key="key-12345678", app_secret=SECRET)


def texts(**fields: object) -> dict[str, str]:
    """The snippets of a call by their ids."""
    call = DebugCall(
        **{  # type: ignore[arg-type]
            "api": world.api(),
            "version": DRAFT,
            "method": "POST",
            "scheme": "https",
            "path": "/a b/值",
            "query": [("test", ODD), ("empty", "")],
            "headers": [("token", 'it\'s "quoted" \\ $HOME')],
            "body": ODD.encode(),
            "host": "g1.apig.localhost",
            "user": world.user(),
            "signer": APP,
        }
        | fields
    )
    return {s.id: s.text for s in snippets(call)}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_python_snippet_compiles_and_holds_the_values_as_they_are(
    scheme: str,
) -> None:
    text = texts(scheme=scheme)["snippet-python"]
    compile(text, "call.py", "exec")
    given: dict[str, object] = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and isinstance(
            statement.targets[0], ast.Name
        ):
            try:
                value = ast.literal_eval(statement.value)
            except ValueError:
                continue
            given[statement.targets[0].id] = value
    assert (given["KEY"], given["SECRET"]) == ("key-12345678", SECRET)
    assert given["QUERY"] == [["test", ODD], ["empty", ""]]
    assert given["HEADERS"] == {"token": 'it\'s "quoted" \\ $HOME'}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_javascript_snippet_is_a_valid_module(scheme: str, tmp_path: Path) -> None:
    file = tmp_path / "call.mjs"
    file.write_text(texts(scheme=scheme)["snippet-javascript"])
    checked = subprocess.run(
        ["node", "--check", str(file)], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


def test_the_curl_snippet_is_one_command_with_the_values_as_they_are() -> None:
    words = shlex.split(texts()["snippet-curl"])
    assert words[:2] == ["curl", "-i"]
    assert words[words.index("--data-binary") + 1] == ODD
    assert 'token: it\'s "quoted" \\ $HOME' in words
    assert words[words.index("--cacert") + 1].endswith("ca.pem")
    assert words[words.index("-X") + 1] == "POST"
    url = next(word for word in words if word.startswith("https://"))
    assert "/a%20b/%E5%80%BC?test=it%27s%20%22quoted%22" in url


def test_curl_holds_a_signature_but_not_the_secret() -> None:
    made = texts()
    assert SECRET not in made["snippet-curl"]
    assert "Access=key-12345678" in made["snippet-curl"]
    for name in ("snippet-python", "snippet-javascript"):
        assert SECRET in made[name]


def test_another_environment_is_named_in_each() -> None:
    for text in texts(version="TEST").values():
        assert "X-Stage" in text and "TEST" in text
    for version in (DRAFT, "RELEASE"):
        assert not any("X-Stage" in text for text in texts(version=version).values())


def test_a_wildcard_address_is_reached_locally(settings: Settings) -> None:
    settings.GATEWAY_TLS_BIND = "0.0.0.0:9443"
    for text in texts().values():
        assert "0.0.0.0" not in text
        assert "127.0.0.1" in text and "9443" in text


def test_plain_http_needs_no_certificate() -> None:
    made = texts(scheme="http")
    assert "cacert" not in made["snippet-curl"]
    assert "readFileSync({" not in made["snippet-javascript"]
    assert settings.GATEWAY_BIND.rpartition(":")[2] in made["snippet-curl"]
