"""What the list did and what choices cost, in counts of students and in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass

from earlywarn.groups import EVERYONE
from earlywarn.report import words as w
from earlywarn.report.findings import Reached
from earlywarn.report.reading import Reading
from earlywarn.report.tables import share


@dataclass(frozen=True)
class ListWords:
    """What the list did, in counts of students."""

    missed: int
    found: int
    overlooked: int
    flagged: int
    met: int
    not_scored: int

    @property
    def unknown(self) -> int:
        """Flagged students whose outcome nobody knows."""
        return self.flagged - self.found - self.met


def list_words(reading: Reading) -> ListWords:
    """Count what the list did for all students."""
    recall, precision = reading.figure("recall"), reading.figure("precision")
    return ListWords(
        missed=recall.events + recall.non_events,
        found=recall.events,
        overlooked=recall.non_events,
        flagged=reading.figure("share_flagged").events,
        met=precision.non_events,
        not_scored=reading.counted[EVERYONE].not_scored_missed,
    )


def blindness(reading: Reading, reached: Iterable[Reached]) -> tuple[tuple[str, int], ...]:
    """Give (group, students found more if groups were inputs), from most to fewest; small groups are left out."""
    minimum = reading.discretion.minimum
    held = [line for line in reached if line.missed >= minimum and line.cell.depth == 1]
    moved = [(reading.words(line.cell), line.aware - line.chosen) for line in held]
    return tuple(sorted(moved, key=lambda pair: -pair[1]))


def unknown_differences(reading: Reading) -> tuple[str, ...]:
    """Say for which groups outcomes are unknown more or less often than for their reference, surely."""
    said = []
    for cell in reading.singles:
        gap = reading.gap("unknown_share", cell)
        if gap is None or gap.estimate is None or cell in reading.discretion.hidden:
            continue
        low, high = gap.estimate.interval(0.95)
        if low > 0 or high < 0:
            own = reading.figure("unknown_share", cell)
            said.append(
                f"{reading.words(cell)}: the outcome is unknown for {share(own.estimate).line}, against "
                f"{w.percent(own.value - gap.value)} of {reading.against(gap.versus)}; "
                f"{w.of_hundred(gap.value)} in 100 ({w.span((low, high), w.of_hundred)})"
            )
    return tuple(said)
