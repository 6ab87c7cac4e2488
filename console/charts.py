"""Line charts as numbers for an SVG: readable without colour, with a table beside.

The template draws what stands here; each series has a dash pattern of its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 640, 180
LEFT, BOTTOM, TOP = 56, 22, 8
_DASHES = ("", "6 3", "2 3", "8 3 2 3")
_TICKS = 4


@dataclass(frozen=True)
class Series:
    """A named line: a value for each moment, None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Line:
    """A series as it is drawn: `points` of its pieces, in SVG coordinates."""

    name: str
    dash: str
    number: int
    pieces: list[str]


@dataclass(frozen=True)
class Chart:
    """A chart with its table. `unit` stands behind the title."""

    title: str
    unit: str
    moments: Sequence[datetime]
    series: Sequence[Series]

    @property
    def top(self) -> float:
        """The value at the upper edge: 1, 2 or 5 times a power of ten."""
        found = [v for one in self.series for v in one.values if v is not None]
        highest = max(found, default=0.0)
        if highest <= 0:
            return 1.0
        power = 10.0 ** math.floor(math.log10(highest))
        return next(step * power for step in (1, 2, 5, 10) if step * power >= highest)

    @property
    def lines(self) -> list[Line]:
        return [
            Line(one.name, _DASHES[n % len(_DASHES)], n, self._pieces(one))
            for n, one in enumerate(self.series)
        ]

    @property
    def grid(self) -> list[tuple[float, str]]:
        """(y, label) of the horizontal lines."""
        steps = [self.top * n / _TICKS for n in range(_TICKS + 1)]
        return [(self._y(step), _short(step)) for step in steps]

    @property
    def marks(self) -> list[tuple[float, datetime]]:
        """(x, moment) of a few moments below the chart."""
        count = len(self.moments)
        places = sorted({0, count // 2, count - 1} & set(range(count)))
        return [(self._x(n), self.moments[n]) for n in places]

    @property
    def rows(self) -> list[tuple[datetime, list[float | None]]]:
        """What the table has: a row for each moment that has any value."""
        columns = zip(*(one.values for one in self.series), strict=True)
        pairs = zip(self.moments, map(list, columns), strict=True)
        return [(moment, row) for moment, row in pairs if any(row)]

    def _x(self, number: int) -> float:
        room = WIDTH - LEFT - 8
        return round(LEFT + room * number / max(len(self.moments) - 1, 1), 1)

    def _y(self, value: float) -> float:
        room = HEIGHT - BOTTOM - TOP
        return round(HEIGHT - BOTTOM - room * value / self.top, 1)

    def _pieces(self, series: Series) -> list[str]:
        """Points of what hangs together; a gap ends a piece."""
        pieces: list[list[tuple[float, float]]] = [[]]
        for number, value in enumerate(series.values):
            if value is None:
                pieces.append([])
            else:
                pieces[-1].append((self._x(number), self._y(value)))
        return [_points(piece) for piece in pieces if piece]


def _short(value: float) -> str:
    """A number in a few characters: 1.5 k, 2 M."""
    for size, sign in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:g}{sign}"
    return f"{value:g}"


def _points(piece: list[tuple[float, float]]) -> str:
    """A piece as SVG has it; a single point as a short line, or nobody would see it."""
    if len(piece) == 1:
        ((x, y),) = piece
        piece = [(x - 4, y), (x + 4, y)]
    return " ".join(f"{x:g},{y:g}" for x, y in piece)
