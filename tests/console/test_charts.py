"""Charts as numbers."""

from datetime import UTC, datetime, timedelta

import pytest

from console.charts import BOTTOM, HEIGHT, TOP, Chart, Series

START = datetime(2026, 1, 1, tzinfo=UTC)


def chart(*values: float | None) -> Chart:
    moments = [START + timedelta(minutes=n) for n in range(len(values))]
    return Chart("Requests", "", moments, [Series("all", list(values))])


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 1), (0.3, 0.5), (1, 1), (7, 10), (11, 20), (420, 500)]
)
def test_the_upper_edge_is_a_round_number(highest: float, top: float) -> None:
    assert chart(highest).top == pytest.approx(top)


def test_values_lie_between_the_edges() -> None:
    (line,) = chart(0, 5, 10).lines
    (points,) = line.pieces
    ys = [float(point.split(",")[1]) for point in points.split()]
    assert ys == [HEIGHT - BOTTOM, (HEIGHT - BOTTOM + TOP) / 2, TOP]


def test_a_gap_ends_a_line() -> None:
    (line,) = chart(1, 2, None, 3).lines
    assert [len(piece.split()) for piece in line.pieces] == [2, 2]


def test_a_value_alone_is_seen() -> None:
    (line,) = chart(None, 3, None).lines
    (left, right) = line.pieces[0].split()
    assert float(right.split(",")[0]) - float(left.split(",")[0]) == 8
    assert left.split(",")[1] == right.split(",")[1]


def test_series_differ_without_colour() -> None:
    both = Chart("Errors", "", [START], [Series("4xx", [1]), Series("5xx", [2])])
    first, second = both.lines
    assert first.dash != second.dash


def test_the_table_leaves_out_moments_without_calls() -> None:
    assert [row for _, row in chart(0, 5, None).rows] == [[5]]


def test_nothing_is_drawn_of_nothing() -> None:
    empty = Chart("Requests", "", [], [Series("all", [])])
    assert empty.rows == [] and empty.lines[0].pieces == [] and empty.marks == []


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        (8, ["0", "2.5", "5", "7.5", "10"]),
        (1800, ["0", "500", "1 k", "1.5 k", "2 k"]),
        (9e6, ["0", "2.5 M", "5 M", "7.5 M", "10 M"]),
    ],
)
def test_numbers_beside_the_lines_are_short(highest: float, labels: list[str]) -> None:
    assert [label for _, label in chart(highest).grid] == labels
