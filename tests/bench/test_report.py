"""What the benchmark says of what it measured."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import costs, load, report, rounds
from tests.bench.cases import CASES, GRANIAN
from tests.bench.contestants import Contestant
from tests.bench.load import Figures
from tests.bench.peers import AUTH_REQUEST, CADDY, TWO_FACTOR, fill
from tests.bench.rounds import Result

OUTPUT = """
  Latency Distribution
     50%  657.00us
     99%    2.04ms
  94112 requests in 2.00s, 12.39MB read
Requests/sec:  47055.99
"""


@pytest.fixture
def result() -> Result:
    fast, slow = Figures(200.0, 1.0, 2.0, 50.0), Figures(100.0, 2.0, 9.0, 90.0)
    figures = {GRANIAN: [fast, fast, slow], AUTH_REQUEST.name: [slow] * 3}
    return Result(CASES[0], figures, {CADDY.name: "it is not installed"})


def test_a_table_has_medians_and_ratios_of_rounds(result: Result) -> None:
    text = report.table(result)
    assert "200     1.00     2.00      50  1.00 (1.00-1.00)" in text
    assert "100     2.00     9.00      90  0.50 (0.50-1.00)" in text


def test_what_was_not_measured_is_named_with_the_reason(result: Result) -> None:
    assert f"{CADDY.name}: not measured, it is not installed" in report.table(result)
    document = report.document([result])
    assert document["warm"]["not_measured"] == result.missing


def test_goals_are_judged_where_both_sides_were_measured(result: Result) -> None:
    [line] = report.goals([result])
    assert line == f"met      2.00 (>= 1   ) {GRANIAN}: {AUTH_REQUEST.name}"


def test_the_picture_has_a_bar_for_each(result: Result) -> None:
    picture = report.picture(result)
    assert picture.count("<rect") == 2 and picture.index(GRANIAN) > 0


def test_what_wrk_says_is_understood() -> None:
    found = load._figures(OUTPUT, used=2.0)
    assert replace(found, cpu=round(found.cpu, 2)) == Figures(
        47055.99, 0.657, 2.04, 21.25
    )
    with pytest.raises(load.LoadFailed):
        load._figures("", used=2.0)


def test_peers_get_the_values_of_the_run(tmp_path: Path) -> None:
    for name in ("nginx_lua.conf", "envoy.yaml", "serverless/authorize.js"):
        text = fill(tmp_path, name, 1, 2).read_text()
        assert not {w for w in ("@PORT@", "@KEY@", "@FOLDER@") if w in text}
    assert len({peer.name for peer in TWO_FACTOR}) == len(TWO_FACTOR)


def test_a_cost_says_whether_its_goal_was_met() -> None:
    assert str(costs.Cost("x", 2.0, "ms", 1.0)) == "missed x: 2.00 ms (<= 1)"
    assert str(costs.Cost("x", 1.0, "ms", 1.0)) == "met    x: 1.00 ms (<= 1)"


def test_the_gateway_is_checked_before_any_load() -> None:
    """It really starts, and the benchmark's own request passes it, and no other."""
    row = CASES[0].rows[0]
    with row.contestant.run() as running:
        rounds.check(row, running)
        with pytest.raises(load.LoadFailed):
            rounds.check(replace(row, target="/elsewhere"), running)


def test_a_contestant_that_does_not_start_says_what_it_said() -> None:
    broken = Contestant("broken", lambda *_: ["sh", "-c", "echo no such thing; exit 3"])
    with pytest.raises(RuntimeError, match="no such thing"), broken.run():
        pass
