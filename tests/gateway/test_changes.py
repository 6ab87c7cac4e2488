"""Waiting until files of a folder are replaced."""

import os
import resource
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest

from gateway import changes


def replace(folder: Path) -> None:
    (folder / "new").write_text("new")
    (folder / "new").replace(folder / "file")


def test_a_replaced_file_ends_the_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "SELDOM", 60.0)
    wait = changes.waiting(tmp_path)
    waiter = Thread(target=wait, daemon=True)
    waiter.start()
    replace(tmp_path)
    waiter.join(30)
    assert not waiter.is_alive()


def test_what_was_replaced_before_the_wait_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "SELDOM", 60.0)
    wait = changes.waiting(tmp_path)
    replace(tmp_path)
    started = time.monotonic()
    wait()
    assert time.monotonic() - started < 30


def test_a_process_with_many_files_open_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "SELDOM", 60.0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with ExitStack() as files:
        files.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        while files.enter_context(open(os.devnull)).fileno() < 1100:
            pass
        wait = changes.waiting(tmp_path)
        replace(tmp_path)
        started = time.monotonic()
        wait()
        assert time.monotonic() - started < 30


def test_a_wait_ends_though_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "SELDOM", 0.001)
    changes.waiting(tmp_path)()


def test_a_folder_that_cannot_be_watched_is_looked_at(tmp_path: Path) -> None:
    started = time.monotonic()
    changes.waiting(tmp_path / "absent")()
    assert time.monotonic() - started >= changes.LOOK
