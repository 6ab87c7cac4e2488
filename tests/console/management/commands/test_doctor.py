"""manage.py doctor on set-ups that are whole, and on broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.management import CommandError, call_command
from pytest_django import Settings

from console import publish

pytestmark = pytest.mark.django_db


def findings(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    try:
        call_command("doctor", "--json")
    except CommandError as error:
        assert "problem(s), named above" in str(error)
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def of(found: list[dict[str, Any]], topic: str) -> list[tuple[str, str]]:
    return [(f["state"], f["text"]) for f in found if f["topic"] == topic]


def test_a_whole_set_up_has_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    publish.compile_now()
    call_command("doctor")
    text = capsys.readouterr().out
    assert "problem" not in text
    assert "jail" in text and "Python 3." in text
    for key in conf.KEYS_DIR.glob("*.key"):
        assert key.read_text().strip() not in text


def test_each_runtime_says_what_runs(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [text for _, text in of(findings(capsys), "runtime")]
    assert any(text.startswith("Python 3.9") for text in texts)
    assert any(text.startswith("Node.js 18.15") for text in texts)


def test_a_key_that_others_can_read_is_a_problem(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: Settings
) -> None:
    settings.KEYS_DIR = tmp_path
    key = tmp_path / "fields.key"
    key.write_text("x")
    key.chmod(0o644)
    (state, text), *_ = of(findings(capsys), "files")
    assert state == "problem"
    assert f"{key} can be read by others (mode 644): chmod 600 it" in text


def test_an_unreadable_snapshot_is_a_problem(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: Settings
) -> None:
    settings.SNAPSHOT_FILE = tmp_path / "snapshot.bin"
    assert of(findings(capsys), "snapshot")[0][0] == "warning"
    settings.SNAPSHOT_FILE.write_bytes(b"nonsense")
    assert of(findings(capsys), "snapshot")[0][0] == "problem"


def test_a_jail_level_that_is_not_there_is_a_problem(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    settings.FUNCTION_JAIL = "moat"
    ((state, text),) = of(findings(capsys), "jail")
    assert state == "problem" and "'moat' is not to be had" in text


def test_the_weakest_jail_is_a_warning(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    settings.FUNCTION_JAIL = "limits"
    ((state, text),) = of(findings(capsys), "jail")
    assert state == "warning" and "can read what this user can" in text


def test_nothing_that_listens_is_a_warning(
    capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    settings.CONSOLE_BIND = "127.0.0.1:1"
    assert of(findings(capsys), "console") == [
        ("warning", "nothing listens on 127.0.0.1:1")
    ]
