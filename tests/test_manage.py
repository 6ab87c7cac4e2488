"""manage.py before Django: a clone sets itself up, and nothing else is touched.

Each tree holds the real manage.py and a wheelhouse with a tiny distribution named
Django, whose command line prints where it runs: pip and venv are the real ones,
and the network is not needed.
"""

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

MANAGE = Path(__file__).resolve().parents[1] / "manage.py"
# The interpreter that the tests' own virtualenv was made from.
PYTHON = os.path.realpath(sys.executable)
COMMAND_LINE = """
import sys
def execute_from_command_line(argv):
    print(sys.prefix, *argv[1:])
"""
ONE_LINE = "Setting up .venv from requirements.txt (log: .venv/setup.log)\n"

Result = subprocess.CompletedProcess[str]


def add_wheel(tree: Path, name: str, version: str, module: str, code: str) -> None:
    stem = f"{name}-{version}"
    info = f"{stem}.dist-info"
    wheel = tree / "wheelhouse" / f"{stem}-py3-none-any.whl"
    wheel.parent.mkdir(exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(module, code)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", tags)
        archive.writestr(f"{info}/RECORD", "")


def require(tree: Path, version: str) -> None:
    module = "django/core/management.py"
    add_wheel(tree, "Django", version, module, COMMAND_LINE)
    (tree / "requirements.txt").write_text(f"# Run time.\nDjango=={version}\n")


def clone(path: Path) -> Path:
    """A fresh clone of a small project."""
    (path / ".git").mkdir(parents=True)
    shutil.copy(MANAGE, path)
    require(path, "0.1")
    (path / "tests").mkdir()
    (path / "tests" / "requirements.txt").write_text("tester==0.1\n")
    add_wheel(path, "tester", "0.1", "tester.py", "")
    return path


def manage(
    tree: Path, *arguments: str, python: str | Path = PYTHON, **environment: str
) -> Result:
    command = [str(python), str(tree / "manage.py"), *arguments]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SALLYPORT")}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**kept, **environment},
        cwd="/",
        timeout=120,
    )


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A clone, and what its first start gave."""
    tree = clone(tmp_path_factory.mktemp("prepared") / "with space")
    return tree, manage(tree, "serve", "--option", "a b")


@pytest.fixture
def tree(first_start: tuple[Path, Result], tmp_path: Path) -> Path:
    """A tree whose .venv is ready."""
    return shutil.copytree(first_start[0], tmp_path / "project", symlinks=True)


def foreign_venv(path: Path) -> Path:
    command = [PYTHON, "-m", "venv", "--without-pip", str(path)]
    subprocess.run(command, check=True)
    return path / "bin" / "python"


def test_a_fresh_clone_sets_itself_up_in_one_line(
    first_start: tuple[Path, Result],
) -> None:
    tree, result = first_start
    assert result.stdout == f"{tree}/.venv serve --option a b\n"
    assert result.stderr == ONE_LINE
    assert result.returncode == 0


def test_a_second_start_installs_nothing(tree: Path) -> None:
    log = tree / ".venv" / "setup.log"
    log.unlink()
    result = manage(tree, "check")
    assert (result.stdout, result.stderr) == (f"{tree}/.venv check\n", "")
    assert not log.exists()


def test_the_venv_s_own_python_is_as_good(tree: Path) -> None:
    result = manage(tree, "check", python=tree / ".venv" / "bin" / "python")
    assert (result.stdout, result.stderr) == (f"{tree}/.venv check\n", "")


def test_changed_requirements_are_installed(tree: Path) -> None:
    require(tree, "0.2")
    result = manage(tree, "check")
    assert (result.stdout, result.stderr) == (f"{tree}/.venv check\n", ONE_LINE)
    assert manage(tree, "check").stderr == ""


def test_the_tests_have_requirements_of_their_own(tree: Path) -> None:
    result = manage(tree, "test", "-k", "x")
    assert result.stdout == f"{tree}/.venv test -k x\n"
    assert "requirements.txt and tests/requirements.txt" in result.stderr
    assert manage(tree, "test").stderr == ""


def test_a_failed_setup_shows_what_pip_said(tree: Path) -> None:
    (tree / "requirements.txt").write_text("Django==9.9\n")
    result = manage(tree, "check")
    assert result.returncode == 1
    assert "No matching distribution found for Django==9.9" in result.stderr
    assert str(tree / ".venv" / "setup.log") in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_two_first_starts_at_once_both_work(tmp_path: Path) -> None:
    tree = clone(tmp_path / "project")
    command = [PYTHON, str(tree / "manage.py"), "check"]
    starts = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/")
        for _ in range(2)
    ]
    outputs = [start.communicate(timeout=120)[0] for start in starts]
    assert outputs == [f"{tree}/.venv check\n"] * 2


def test_a_venv_whose_python_went_away_is_made_again(tree: Path) -> None:
    python = tree / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert manage(tree, "check").stdout == f"{tree}/.venv check\n"


def test_an_active_venv_is_left_alone(tmp_path: Path) -> None:
    tree = clone(tmp_path / "project")
    result = manage(tree, "serve", python=foreign_venv(tmp_path / "own"))
    assert result.returncode == 1
    assert result.stderr == (
        "Django==0.1 is missing, and nothing is installed here unasked: run "
        "`pip install -r requirements.txt`, or set SALLYPORT_SETUP=1 to have it all "
        "in .venv.\n"
    )
    assert not (tree / ".venv").exists()


def test_an_active_venv_with_all_packages_is_used(tree: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    foreign_venv(own)
    shutil.copytree(tree / ".venv" / "lib", own / "lib", dirs_exist_ok=True)
    result = manage(tree, "check", python=own / "bin" / "python")
    assert (result.stdout, result.stderr) == (f"{own} check\n", "")


def test_from_an_active_venv_setting_up_can_be_asked_for(tmp_path: Path) -> None:
    tree = clone(tmp_path / "project")
    python = foreign_venv(tmp_path / "own")
    result = manage(tree, "check", python=python, SALLYPORT_SETUP="1")
    assert (result.stdout, result.stderr) == (f"{tree}/.venv check\n", ONE_LINE)
    assert not list((tmp_path / "own").rglob("django"))


def test_a_missing_venv_module_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    tree = clone(tmp_path / "project")
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "ensurepip.py").write_text("raise ImportError")
    result = manage(tree, "serve", PYTHONPATH=str(tmp_path / "path"))
    assert result.returncode == 1
    assert "`apt install python3-venv`" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_old_python_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    tree = clone(tmp_path / "project")
    old = (
        "import runpy, sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (x)'; "
        f"runpy.run_path({str(tree / 'manage.py')!r}, run_name='__main__')"
    )
    result = subprocess.run([PYTHON, "-c", old], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == (
        "Sallyport needs Python 3.11 or newer, and this is 3.9.2: start it with a "
        "newer one, e.g. `python3.11 manage.py`.\n"
    )


def test_an_old_python_can_read_the_file() -> None:
    ast.parse(MANAGE.read_text(), feature_version=(3, 6))
