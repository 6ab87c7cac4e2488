"""Packages: archives that are taken, and the many that are refused."""

import io
import stat
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gateway.functions import package
from gateway.functions.package import (
    PackageError,
    Store,
    check_path,
    code_hash,
    read_zip,
    write_zip,
)

FILES = {"index.py": b"x = 1\n", "lib/é.py": b"", "data.bin": bytes(range(256))}


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return buffer.getvalue()


def test_an_archive_gives_back_its_files() -> None:
    assert read_zip(write_zip(FILES)) == FILES


def test_the_same_files_give_the_same_archive_and_hash() -> None:
    turned = dict(reversed(FILES.items()))
    assert write_zip(turned) == write_zip(FILES)
    assert code_hash(turned) == code_hash(FILES)
    assert len(code_hash(FILES)) == 128


@pytest.mark.parametrize(
    "other",
    [
        FILES | {"index.py": b"x = 2\n"},
        FILES | {"more.py": b""},
        {"index.p": b"yx = 1\n", "lib/\xe9.py": b"", "data.bin": FILES["data.bin"]},
    ],
)
def test_other_files_have_another_hash(other: dict[str, bytes]) -> None:
    assert code_hash(other) != code_hash(FILES)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/./b",
        "a//b",
        "a/",
        "C:/x",
        "a\\b",
        "a\0b",
        "a\nb",
        "x" * 513,
    ],
)
def test_a_path_that_could_lead_outside_is_refused(path: str) -> None:
    with pytest.raises(PackageError):
        check_path(path)


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a/../../evil.py"])
def test_an_archive_cannot_write_outside(name: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="leaves the function's code"):
        read_zip(archive((name, b"x")))


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(PackageError, match="is a link or a device"):
        read_zip(archive((link, b"/etc/passwd")))


def test_a_file_that_is_there_twice_is_refused() -> None:
    with pytest.warns(UserWarning):
        twice = archive(("a.py", b"1"), ("a.py", b"2"))
    with pytest.raises(PackageError, match="is in the archive twice"):
        read_zip(twice)


def test_a_file_that_is_a_folder_too_is_refused() -> None:
    with pytest.raises(PackageError, match="is a file and a folder"):
        read_zip(archive(("a", b"1"), ("a/b", b"2")))


def test_an_encrypted_file_is_refused() -> None:
    made = bytearray(archive(("a.py", b"x")))
    for at in (made.index(b"PK\x03\x04") + 6, made.index(b"PK\x01\x02") + 8):
        made[at] |= 1
    with pytest.raises(PackageError, match="is encrypted"):
        read_zip(bytes(made))


def test_a_bomb_is_refused_before_it_goes_off(monkeypatch: Any) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED", 1 << 20)
    with pytest.raises(PackageError, match="Unpacked, the archive is over 1 MB"):
        read_zip(archive(("zeros", bytes(2 << 20))))


def test_a_bomb_that_lies_about_its_size_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED", 1 << 20)
    made = bytearray(archive(("zeros", bytes(4 << 20))))
    at = made.index(b"PK\x01\x02") + 24
    made[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(PackageError):
        read_zip(bytes(made))


def test_a_bomb_takes_little_time() -> None:
    bomb = archive(*((f"{n}", bytes(50 << 20)) for n in range(7)))
    assert len(bomb) < 1 << 20
    began = time.monotonic()
    with pytest.raises(PackageError, match="over 300 MB"):
        read_zip(bomb)
    assert time.monotonic() - began < 10


def test_too_many_files_are_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(package, "MAX_FILES", 3)
    with pytest.raises(PackageError, match="over 3 files"):
        read_zip(archive(*((str(n), b"") for n in range(4))))


def test_an_archive_over_40_mb_is_refused() -> None:
    with pytest.raises(PackageError, match="over 40 MB"):
        read_zip(bytes((40 << 20) + 1))


@pytest.mark.parametrize("garbage", [b"", b"PK", b"not a zip", write_zip(FILES)[:-30]])
def test_what_is_no_archive_is_refused(garbage: bytes) -> None:
    with pytest.raises(PackageError, match="Not a readable ZIP archive"):
        read_zip(garbage)


def test_a_damaged_file_is_refused() -> None:
    made = bytearray(archive(("a.py", b"x" * 1000)))
    made[40] ^= 0xFF
    with pytest.raises(PackageError):
        read_zip(bytes(made))


def test_an_archive_inside_is_just_a_file() -> None:
    inner = archive(("a", b"1"))
    assert read_zip(archive(("inner.zip", inner))) == {"inner.zip": inner}


def test_folders_are_made_of_files_only() -> None:
    assert read_zip(archive(("empty/", b""), ("full/a", b"1"))) == {"full/a": b"1"}


def test_a_store_unpacks_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    found = store.put(FILES)
    folder = store.code(found)
    assert (folder / "lib/é.py").exists()
    before = folder.stat().st_ino
    assert store.put(FILES) == found
    assert folder.stat().st_ino == before
    assert [path.name for path in folder.parent.iterdir()] == [found]


def test_a_store_forgets_what_is_old_and_not_needed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept, gone = store.put({"a": b"1"}), store.put({"a": b"2"})
    store.prune("code", {kept}, time.time() - 60)
    assert store.code(gone).exists()
    store.prune("code", {kept}, time.time() + 60)
    assert store.code(kept).exists() and not store.code(gone).exists()
    store.prune("dependencies", set(), time.time())
