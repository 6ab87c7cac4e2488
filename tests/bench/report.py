"""What was found: a table and goals as text, everything as JSON, a picture."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from tests.bench.cases import GOALS, Goal
from tests.bench.rounds import Result

_BAR, _LINE, _LEFT, _WIDTH = 18, 28, 330, 760


def table(result: Result) -> str:
    """Medians of the rounds; ratios are taken within each round."""
    lines = [
        result.case.title,
        f"  {'':56}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>8}  ratio (range)",
    ]
    for name, rounds in result.figures.items():
        values = [median(rounds, figure) for figure in ("rate", "p50", "p99", "cpu")]
        found = ratios(result, name)
        lines.append(
            f"  {name:56}{values[0]:9,.0f}{values[1]:9.2f}{values[2]:9.2f}"
            f"{values[3]:8.0f}  {statistics.median(found):.2f} "
            f"({min(found):.2f}-{max(found):.2f})"
        )
    lines += [f"  {name}: not measured, {why}" for name, why in result.missing.items()]
    return "\n".join(lines)


def median(rounds: Sequence[Any], figure: str) -> float:
    return statistics.median(getattr(one, figure) for one in rounds)


def ratios(
    result: Result, name: str, reference: str = "", figure: str = "rate"
) -> list[float]:
    """Of a row's figure to that of the reference, in each round."""
    against = result.figures[reference or next(iter(result.figures))]
    pairs = zip(result.figures[name], against, strict=True)
    return [getattr(row, figure) / getattr(base, figure) for row, base in pairs]


def goals(results: Sequence[Result]) -> Iterator[str]:
    """A line for each goal whose rows were measured."""
    by_name = {result.case.name: result for result in results}
    for goal in GOALS:
        result = by_name.get(goal.case)
        if result is None or goal.row not in result.figures:
            continue
        if goal.reference and goal.reference not in result.figures:
            continue
        found = _reached(goal, result)
        met = "met   " if goal.least <= found <= goal.most else "missed"
        wanted = f">= {goal.least:g}" if goal.least else f"<= {goal.most:.3g}"
        what = goal.reference or f"{goal.figure} / {goal.against}"
        if goal.reference and goal.figure != "rate":
            what += f" ({goal.figure})"
        yield f"{met} {found:6.2f} ({wanted:7}) {goal.row}: {what}"


def _reached(goal: Goal, result: Result) -> float:
    if goal.reference:
        found = ratios(result, goal.row, goal.reference, goal.figure)
        return statistics.median(found)
    rounds = result.figures[goal.row]
    return median(rounds, goal.figure) / median(rounds, goal.against)


def document(results: Sequence[Result]) -> dict[str, Any]:
    """Everything that was measured, round by round."""
    return {
        result.case.name: {
            "title": result.case.title,
            "rows": {
                name: [asdict(one) for one in rounds]
                for name, rounds in result.figures.items()
            },
            "not_measured": result.missing,
        }
        for result in results
    }


def picture(result: Result) -> str:
    """Bars of the rates of a case, as SVG for a light or a dark page."""
    rates = {name: median(rounds, "rate") for name, rounds in result.figures.items()}
    order = sorted(rates, key=lambda name: -rates[name])
    height = _LINE * len(order) + 44
    scale = (_WIDTH - _LEFT - 70) / max(rates.values())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'role="img" font-family="system-ui, sans-serif" font-size="13">',
        "<style>text{fill:#1f2328}.o{fill:#0a6640}.p{fill:#8c959f}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.o{fill:#3fb37f}"
        ".p{fill:#6e7681}}</style>",
        f"<title>{escape(result.case.title)}</title>",
        f'<text x="0" y="18" font-weight="600">{escape(result.case.title)}: '
        "requests per second</text>",
    ]
    for place, name in enumerate(order):
        top, width = 36 + place * _LINE, max(rates[name] * scale, 1)
        kind = "o" if name.startswith("Sallyport") else "p"
        lines += [
            f'<text x="{_LEFT - 8}" y="{top + 13}" text-anchor="end">'
            f"{escape(name)}</text>",
            f'<rect class="{kind}" x="{_LEFT}" y="{top}" width="{width:.0f}" '
            f'height="{_BAR}" rx="2"/>',
            f'<text x="{_LEFT + width + 6:.0f}" y="{top + 13}">'
            f"{rates[name]:,.0f}</text>",
        ]
    return "\n".join([*lines, "</svg>", ""])
