"""The two pictures of equality and equity, from a district's own numbers: one line for all, and what stands under it.

Each column is some schools, per 100 of their scored students: those expected to meet the standard without support, on
top of them those who would miss it and hold a seat, and the gap that is left under the line. The line is the standard,
at the same height in every picture. Positions here, ink in ``templates/allocation.svg.j2``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from earlywarn.allocate.allocated import Allocated
from earlywarn.allocate.sums import SchoolLine, Told
from earlywarn.report import words as w

MOST_SCHOOLS, FIFTHS = 6, 5
"""More schools than these are taken together in fifths, from the fewest expected to miss to the most."""

HEIGHT, TOP, LEFT, BAR, STEP, LINE = 220.0, 34.0, 6.0, 48.0, 64.0, 16.0


@dataclass(frozen=True)
class Column:
    """Some schools of one picture; the parts count per 100 students, y and heights are of the drawing."""

    words: str
    meets: float
    reached: float
    seats: float
    x: float
    y_reached: float
    y_meets: float

    @property
    def without(self) -> float:
        """Expected to miss the standard and without a seat, of 100."""
        return 100 - self.meets - self.reached

    @property
    def has_room(self) -> bool:
        """Whether two numbers stand above the filled part without touching."""
        return self.y_reached - TOP >= 2 * LINE

    @property
    def told(self) -> str:
        """The column for those who do not see it."""
        return (
            f"{self.words}: of 100 students {self.meets:.0f} expected to meet the standard without support, "
            f"{self.reached:.0f} to miss it and given one of {self.seats:.1f} seats, {self.without:.0f} without a seat"
        )


@dataclass(frozen=True)
class Picture:
    """One policy."""

    title: str
    columns: tuple[Column, ...]

    @property
    def width(self) -> float:
        """Of the drawing."""
        return 2 * LEFT + STEP * len(self.columns)

    @property
    def told(self) -> str:
        """The picture in words, its text alternative."""
        return f"{self.title}. The standard is one line for all. {'; '.join(c.told for c in self.columns)}."


def pictures(allocated: Allocated) -> tuple[Picture, ...]:
    """Draw the policy that shares equally, if there is one, and by need beside it."""
    kept = [*([allocated.equal] if allocated.equal else []), allocated.by_need]
    return tuple(_picture(told, _parts(allocated.by_need)) for told in kept)


Part = tuple[str, frozenset[str]]


def _parts(by_need: Told) -> tuple[Part, ...]:
    """Take schools together by how many of their students are expected to miss."""
    ordered = sorted(by_need.schools, key=lambda line: (line.expected / line.students, line.school))
    if len(ordered) <= MOST_SCHOOLS:
        return tuple((line.school, frozenset({line.school})) for line in ordered)
    ends = [round(part * len(ordered) / FIFTHS) for part in range(FIFTHS + 1)]
    names = ("least need", "2nd fifth", "3rd fifth", "4th fifth", "most need")
    spans = zip(names, ends, ends[1:], strict=False)
    return tuple((name, frozenset(line.school for line in ordered[start:end])) for name, start, end in spans)


def _picture(told: Told, parts: Sequence[Part]) -> Picture:
    columns = (_column(place, words, [line for line in told.schools if line.school in held]) for place, (words, held) in
               enumerate(parts))  # fmt: skip
    return Picture(w.capital(told.shared.policy.name), tuple(columns))


def _column(place: int, words: str, lines: Sequence[SchoolLine]) -> Column:
    students = sum(line.students for line in lines)
    meets, reached, seats = (
        100 * part / students
        for part in (
            students - sum(line.expected for line in lines),
            sum(line.reached.value for line in lines),
            sum(line.seats for line in lines),
        )
    )
    y_meets = TOP + HEIGHT * (1 - meets / 100)
    return Column(
        words=words,
        meets=round(meets, 1),
        reached=round(reached, 1),
        seats=round(seats, 1),
        x=LEFT + STEP * place + (STEP - BAR) / 2,
        y_reached=round(y_meets - HEIGHT * reached / 100, 1),
        y_meets=round(y_meets, 1),
    )
