"""Which interpreter a runtime label means on this host."""

import os
import platform
from pathlib import Path

import pytest

from gateway.functions.runtimes import (
    DOCUMENTED,
    LABELS,
    Host,
    Runtime,
    RuntimeMissing,
    host,
    spell,
)

OWN = ".".join(platform.python_version_tuple()[:2])


def fake(folder: Path, name: str, says: str) -> Path:
    """A program that answers like an interpreter."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def answer(version: str, executable: object, usable: str = "true") -> str:
    return f'[{usable}, [{version}], "{executable}", ["/lib/there"]]'


def test_the_gateway_s_own_interpreter_is_always_there() -> None:
    found = Host([]).find(f"Python{OWN}")
    assert found.exact
    assert found.version == f"Python {platform.python_version()}"
    assert os.access(found.executable, os.X_OK)
    assert ".venv" not in found.executable


def test_every_interpreter_of_this_host_runs_what_it_says() -> None:
    for interpreter in host().interpreters():
        found = host().find(
            f"{interpreter.language}{'.'.join(map(str, interpreter.version[:2]))}"
        )
        assert found.exact
        assert os.access(found.executable, os.X_OK)
        assert interpreter.language == "Node.js" or interpreter.version >= (3, 9)


def test_a_version_that_is_there_is_used(tmp_path: Path) -> None:
    python = fake(tmp_path, "python3.9", answer("3, 9, 18", "/x/python3.9"))
    found = Host([str(python.parent)]).find("Python3.9")
    assert found == Runtime(
        "Python3.9", "Python", "/x/python3.9", "Python 3.9.18", True, ("/lib/there",)
    )


def test_of_one_version_the_newest_patch_is_used(tmp_path: Path) -> None:
    for number, patch in enumerate((2, 19, 7)):
        folder = tmp_path / str(number)
        folder.mkdir()
        fake(folder, "python3.9", answer(f"3, 9, {patch}", f"/{patch}"))
    assert Host([f"{tmp_path}/*"]).find("Python3.9").executable == "/19"


def test_a_python_that_is_missing_is_replaced_by_the_gateway_s_own() -> None:
    nowhere = Host([])
    found = nowhere.find("Python3.9" if OWN != "3.9" else "Python3.10")
    assert not found.exact
    assert found.version == f"Python {platform.python_version()}"
    assert nowhere.describe(found.label) == (
        f"{spell(found.label)} (not on this host: runs on {found.version})"
    )


def test_node_of_another_version_runs_what_is_nearest(tmp_path: Path) -> None:
    for version in ("14", "19"):
        folder = tmp_path / version
        folder.mkdir()
        fake(folder, "node", answer(f"{version}, 1, 0", f"/node{version}"))
    known = Host([f"{tmp_path}/*"])
    assert known.find("Node.js18.15").executable == "/node19"
    assert not known.find("Node.js18.15").exact
    assert known.find("Node.js14.2").exact


def test_a_language_that_is_missing_says_so() -> None:
    with pytest.raises(RuntimeMissing, match="no Node.js on this host"):
        Host([]).find("Node.js18.15")
    assert Host([]).describe("Node.js18.15") == (
        "Node.js 18.15 (unavailable: there is no Node.js on this host)"
    )


@pytest.mark.parametrize("label", ["", "Python", "Cobol1.0", "Python3.9;x"])
def test_what_is_no_label_is_refused(label: str) -> None:
    with pytest.raises(RuntimeMissing, match="not the name of a runtime"):
        Host([]).find(label)


@pytest.mark.parametrize("says", ["", "nonsense", "[1]", '{"a": 1}'])
def test_what_does_not_answer_is_left_out_and_named(tmp_path: Path, says: str) -> None:
    path = fake(tmp_path, "python3.9", says)
    known = Host([str(tmp_path)])
    assert not known.find("Python3.9").exact or OWN == "3.9"
    assert str(path) in known.problems[0]


@pytest.mark.parametrize(
    ("version", "usable"), [("3, 8, 1", "true"), ("3, 10, 1", "false")]
)
def test_too_old_or_not_cpython_is_left_out(
    tmp_path: Path, version: str, usable: str
) -> None:
    fake(tmp_path, "python3", answer(version, "/x", usable))
    known = Host([str(tmp_path)])
    assert [i.executable for i in known.interpreters()] == [
        os.path.realpath(Host([]).interpreters()[0].executable)
    ]
    assert known.problems == []


def test_links_to_one_file_are_asked_once(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    path = tmp_path / "python3.9"
    path.write_text(f"#!/bin/sh\necho x >> {asked}\nexit 1\n")
    path.chmod(0o755)
    (tmp_path / "python3").symlink_to(path)
    Host([str(tmp_path), str(tmp_path)]).interpreters()
    assert asked.read_text() == "x\n"


def test_other_labels_are_offered_only_where_they_are(tmp_path: Path) -> None:
    assert set(DOCUMENTED) <= set(Host([]).labels()) <= {*DOCUMENTED, f"Python{OWN}"}
    fake(tmp_path, "python3.16", answer("3, 16, 0", "/x"))
    assert "Python3.16" in Host([str(tmp_path)]).labels()
    assert set(host().labels()) <= set(LABELS)
