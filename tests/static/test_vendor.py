"""Vendored files are the ones that were reviewed."""

import hashlib
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"


def listed() -> dict[str, str]:
    """Hex SHA-256 by path, from the checksum list."""
    lines = (VENDOR / "CHECKSUMS").read_text().splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def test_every_vendored_file_is_listed() -> None:
    there = {
        str(path.relative_to(VENDOR))
        for path in VENDOR.rglob("*")
        if path.is_file() and path.parent != VENDOR
    }
    assert there == set(listed())


def test_no_vendored_file_was_changed() -> None:
    now = {
        path: hashlib.sha256((VENDOR / path).read_bytes()).hexdigest()
        for path in listed()
    }
    assert now == listed()
