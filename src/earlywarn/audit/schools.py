"""How each school sways a split: every part of every gap without one school each.

One pass over the students serves all gaps. It refuses to split anew for each school, which would cost
schools times bins squared: a part without a school is taken as linear in what that school brings (Jaeckel
1972, The Infinitesimal Jackknife, Bell Laboratories MM 72-1215-11), over the side without it. The sum of
the parts is then the gap without the school, as the audit's own jackknife has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from earlywarn.audit.lines import Lines, Side, lines
from earlywarn.audit.tallies import Binned, Tally, Those, part_blocks
from earlywarn.columns import Floats
from earlywarn.histograms import Scored
from earlywarn.inputs import Values
from earlywarn.intervals import sum_by
from earlywarn.scorecard.table import Scorecard

ONE, OTHER = 0, 1
SIGNS = (1.0, -1.0)


@dataclass(frozen=True)
class Contrast:
    """Two sides of one attribute; what holds for either stands in pairs.

    Attributes
    ----------
    lines
        The split of the first less the second, and of the second less the first.
    """

    tally: Tally
    those: tuple[Those, Those]
    sides: tuple[Side, Side]
    lines: tuple[Lines, Lines]

    @property
    def value(self) -> Floats:
        """Each part of the first side less the second, shape (parts + 1,), the last the cut's."""
        return self.lines[ONE].value

    def per_student(self, side: int) -> Floats:
        """Give 1 / students of a side without each school, NaN where nobody is left, shape (schools,)."""
        by_school = self.those[side].of(self.tally.schools)
        left = by_school.sum() - by_school
        return np.asarray(np.divide(1.0, left, out=np.full_like(left, np.nan), where=left > 0))


def contrast(tally: Tally, one: Those, other: Those, flagged: Floats) -> Contrast:
    """Split the difference in flags between some students and others; ``flagged`` is F by bin."""
    first, second = tally.side(one), tally.side(other)
    both = lines(first, second, flagged), lines(second, first, flagged)
    return Contrast(tally, (one, other), (first, second), both)


def without_each_school(
    contrasts: Sequence[Contrast], card: Scorecard, values: Values, scored: Scored, held: Binned
) -> list[Floats]:
    """Give every part of each contrast without one school each.

    The list's cut moves with the school, as in :meth:`earlywarn.histograms.Sums.knowing_the_cut`.

    Returns
    -------
    list of ndarray of shape (schools, parts + 1)
        Only schools with students; infinite where a school holds all of a side.
    """
    batches = [_batch(tally, contrasts) for tally in {id(each.tally): each.tally for each in contrasts}.values()]
    _add_points(batches, card, values, scored, held)
    seats, luck = _moved(scored, held)
    found = {
        id(each): each.value - _swayed(each, by_points, scored, held) + _shifted(each, seats, luck)
        for batch in batches
        for each, by_points in zip(batch.contrasts, np.moveaxis(batch.swayed, 1, 0), strict=True)
    }
    present = np.bincount(scored.school.codes, minlength=len(scored.school.names)) > 0
    return [np.nan_to_num(found[id(each)][present], nan=np.inf) for each in contrasts]


@dataclass(frozen=True)
class _Batch:
    """The contrasts of one attribute, and what the points of each school do to them.

    Attributes
    ----------
    own
        The weight of a student's points, by side, by cell, outcome and bin as one, and by contrast.
    per_student
        Shape (sides, schools, contrasts).
    swayed
        Shape (schools, contrasts, parts), added up block by block.
    """

    contrasts: tuple[Contrast, ...]
    own: Floats
    per_student: Floats
    swayed: Floats


def _batch(tally: Tally, contrasts: Sequence[Contrast]) -> _Batch:
    chosen = tuple(each for each in contrasts if each.tally is tally)
    own = np.zeros((2, *tally.students.shape, len(chosen)))
    for place, each in enumerate(chosen):
        for side, sign in enumerate(SIGNS):
            where = np.ix_(each.those[side].cells, each.those[side].outcomes)
            own[side, ..., place][where] = sign * each.lines[side].own
    return _Batch(
        contrasts=chosen,
        own=own.reshape(2, -1, len(chosen)),
        per_student=np.array([[each.per_student(side) for each in chosen] for side in (ONE, OTHER)]).swapaxes(1, 2),
        swayed=np.zeros((tally.schools.shape[-1], len(chosen), tally.points.shape[-1])),
    )


def _add_points(batches: Sequence[_Batch], card: Scorecard, values: Values, scored: Scored, held: Binned) -> None:
    """Go through the students school by school."""
    order = np.argsort(scored.school.codes, kind="stable")
    for rows, points in part_blocks(card, values, order):
        codes, bins = scored.school.codes[rows], held.place[rows]
        places = [batch.contrasts[0].tally.group[rows] * len(held.flagged) + bins for batch in batches]
        for start, end in pairwise([*np.flatnonzero(np.diff(codes, prepend=-1)), len(rows)]):
            school, here = codes[start], slice(start, end)
            for batch, place in zip(batches, places, strict=True):
                weight = batch.own[ONE][place[here]] * batch.per_student[ONE, school]
                weight += batch.own[OTHER][place[here]] * batch.per_student[OTHER, school]
                batch.swayed[school] += weight.T @ points[:, here].T


def _swayed(each: Contrast, by_points: Floats, scored: Scored, held: Binned) -> Floats:
    """Add to what the points of each school sway what its students and their flags do."""
    total = np.column_stack([by_points, np.zeros(len(by_points))])
    for side, sign in enumerate(SIGNS):
        students, points, surplus = _by_school(each, side, scored, held)
        sways = students @ each.lines[side].base + points @ each.lines[side].level
        sways[:, -1] += surplus
        total += sign * each.per_student(side)[:, None] * sways
    return total


def _by_school(each: Contrast, side: int, scored: Scored, held: Binned) -> tuple[Floats, Floats, Floats]:
    """Sum the students and points of a side by school and bin, and flags beyond F by school."""
    schools, bins = len(scored.school.names), len(held.flagged)
    chosen = np.zeros(each.tally.surplus.shape, dtype=bool)
    chosen[np.ix_(each.those[side].cells, each.those[side].outcomes)] = True
    rows = np.flatnonzero(chosen.reshape(-1)[each.tally.group])
    school = scored.school.codes[rows].astype(np.int64)
    place = school * bins + held.place[rows]
    return (
        sum_by(place, None, schools * bins).reshape(schools, bins),
        sum_by(place, held.points[rows], schools * bins).reshape(schools, bins),
        sum_by(school, held.surplus[rows], schools),
    )


def _moved(scored: Scored, held: Binned) -> tuple[Floats, Floats]:
    """Give by how much F of each bin moves without each school.

    Returns
    -------
    two ndarrays of shape (schools, bins)
        As the cut moves, and flags with it: the seats of a school beyond its share go to the students next
        to the cut. And as F is estimated anew, flags as they are: nothing, where the list goes by the points.
    """
    schools, bins = len(scored.school.names), len(held.flagged)
    school, beside = scored.school.codes.astype(np.int64), scored.listed.near()
    seats, students = (sum_by(school, weights, schools) for weights in (scored.listed.chance, None))
    excess = seats - seats.sum() / students.sum() * students
    in_bin = sum_by(held.place, None, bins)
    near = sum_by(held.place[beside], None, bins) / max(int(beside.sum()), 1) / in_bin
    pool = np.cumsum(np.diff(held.flagged, prepend=held.flagged[:1]) != 0)
    surplus = sum_by(school * bins + pool[held.place], held.surplus, schools * bins).reshape(schools, bins)
    return np.outer(excess, near), -(surplus / np.maximum(sum_by(pool, in_bin, bins), 1.0))[:, pool]


def _shifted(each: Contrast, seats: Floats, luck: Floats) -> Floats:
    """Give what a moved F does to each part; where flags stay, the cut's takes back what the inputs gain."""
    total = np.zeros((len(seats), len(each.value)))
    for side, sign in enumerate(SIGNS):
        per_side, moved = each.sides[side].size * each.per_student(side), each.lines[side].moved
        gained = luck @ moved[:, :-1]
        total += sign * per_side[:, None] * (seats @ moved + np.column_stack([gained, -gained.sum(axis=1)]))
    return total
