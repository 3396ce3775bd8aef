"""The sums that a split of gaps needs: points of every part by group, outcome and bin of points, block by block.

No array of all students by all inputs is ever made. It refuses to fold what is missing into what is
known of an input: each input has a known part, and a missing part where its points for missing are not 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from earlywarn.audit.lines import Side
from earlywarn.capacity import Listed
from earlywarn.columns import Coded, Floats, Ints
from earlywarn.groups import Cell
from earlywarn.histograms import Scored
from earlywarn.inputs import Values
from earlywarn.intervals import sum_by
from earlywarn.scorecard.points import point_blocks, total_points
from earlywarn.scorecard.table import Scorecard

OUTCOMES = 3
BLOCK = 32_768
"""Students at a time: 80 parts of them take 21 MB."""

BINS = 200
LEAST_IN_BIN = 20


@dataclass(frozen=True)
class Parts:
    """The columns of a split: every input where known, then inputs where missing, as places in the scorecard."""

    known: Ints
    missing: Ints

    @classmethod
    def of(cls, card: Scorecard) -> "Parts":
        """Give the parts of a scorecard; an input without points for missing has typical points, 0, there."""
        lacking = [place for place, table in enumerate(card.tables) if table.missing]
        return cls(np.arange(len(card.tables)), np.array(lacking, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.known) + len(self.missing)


@dataclass(frozen=True)
class Binned:
    """Students by bin of points.

    Attributes
    ----------
    points
        Without the intercept, shape (n,).
    place
        Each student's bin, shape (n,); no bin is empty.
    flagged
        The share flagged of all students with such points, shape (bins,).
    surplus
        A student's flag, or chance of one, less that share, shape (n,); 0 where the list goes by the points.
    """

    points: Floats
    place: Ints
    flagged: Floats
    surplus: Floats


@dataclass(frozen=True)
class Those:
    """The students of some cells (places in a tally) and outcomes."""

    cells: Ints
    outcomes: Ints

    def of(self, sums: Floats) -> Floats:
        """Add up sums whose first axes are cells and outcomes."""
        return np.asarray(sums[np.ix_(self.cells, self.outcomes)].sum(axis=(0, 1)))


@dataclass(frozen=True)
class Tally:
    """The sums of one attribute.

    Attributes
    ----------
    group
        Each student's cell and outcome as one number, shape (n,).
    students
        Shape (cells, outcomes, bins).
    points
        Shape (cells, outcomes, bins, parts).
    surplus
        Shape (cells, outcomes).
    schools
        Students by school, shape (cells, outcomes, schools).
    """

    cells: tuple[Cell, ...]
    group: Ints
    students: Floats
    points: Floats
    surplus: Floats
    schools: Floats

    def side(self, those: Those) -> Side:
        """Give some students as one side of a comparison."""
        return Side(those.of(self.students), those.of(self.points), float(those.of(self.surplus)))


def bins_for(students: int) -> int:
    """Give how many bins so many students fill; parts then lie within a tenth of a student in 100 of all pairs'."""
    return max(min(BINS, students // LEAST_IN_BIN), 1)


def binned(card: Scorecard, values: Values, listed: Listed, bins: int) -> Binned:
    """Put students into bins of points of about equal size, parted at the cut, those tied there by themselves.

    The share flagged never falls as points rise: where a list does otherwise, bins are pooled (isotonic
    regression) and the rest is surplus.
    """
    points = total_points(card, values)  # to the bit as the list has them
    place = np.searchsorted(_edges(points, listed, bins), points, side="right")
    place = (np.cumsum(np.bincount(place) > 0) - 1)[place]
    students, seats = np.bincount(place), np.bincount(place, weights=listed.chance)
    flagged = np.asarray(isotonic_regression(seats / students, weights=students).x)
    return Binned(points - card.intercept, place, flagged, listed.chance - flagged[place])


def tallies(card: Scorecard, values: Values, scored: Scored, held: Binned) -> tuple[Tally, ...]:
    """Add up every single attribute. Groups only sort the students: points are the scorecard's."""
    made = [_tally(scored, held, cells, local, len(Parts.of(card))) for cells, local in _single(scored)]
    for rows, points in part_blocks(card, values, np.arange(len(held.place))):
        for tally in made:
            sums, place = tally.points.reshape(-1, len(points)), tally.group[rows] * len(held.flagged)
            place += held.place[rows]
            for part, each in enumerate(points):
                sums[:, part] += np.bincount(place, weights=each, minlength=len(sums))
    return tuple(made)


def part_blocks(card: Scorecard, values: Values, order: Ints) -> Iterator[tuple[Ints, Floats]]:
    """Give students in a stated order, block by block: their rows, and the points of each part, (parts, rows)."""
    parts = Parts.of(card)
    for start in range(0, len(order), BLOCK):
        rows = order[start : start + BLOCK]
        taken = {name: each.take(rows) if isinstance(each, Coded) else each[rows] for name, each in values.items()}
        whole = np.empty((len(parts), len(rows)))
        for within, points, gone in point_blocks(card, taken):
            whole[: len(points), within] = np.where(gone, 0.0, points)
            whole[len(points) :, within] = np.where(gone, points, 0.0)[parts.missing]
        yield rows, whole


def _edges(points: Floats, listed: Listed, bins: int) -> Floats:
    """Give inner edges: quantiles, around the students tied at the cut, and around those next to it."""
    quantiles = np.quantile(points, np.arange(1, bins) / bins)
    near = points[listed.near()]
    starts = points[listed.chance > 0].min(initial=np.inf), near.min(initial=np.inf)
    ends = points[listed.chance < 1].max(initial=-np.inf), near.max(initial=-np.inf)
    return np.unique([*quantiles, *starts, *np.nextafter(ends, np.inf)])


def _single(scored: Scored) -> Iterator[tuple[tuple[Cell, ...], Ints]]:
    """Give the cells of each single attribute, and each student's place among them."""
    every = scored.groups.cells
    for codes in scored.groups.codes:
        attributes = every[codes[0]].attributes
        if len(attributes) == 1:
            places = [place for place, cell in enumerate(every) if cell.attributes == attributes]
            yield tuple(every[place] for place in places), np.searchsorted(places, codes)


def _tally(scored: Scored, held: Binned, cells: tuple[Cell, ...], local: Ints, parts: int) -> Tally:
    bins, schools = len(held.flagged), len(scored.school.names)
    group, shape = local * OUTCOMES + scored.outcome, (len(cells), OUTCOMES)
    return Tally(
        cells=cells,
        group=group,
        students=_sum(group * bins + held.place, None, (*shape, bins)),
        points=np.zeros((*shape, bins, parts)),
        surplus=_sum(group, held.surplus, shape),
        schools=_sum(group * schools + scored.school.codes, None, (*shape, schools)),
    )


def _sum(place: Ints, weight: Floats | None, shape: tuple[int, ...]) -> Floats:
    return sum_by(place, weight, int(np.prod(shape))).reshape(shape)
