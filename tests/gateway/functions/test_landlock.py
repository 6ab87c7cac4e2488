import subprocess
import sys
from pathlib import Path

from gateway.functions import landlock

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
from gateway.functions import landlock, libc
readable, writable, other = sys.argv[1:]
libc.check(libc.prctl(38, 1))
landlock.restrict([readable, readable + "/missing"], [writable])

def allowed(path, mode):
    try:
        open(path, mode).close()
    except PermissionError:
        return "no"
    return "yes"

for place in (readable, writable, other):
    print(allowed(place + "/file", "r"), allowed(place + "/file", "a"))
"""


def test_the_host_has_landlock() -> None:
    assert landlock.version() >= 1


def test_only_the_given_paths_stay(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("readable", "writable", "other")]
    for place in places:
        place.mkdir()
        (place / "file").write_text("")
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, places)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert found.stdout.splitlines() == ["yes no", "yes yes", "no no"]
