"""The data plane stands alone: no Django, no console, no environment."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted((ROOT / "gateway").rglob("*.py"))
FOREIGN = {"console", "django", "environ", "rest_framework", "requests"}


def imported(source: str) -> Iterator[str]:
    """The top-level packages that a module's text imports, wherever it does."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def test_running_the_gateway_loads_neither_django_nor_the_console() -> None:
    code = (
        "import sys, gateway.app, gateway.server, gateway.__main__;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "gateway" in loaded
    assert loaded & FOREIGN == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_gateway_module_imports_the_control_plane(path: Path) -> None:
    assert set(imported(path.read_text())) & FOREIGN == set()


def test_an_import_inside_a_function_is_found_too() -> None:
    code = "def f():\n    import django.conf\n    from console import models\n"
    assert list(imported(code)) == ["django", "console"]
