"""One file with one row per student, every row of it settled; refuses rows of one student that differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from earlywarn import arrow
from earlywarn.columns import Coded, Floats, Ints, Refusal
from earlywarn.roster.contract import Contract
from earlywarn.roster.join import Side
from earlywarn.roster.number_ids import ROUNDED, is_rounded
from earlywarn.roster.repeats import Repeats, find_repeats
from earlywarn.roster.rows import Account, Kept, Rows, Settled, settle
from earlywarn.roster.terms import Kind


@dataclass(frozen=True)
class Sheet:
    """All rows of a file, the number of each row's student (-1 for none), and the rows kept."""

    rows: Rows
    student: Ints
    contract: Contract
    kept: Kept

    @property
    def account(self) -> Account:
        """What became of every row."""
        return self.kept.account

    @property
    def side(self) -> Side:
        """What joining needs of it."""
        return Side(self.student, self.kept.rows)

    def texts(self, column: str, kind: Kind) -> Coded:
        """Give a column of texts or codes, of the kept rows."""
        return self.kept.texts(self.rows.texts[column, kind])

    def numbers(self, column: str) -> Floats:
        """Give a column of numbers, of the kept rows."""
        return self.kept.numbers(self.rows.numbers[column])

    def ids(self, places: Ints) -> Any:
        """Give the ids of some of the kept rows, a pyarrow column."""
        return self.rows.ids.take(arrow.integers(np.flatnonzero(self.kept.rows)[places]))


def make_sheet(rows: Rows, student: Ints, contract: Contract) -> Sheet:
    """Merge rows that say the same of a student, and refuse those that differ, each by the columns that do."""
    known = student >= 0
    often = np.bincount(student[known], minlength=1)[student] > 1
    columns: dict[str, Floats | Coded] = {
        **{column: values for (column, _), values in rows.texts.items()},
        **rows.numbers,
    }
    repeats = find_repeats(np.where(known & often, student, -1), rows.doubtful, [*columns.values()])
    settled = Settled(
        merged=repeats.merged,
        into=repeats.into,
        names=["exact_duplicate"] * len(repeats.merged),
        clashing=np.array([clash.row for clash in repeats.conflicting], dtype=np.int64),
        refusals=[*_conflicts(rows, repeats, [*columns], contract)],
    )
    return Sheet(rows, student, contract, settle(rows, settled))


def _conflicts(rows: Rows, repeats: Repeats, columns: list[str], contract: Contract) -> Iterator[Refusal]:
    for clash in repeats.conflicting:
        other = rows.beside(clash.row, clash.other)
        remedy = f"compare it with {other} and keep the one that is right: one row a student"
        if is_rounded(rows.ids[clash.row].as_py()):
            remedy = ROUNDED.format(other)
        rule = "another row of this student says otherwise"
        for column in [columns[place] for place in clash.columns] or [contract.student_id]:
            yield rows.refuse(clash.row, column, rule, remedy, "conflicting_duplicate")
