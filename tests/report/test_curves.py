"""The points of inputs as drawings: pieces, steps, categories, missing."""

import pytest

from earlywarn.report.curves import points_figures, reliability
from earlywarn.report.findings import Findings
from earlywarn.scorecard.table import Kind, PointsTable, Scorecard


@pytest.fixture
def card(findings: Findings) -> Scorecard:
    return findings.card


def test_all_inputs_share_one_scale_of_points(card: Scorecard) -> None:
    lines = [plot for plot in points_figures(card.tables) if not plot.bars]
    assert len({plot.frame.y for plot in lines}) == 1


def test_pieces_go_through_their_points_and_a_missing_value_has_its_own(card: Scorecard) -> None:
    plot = points_figures(card.tables)[0]
    table = card.tables[0]
    assert plot.path == tuple(plot.frame.at(float(x), y) for x, y in zip(table.values, table.points, strict=True))
    assert plot.missing is not None
    assert plot.missing.words == "+0.40"
    assert "missing: +0.40" in plot.told


def test_steps_are_level_between_edges_and_go_on_beyond_them(card: Scorecard) -> None:
    plot = points_figures(card.tables)[1]
    heights = [y for _, y in plot.path]
    assert heights[0::2] == heights[1::2]
    assert len(heights) == 2 * len(card.tables[1].points)
    assert plot.path[0][0] < plot.path[1][0]
    assert plot.missing is None


def test_categories_are_bars_and_less_is_hollow(card: Scorecard) -> None:
    plot = points_figures(card.tables)[2]
    assert [bar.points for bar in plot.bars] == ["+0.10", "\u22120.20", "0.00"]
    assert [bar.less for bar in plot.bars] == [False, True, False]
    assert plot.bars[-1].words == "not recorded"


@pytest.mark.parametrize(("values", "points"), (((), (0.2,)), ((3.0,), (0.2, 0.4))))
def test_an_input_of_one_or_two_steps_is_drawn(
    card: Scorecard, values: tuple[float, ...], points: tuple[float, ...]
) -> None:
    table = PointsTable(card.tables[1].spec, Kind.STEPS, values, points, None, 3.0)
    (plot,) = points_figures([table])
    assert len(plot.path) == 2 * len(points)


def test_reliability_puts_each_bin_where_it_was_found(findings: Findings) -> None:
    bins = findings.chosen.test.reliability
    plot = reliability(bins)
    assert len(plot.dots) == len(bins)
    for dot, one in zip(plot.dots, bins, strict=True):
        assert one.missed is not None
        assert (dot.x, dot.y) == plot.frame.at(one.risk, one.missed.value)
        assert dot.low > dot.y > dot.high  # the drawing's y grows downwards
