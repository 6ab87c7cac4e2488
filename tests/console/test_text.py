"""Texts of strangers do nothing to who looks at them."""

import csv
import io

import pytest

from console.text import inert, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢", "plain é 漢"),
        ("\x1b[2J\x07", r"\x1b[2J\x07"),
        ("a\r\nb\tc\0", r"a\x0d\x0ab\x09c\x00"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
    ],
)
def test_what_acts_unseen_is_seen(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\uff1d1", "=cmd|' /C calc'!A0"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert inert(text) == f"'{text}"


def test_a_row_of_hostile_cells_is_one_row() -> None:
    cells = ['"', "a\r\n=b", ",;|", "\x1b[31m", "x" * 10_000]
    file = io.StringIO()
    csv.writer(file).writerow(map(inert, cells))
    (row,) = csv.reader(io.StringIO(file.getvalue()))
    assert len(row) == len(cells) and "\x1b" not in file.getvalue()


def test_nothing_and_numbers() -> None:
    assert [inert(value) for value in (None, 0, 1.5, "")] == ["", "0", "1.5", ""]
