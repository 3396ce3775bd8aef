"""How each figure of an audit may be told: as it is, rounded, bounded, or not at all.

By the record of its counts (:mod:`earlywarn.audit.suppression`). Counts that the record does not hold (at a
further cut, of a missing input, of another list) are looked at family by family: where a part of one group is
small, no group's are told as they are. It changes no figure, and tells nothing of the groups that are hidden.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from earlywarn.audit import measures as m
from earlywarn.audit import rounding as told
from earlywarn.audit.figures import AT_CAPACITY, Figure, Form
from earlywarn.audit.rounding import NOT_SHOWN, Count, Held, Parts, Rate, Shown
from earlywarn.audit.sheets import LACKS, is_presence
from earlywarn.audit.sides import OTHERS as ALL_OTHERS
from earlywarn.audit.subject import AGAINST
from earlywarn.audit.suppression import OTHERS, Suppression
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report.findings import Audited

Pair = tuple[Cell, Cell | None]
"""A group, and the one that it is held against (OTHERS for all others); of a figure of its own the group twice."""

_TOLD = {Form.DIFFERENCE: told.difference_of, Form.RATIO: told.ratio_of}


@dataclass(frozen=True)
class Telling:
    """An audit as it was judged, and what may be told of it."""

    audited: Audited

    def pair(self, cell: Cell, versus: str) -> Pair:
        """Give the groups of a comparison."""
        if versus == ALL_OTHERS:
            return cell, OTHERS
        return cell, self._by_slug.get(versus, EVERYONE) if versus else cell

    def shown(self, figure: Figure) -> Shown:
        """Give the more careful way of the two groups; ABOUT where a part that no record holds is small."""
        known = max(self._known.of(each or EVERYONE, figure.measure) for each in self.pair(figure.cell, figure.versus))
        return max(known, Shown.ABOUT) if _is_outside(figure) and self._is_rough(figure) else known

    def hidden_words(self, figure: Figure) -> str:
        """Say of which size a group of the comparison is that is not shown."""
        pair = self.pair(figure.cell, figure.versus)
        hidden = [each for each in pair if each is not OTHERS and self._known.of(each) is Shown.HIDDEN]
        return self._known.hidden_words(hidden[0]) if hidden else ""

    def words(self, figure: Figure, need: tuple[int, int, int]) -> tuple[str, ...]:
        """Give the students, events and non-events beside a figure in words, beside how many are needed.

        One word for all that is hidden, or that there are fewer than needed: no two of those are told apart.
        """
        bound = told.hidden_below(self._known.minimum)
        return tuple(
            count.words if count.number is not None else f"fewer than {min(bound, least)}"
            for count, least in zip(self.counts(figure), need, strict=True)
        )

    def counts(self, figure: Figure) -> tuple[Count, ...]:
        """Give how the students, events and non-events beside a figure may be told."""
        numbers, pair = (figure.students, figure.events, figure.non_events), self.pair(figure.cell, figure.versus)
        basis = self._known.kinds.figures.get(figure.measure)
        if basis is None or (_is_outside(figure) and figure.measure not in AGAINST):
            exact = [self.shown(figure) is Shown.EXACT] * len(numbers)
        else:
            exact = [self._known.is_exact(pair, kind) for kind in basis.beside]
        held = (Held(*each) for each in zip(numbers, exact, strict=True))
        return tuple(told.count_of(each, self._known.minimum) for each in held)

    def rate(self, figure: Figure, ends: tuple[float, ...] = ()) -> Rate:
        """Give a figure's value, and ends of its intervals (low, high, low, high), where not all is EXACT.

        A share next to none or all is bounded, or not shown: where the gate has judged it, if the count is in truth
        below the minimum; else if it may be.
        """
        pair = self.pair(figure.cell, figure.versus)
        if figure.measure not in self._known.kinds.shares and not figure.measure.startswith(LACKS):
            sides = (self._known.basis(pair[0], each, figure.measure) for each in pair)
            small = any(self._is_small(held, figure) for side in sides for held in side.values())
            return NOT_SHOWN if small else self._known.figure(figure.value, figure.measure, pair, ends)
        return self._share(figure, [self._parts(figure, each) for each in dict.fromkeys(pair)], ends)

    def _share(self, figure: Figure, sides: list[Parts], ends: tuple[float, ...]) -> Rate:
        minimum = self._known.minimum
        if any(self._is_small(held, figure) for parts in sides for held in parts):
            return told.share_of(sides[0], minimum) if figure.form is Form.VALUE else NOT_SHOWN
        if figure.form is Form.VALUE:
            return told.value_of(sides[0], ends) if figure.estimate else told.share_of(sides[0], minimum, ends)
        return _TOLD[figure.form](sides[0], sides[-1], ends)

    def _is_small(self, held: Held, figure: Figure) -> bool:
        """Tell whether a count stands in the way of a value; that a figure was judged tells how much it rests on."""
        if held.exact:
            return False
        if figure.estimate is not None:
            return held.number < self._known.minimum
        return told.count_of(held, self._known.minimum).shown is Shown.HIDDEN

    def _parts(self, figure: Figure, side: Cell | None) -> Parts:
        if not _is_outside(figure):
            return self._known.parts(figure.cell, side, figure.measure)
        part, rest = self._apart(figure, figure.cell if side is OTHERS else side)
        if side is OTHERS:
            every = self._apart(figure, EVERYONE)
            part, rest = every[0] - part, every[1] - rest
        return Held(part, exact=False), Held(part + rest, exact=False), Held(rest, exact=False)

    def _apart(self, figure: Figure, cell: Cell) -> tuple[int, int]:
        held = self._values[figure.measure, figure.cut, cell]
        return held.events, held.non_events

    @property
    def _known(self) -> Suppression:
        return self.audited.suppression

    @cached_property
    def _by_slug(self) -> dict[str, Cell]:
        return {cell.slug: cell for cell in self._known.groups}

    @cached_property
    def _values(self) -> dict[tuple[str, str, Cell], Figure]:
        return {(f.measure, f.cut, f.cell): f for f in self.audited.figures if f.form is Form.VALUE}

    @cached_property
    def _rough(self) -> frozenset[tuple[str, str]]:
        """The families in which a part of a group is small."""
        return frozenset(
            _family(figure)
            for figure in self._values.values()
            if _is_outside(figure) and any(0 <= part < self._known.minimum for part in self._outside(figure))
        )

    def _is_rough(self, figure: Figure) -> bool:
        """Tell whether a family is told about; of everyone it is not where no part of all students is small."""
        if _family(figure) not in self._rough:
            return False
        alone = figure.cell == EVERYONE and figure.form is Form.VALUE
        return not alone or any(part < self._known.minimum for part in self._outside(figure))

    def _outside(self, figure: Figure) -> Iterator[float]:
        """Give the parts of a group that stand behind a figure and in no record; that nobody lacks an input is none."""
        if self._known.of(figure.cell) is Shown.HIDDEN:
            yield from [1.0] * bool(self._known.numbers[self._known.place[figure.cell]].any())
        elif figure.measure in AGAINST:
            found = self._known.parts(figure.cell, figure.cell, m.RECALL.name)[0].number - figure.value * figure.events
            yield from () if math.isnan(found) else (found, figure.events - found)
        else:
            yield from (p for p in (figure.events, figure.non_events) if p or not is_presence(figure.measure))


def _is_outside(figure: Figure) -> bool:
    """Tell whether a figure rests on counts that the record of groups does not hold."""
    return figure.cut != AT_CAPACITY or figure.measure.startswith(LACKS) or figure.measure in AGAINST


def _family(figure: Figure) -> tuple[str, str]:
    """Give what figures add up to each other: those at one cut, of one input, or of one other list."""
    return figure.cut, figure.measure if figure.cut == AT_CAPACITY else ""
