"""The snippets of the debug page run as they are copied."""

import subprocess
import sys
from pathlib import Path

import playwright
import pytest

from tests.e2e.caller import Caller
from tests.e2e.person import Person
from tests.e2e.product import WAIT

NAME = "two_factor_authorization"
# Playwright brings a Node.js along.
NODE = str(Path(playwright.__file__).parent / "driver" / "node")
LABELS = {
    "curl": ("call.sh", ["bash"]),
    "Python (requests)": ("call.py", [sys.executable]),
    "JavaScript (Node.js)": ("call.mjs", [NODE]),
}


@pytest.fixture
def shown(caller: Caller, person: Person) -> Person:
    """Somebody who sees the snippets of a right call."""
    person.open_debug(NAME)
    person.fill_debug()
    person.choose("App signature", f"Sign with {NAME}")
    person.press("Show Snippets")
    person.page.get_by_role("heading", name="Snippets").wait_for()
    return person


@pytest.mark.parametrize("label", LABELS)
def test_a_copied_snippet_runs_and_gets_200(
    shown: Person, tmp_path: Path, label: str
) -> None:
    name, command = LABELS[label]
    program = tmp_path / name
    program.write_text(shown.copy(label))
    done = subprocess.run(
        [*command, str(program)], capture_output=True, text=True, timeout=WAIT
    )
    assert done.returncode == 0, done.stderr
    assert " 200" in f" {done.stdout.partition(chr(10))[0]}"
    assert "Hello from behind two doors" in done.stdout


def test_snippets_need_a_credential_to_sign_with(
    caller: Caller, person: Person
) -> None:
    person.open_debug(NAME)
    person.fill_debug()
    person.press("Show Snippets")
    person.reads("choose the credential that the snippets sign with")
