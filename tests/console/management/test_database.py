"""Commands that need the console's database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


@pytest.mark.parametrize("command", [["demo", "--json"], ["accesskey", "admin"]])
def test_without_a_database_the_remedy_is_said(
    command: list[str], tmp_path: Path
) -> None:
    kept = {n: v for n, v in os.environ.items() if n != "DATABASE_URL"}
    fresh = {
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "SALLYPORT_DATA_DIR": str(tmp_path),
    }
    result = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=kept | fresh,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert "no such table" in result.stderr and "manage.py serve" in result.stderr
    assert "Traceback" not in result.stderr
