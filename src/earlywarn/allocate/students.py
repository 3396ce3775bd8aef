"""Who can be given a seat: the scored students of a run with risk, reasons, school and grade. It holds no group."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from earlywarn import arrow
from earlywarn.allocate.problem import in_units
from earlywarn.allocate.supports import Known, Support
from earlywarn.columns import Bools, Coded, Floats, Ints, Status
from earlywarn.scorecard.table import LevelMeaning


@dataclass(frozen=True)
class Students:
    """The scored students of a run, in its order.

    Attributes
    ----------
    rows
        Their rows in scores.parquet: shape (n,).
    risk
        The chance of missing the standard, which is what a seat is worth.
    rank
        Their places on the run's own list: ties in risk go by the hash that it states.
    reasons
        Inputs of each student's reasons, the heaviest first: student i has ``reasons[starts[i]:starts[i + 1]]``.
    """

    rows: Ints
    school: Coded
    grade: Coded
    level: Coded
    risk: Floats
    rank: Ints
    reasons: Coded
    starts: Ints

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def weight(self) -> Ints:
        """The risk in whole units."""
        return in_units(self.risk)

    def known(self, inputs: Mapping[str, str]) -> Known:
        """Say what supports may name; ``inputs`` have titles."""
        return Known(_used(self.school), _used(self.grade), tuple(inputs), tuple(inputs.values()))

    def answered_by(self, supports: tuple[Support, ...]) -> Ints:
        """Give which supports answer each student, as bits: shape (n,)."""
        return self._answered(supports, self.starts[1:])

    def first_answered_by(self, supports: tuple[Support, ...]) -> Ints:
        """Give which supports answer each student's heaviest reason, as bits: shape (n,)."""
        return self._answered(supports, np.minimum(self.starts[:-1] + 1, self.starts[1:]))

    def _answered(self, supports: tuple[Support, ...], ends: Ints) -> Ints:
        """Give which supports answer one of the reasons of each student up to an end."""
        places = (self.school, self.grade)
        found = np.zeros(len(self), dtype=np.int64)
        for number, support in enumerate(supports):
            served = [_among(c, names) for c, names in zip(places, (support.schools, support.grades), strict=True)]
            hits = np.concatenate([[0], np.cumsum(_among(self.reasons, support.answers))])
            has_reason = hits[ends] > hits[self.starts[:-1]]
            found |= (has_reason & served[0] & served[1]).astype(np.int64) << number
        return found


def scored_students(table: Any) -> Students:
    """Read the scored students of scores.parquet."""
    status = arrow.to_coded(table["status"])
    rows = np.flatnonzero(_among(status, (Status.SCORED.value,)))
    taken = arrow.integers(rows)
    lists = table["reasons"].combine_chunks() if table["reasons"].num_chunks != 1 else table["reasons"].chunk(0)
    lists = lists.take(taken)
    starts = np.frombuffer(lists.offsets.buffers()[1], dtype=np.int32)[lists.offsets.offset :][: len(rows) + 1]
    return Students(
        rows=rows,
        school=arrow.to_coded(table["school_id"]).take(rows),
        grade=arrow.to_coded(table["grade"]).take(rows),
        level=arrow.to_coded(table["level"]).take(rows),
        risk=arrow.to_floats(table["risk"])[rows],
        rank=arrow.to_integers(table["rank"])[rows],
        reasons=arrow.to_coded(lists.flatten()),
        starts=(starts - starts[0]).astype(np.int64) if len(starts) else np.zeros(1, dtype=np.int64),
    )


def risk_range(students: Students, levels: tuple[LevelMeaning, ...]) -> tuple[Floats, Floats] | None:
    """Give each risk if all levels had come out at the low, or the high, end of their intervals in the later test.

    Each risk moves as far as its level's share does, on the logit scale. None where a level has too little data.
    """
    ends = {level.name: (level.share, level.low, level.high) for level in levels}
    by_name = [ends.get(name, (None, None, None)) for name in students.level.names]
    used = np.unique(students.level.codes[students.level.codes >= 0])
    if any(None in by_name[code] for code in used):
        return None
    table = np.array([[np.nan if end is None else end for end in each] for each in by_name], dtype=np.float64)
    logits = _logit(table)
    own = _logit(students.risk)
    low, high = (own + (logits[:, end] - logits[:, 0])[students.level.codes] for end in (1, 2))
    return _sigmoid(low), _sigmoid(high)


def _used(column: Coded) -> tuple[str, ...]:
    return tuple(column.names[code] for code in np.unique(column.codes[column.codes >= 0]).tolist())


def _logit(share: Floats) -> Floats:
    held = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(held / (1 - held)))


def _sigmoid(value: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-value)))


def _among(column: Coded, names: tuple[str, ...]) -> Bools:
    """Tell which rows have one of these names; a missing one has none."""
    wanted = frozenset(names)
    return np.array([*(name in wanted for name in column.names), False])[column.codes]
