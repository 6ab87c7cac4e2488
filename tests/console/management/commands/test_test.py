"""manage.py test is pytest, told where the project is."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def manage_test(
    *arguments: str, cwd: Path, path: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "manage.py"), "test", *arguments]
    environment = {**os.environ, "PATH": path}
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=environment
    )


def test_every_argument_goes_to_pytest_from_anywhere(tmp_path: Path) -> None:
    chosen = ["tests/test_manage.py", "-k", "can_read", "--collect-only", "-q"]
    result = manage_test(*chosen, cwd=tmp_path, path=os.environ["PATH"])
    assert result.returncode == 0
    assert "test_an_old_python_can_read_the_file" in result.stdout


def test_the_verdict_is_pytest_s(tmp_path: Path) -> None:
    result = manage_test("tests/no_such.py", cwd=tmp_path, path=os.environ["PATH"])
    assert result.returncode == 4


def test_a_missing_chromium_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    result = manage_test("--version", cwd=tmp_path, path=str(tmp_path))
    assert "`apt install chromium`" in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout.startswith("pytest ")
