import os
import stat
from pathlib import Path

import pytest

from gateway.functions.scratch import Scratch, remove


def test_directories_are_private_and_go_with_the_pool(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "made")
    home = scratch.home()
    assert home.parent == scratch.root
    for path in (tmp_path / "made", scratch.root, home):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    (home / "file").write_text("x")
    scratch.close()
    assert list((tmp_path / "made").iterdir()) == []


def test_what_a_killed_gateway_left_is_swept(tmp_path: Path) -> None:
    leftover = tmp_path / "sallyport-functions-old" / "child"
    leftover.mkdir(parents=True)
    other = tmp_path / "something-else"
    other.mkdir()
    scratch = Scratch(tmp_path)
    assert not leftover.parent.exists()
    assert other.exists()
    scratch.close()


def test_a_living_pool_is_not_swept(tmp_path: Path) -> None:
    first = Scratch(tmp_path)
    second = Scratch(tmp_path)
    assert first.root.exists() and second.root.exists()
    first.close()
    second.close()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    base = tmp_path / "base"
    base.mkdir()
    os.symlink(precious, base / "sallyport-functions-trap")
    Scratch(base).close()
    assert precious.exists()


def test_a_directory_that_cannot_be_removed_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    remove(tmp_path / "missing")
    assert "a directory of a function stays behind" in caplog.text
