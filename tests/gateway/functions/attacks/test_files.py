"""The host's files, another function's, and its own code."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.packages import STORE, put

Attempt = Callable[..., dict[str, Any]]


def is_the_gateways_user(level: str) -> bool:
    """Whether a function has no user of its own, and nothing else in its way."""
    return os.geteuid() != 0 and level == "limits"


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/etc/shadow", "/root/.bashrc", "/proc/1/cmdline", "/proc/version"],
)
def test_it_cannot_read_the_hosts_files(
    attempt: Attempt, strong: str, path: str
) -> None:
    assert "refused" in attempt(strong, f"open({path!r}).read()")


@pytest.mark.parametrize("name", ["environ", "mem", "maps", "cmdline", "fd/0"])
def test_it_cannot_look_into_the_gateway(
    attempt: Attempt, strong: str, name: str
) -> None:
    expression = f"open('/proc/%d/{name}' % event, 'rb').read(1)"
    assert "refused" in attempt(strong, expression, os.getpid())


def test_even_limits_keep_the_gateways_memory(attempt: Attempt, level: str) -> None:
    if is_the_gateways_user(level):
        return
    expression = "open('/proc/%d/mem' % event, 'r+b')"
    assert "refused" in attempt(level, expression, os.getpid())


@pytest.mark.parametrize(
    "kind", ["keys/fields.key", "db.sqlite3", "snapshot.bin", "packages/code/other"]
)
def test_it_cannot_read_the_data_directory(
    attempt: Attempt, strong: str, tmp_path: Path, kind: str
) -> None:
    secret = tmp_path / kind
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("secret")
    for expression in ("open(event).read()", "os.listdir(os.path.dirname(event))"):
        assert "refused" in attempt(strong, expression, str(secret))


def test_it_cannot_read_another_functions_code(attempt: Attempt, strong: str) -> None:
    other = STORE.code(put("SECRET = 1"))
    assert "refused" in attempt(strong, "open(event).read()", str(other / "index.py"))
    assert "refused" in attempt(strong, "os.listdir(event)", str(other.parent))


def test_it_cannot_read_another_childs_files(
    attempt: Attempt, pools: Callable[..., Any], strong: str
) -> None:
    code = "import os\ndef handler(e, c):\n  open('a', 'w').write('x')\n"
    theirs = pools(strong, code + "  return os.path.abspath('a')", None)
    path = json.loads(f'"{theirs.result}"')
    mine = attempt(strong, "[open(event).read(), os.getpid()]", path)
    # Inside bubblewrap that path is its own, and empty.
    assert "refused" in mine


@pytest.mark.parametrize(
    "change",
    [
        "open(event, 'w')",
        "open(event, 'a')",
        "os.unlink(event)",
        "os.rename(event, 'mine')",
        "os.rename(__file__, event)",
        "os.link(event, 'mine')",
        "os.truncate(event, 0)",
        "os.chmod(event, 0o777)",
        "os.chown(event, 0, 0)",
        "os.mkdir(event + '.d')",
        "os.symlink('/', event + '.l')",
        "os.mknod(event + '.n')",
    ],
)
def test_it_changes_no_file_outside_at_any_level(
    attempt: Attempt, level: str, tmp_path: Path, change: str
) -> None:
    if is_the_gateways_user(level):
        return
    target = tmp_path / "file"
    target.write_text("kept")
    assert "refused" in attempt(level, change, str(target))
    assert target.read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_it_cannot_change_its_own_code(attempt: Attempt, level: str) -> None:
    if is_the_gateways_user(level):
        return
    assert "refused" in attempt(level, "open(__file__, 'a')")
    assert "refused" in attempt(level, "os.unlink(__file__)")


def test_it_cannot_get_out_through_a_link(attempt: Attempt, strong: str) -> None:
    expression = "[os.symlink('/etc/passwd', 'way'), open('way').read()]"
    assert "refused" in attempt(strong, expression, alone=True)


def test_it_cannot_reopen_a_path_descriptor(attempt: Attempt, strong: str) -> None:
    expression = "open('/proc/self/fd/%d' % os.open('/', os.O_PATH)).read()"
    assert "refused" in attempt(strong, expression)


@pytest.mark.parametrize("device", ["/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/ptmx"])
def test_it_cannot_open_devices(attempt: Attempt, strong: str, device: str) -> None:
    assert "refused" in attempt(strong, f"open({device!r}, 'rb').read(1)")


def test_it_cannot_leave_files_in_shared_places(attempt: Attempt, strong: str) -> None:
    for place in ("/dev/shm/left", "/var/tmp/left", "/run/left"):
        assert "refused" in attempt(strong, f"open({place!r}, 'w')")
        assert not Path(place).exists()
