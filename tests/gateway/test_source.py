"""The snapshot file: seen at the next request, never half-written, encrypted."""

import fcntl
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from gateway.errors import ConfigurationMissing
from gateway.snapshot import Credential, Snapshot
from gateway.source import File, Fixed, Followed, await_readers, write

FIRST = Snapshot(credentials=(Credential("c1", "first", "k1", "s3cret"),))
SECOND = Snapshot(credentials=(Credential("c2", "second", "k2", "s3cret"),))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_bytes(Fernet.generate_key() + b"\n")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "snapshot.bin"


def test_a_written_snapshot_is_the_current_one_at_once(
    path: Path, key_file: Path
) -> None:
    write(FIRST, path, key_file)
    source = File(path, key_file)
    assert source.current() == FIRST
    write(SECOND, path, key_file)
    assert source.current() == SECOND


def test_an_unchanged_file_is_not_read_again(path: Path, key_file: Path) -> None:
    write(FIRST, path, key_file)
    source = File(path, key_file)
    assert source.current() is source.current()


def test_before_the_first_snapshot_the_configuration_is_missing(
    path: Path, key_file: Path
) -> None:
    source = File(path, key_file)
    with pytest.raises(ConfigurationMissing):
        source.current()
    write(FIRST, path, key_file)
    assert source.current() == FIRST


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"\0" * 100])
def test_an_unreadable_file_never_replaces_a_good_snapshot(
    path: Path, key_file: Path, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    write(FIRST, path, key_file)
    source = File(path, key_file)
    source.current()
    path.write_bytes(garbage)
    assert source.current() == FIRST
    assert "not a readable snapshot" in caplog.text
    write(SECOND, path, key_file)
    assert source.current() == SECOND


@pytest.mark.parametrize(
    "document",
    [b"[]", b"{}", b'{"groups":[],"functions":[{"x":1}]}', b'{"functions":[1]}'],
)
def test_a_file_of_another_shape_is_a_missing_configuration(
    path: Path, key_file: Path, document: bytes
) -> None:
    path.write_bytes(Fernet(key_file.read_text().strip()).encrypt(document))
    with pytest.raises(ConfigurationMissing):
        File(path, key_file).current()


def test_a_file_under_another_key_is_a_missing_configuration(
    path: Path, key_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_bytes(Fernet.generate_key())
    write(FIRST, path, other)
    with pytest.raises(ConfigurationMissing):
        File(path, key_file).current()


def test_a_file_that_vanishes_leaves_the_last_snapshot(
    path: Path, key_file: Path
) -> None:
    write(FIRST, path, key_file)
    source = File(path, key_file)
    source.current()
    path.unlink()
    assert source.current() == FIRST


@contextmanager
def no_free_files() -> Iterator[None]:
    """Nothing can be opened, as on a gateway with too many connections."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_file_that_could_not_be_opened_is_tried_again(
    path: Path, key_file: Path
) -> None:
    write(FIRST, path, key_file)
    source = File(path, key_file)
    source.current()
    write(SECOND, path, key_file)
    with no_free_files():
        assert source.current() == FIRST
    assert source.current() == SECOND


def test_an_older_key_still_opens_what_it_closed(path: Path, key_file: Path) -> None:
    write(FIRST, path, key_file)
    key_file.write_bytes(Fernet.generate_key() + b"\n" + key_file.read_bytes())
    assert File(path, key_file).current() == FIRST


def test_the_file_is_for_its_owner_only_and_holds_no_clear_text(
    path: Path, key_file: Path
) -> None:
    write(FIRST, path, key_file)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"s3cret" not in path.read_bytes()
    assert [entry.name for entry in path.parent.iterdir() if "new" in entry.name] == []


def test_a_fixed_source_gives_its_snapshot() -> None:
    assert Fixed(FIRST).current() is FIRST


def test_a_server_reads_beside_its_calls_and_says_when(
    path: Path, key_file: Path
) -> None:
    write(FIRST, path, key_file)
    source = Followed(path, key_file)
    assert source.current() == FIRST
    many = tuple(Credential(f"c{n}", "second", f"k{n}", "s") for n in range(1000))
    write(Snapshot(credentials=many), path, key_file)
    # Calls go on with what there is, until it is known to have been read.
    assert source.current().credentials[0].name in ("first", "second")
    assert await_readers(path, 20)
    assert source.current().credentials == many


def test_a_server_may_start_before_there_is_a_snapshot(
    path: Path, key_file: Path
) -> None:
    source = Followed(path, key_file)
    with pytest.raises(ConfigurationMissing):
        source.current()
    write(FIRST, path, key_file)
    assert await_readers(path, 20)
    assert source.current() == FIRST


def test_nobody_waits_for_a_server_that_has_ended(path: Path, key_file: Path) -> None:
    folder = path.with_name("snapshot.bin.readers")
    folder.mkdir()
    (folder / "123").write_bytes(b"left behind")
    write(FIRST, path, key_file)
    assert await_readers(path, 0)
    assert list(folder.iterdir()) == []


def test_a_server_that_does_not_read_is_waited_for_only_so_long(
    path: Path, key_file: Path
) -> None:
    folder = path.with_name("snapshot.bin.readers")
    folder.mkdir()
    write(FIRST, path, key_file)
    with open(folder / "123", "w") as teller:
        fcntl.flock(teller, fcntl.LOCK_EX)
        assert not await_readers(path, 0.05)
