"""Rows of one student in one school year: said again, a second spell of enrolment, or a contradiction.

A second spell is merged by a stated rule: counts of days and events add up, all else is that of the row with the
latest entry date. A spell said twice counts once. What differs in anything that cannot change by moving between
schools is refused, both rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from earlywarn.catalogue import BY_NAME, Family
from earlywarn.columns import Coded, Floats, Ints, Refusal
from earlywarn.roster.across import MOST_DAYS
from earlywarn.roster.contract import Contract, counts_of
from earlywarn.roster.dates import YEARS
from earlywarn.roster.number_ids import ROUNDED, is_rounded
from earlywarn.roster.repeats import Clash, code_ids, find_repeats
from earlywarn.roster.rows import Rows, Settled
from earlywarn.roster.terms import Kind

EXACT, RE_ENROLLED, TWO_RACES, CONFLICT = "exact_duplicate", "re_enrolled", "two_races", "conflicting_duplicate"
"""Names for machines, the same for ever."""

CONTRADICTS = "another row of this student and school year says otherwise"
_MAY_DIFFER = (Family.ATTENDANCE, Family.BEHAVIOUR, Family.COURSES)
"""What belongs to a spell at a school, beside the school and the dates."""


@dataclass(frozen=True)
class _Run:
    """The rows of one student and year that differ, and the columns in which they do."""

    rows: Ints
    differing: frozenset[str]


def years_of(rows: Rows, contract: Contract) -> Ints:
    """Give the school years, -1 where not known."""
    year = rows.texts[contract.column_of(Kind.YEAR), Kind.YEAR]
    return np.array([*map(int, year.names), -1], dtype=np.int64)[year.codes]


def settle_spells(rows: Rows, contract: Contract) -> Settled:
    """Merge what says the same and second spells, and refuse what contradicts; merged counts are written into rows."""
    (student,) = code_ids(rows.ids)
    years = years_of(rows, contract)
    key = np.where((student < 0) | (years < 0), -1, student * YEARS.stop + years)
    columns: list[Floats | Coded] = [*rows.texts.values(), *rows.numbers.values()]
    repeats = find_repeats(key, rows.doubtful, columns)
    names = [*(column for column, _ in rows.texts), *rows.numbers]
    merged, into = [repeats.merged], [repeats.into]
    said = [EXACT] * len(repeats.merged)
    clashing: list[Clash] = []
    for run, clashes in _runs(repeats.conflicting, key, names):
        first = _first_saying_so(run.rows, columns)
        spells, again = np.unique(first), run.rows != first
        if (kept := _one_of_spells(replace(run, rows=spells), rows, contract)) is None:
            clashing += clashes
            continue
        others = spells[spells != kept]
        merged += [run.rows[again], others]
        into += [first[again], np.full(len(others), kept)]
        said += [EXACT] * int(again.sum()) + [RE_ENROLLED] * len(others)
    return Settled(
        merged=np.concatenate(merged),
        into=np.concatenate(into),
        names=said,
        clashing=np.array([clash.row for clash in clashing], dtype=np.int64),
        refusals=[_refusal(clash, rows, names, contract) for clash in clashing],
    )


def _runs(clashes: Sequence[Clash], key: Ints, names: Sequence[str]) -> Iterator[tuple[_Run, list[Clash]]]:
    by_key: dict[int, list[Clash]] = {}
    for clash in clashes:
        by_key.setdefault(int(key[clash.row]), []).append(clash)
    for found in by_key.values():
        differing = frozenset(names[place] for clash in found for place in clash.columns)
        yield _Run(np.array([clash.row for clash in found]), differing), found


def _first_saying_so(places: Ints, columns: Sequence[Floats | Coded]) -> Ints:
    """Give for each row the first of these that is the same in every column."""
    taken = (column.codes[places] if isinstance(column, Coded) else column[places] for column in columns)
    cells = np.array([*taken], dtype=np.float64)
    cells[np.isnan(cells)] = np.inf  # a cell of the file is never infinite, and np.unique takes no NaN for another
    _, first, row = np.unique(cells, axis=1, return_index=True, return_inverse=True)
    return places[first[row.ravel()]]


def _one_of_spells(run: _Run, rows: Rows, contract: Contract) -> int | None:
    """Give the row that stays, with the counts of all in it; None where the rows are no spells."""
    entry = contract.canonical.get("entry_date")
    if entry is None or rows.doubtful[run.rows].any() or not run.differing <= _of_spells(contract):
        return None
    entered = rows.numbers[entry[0]][run.rows]
    if np.isnan(entered).any() or len(np.unique(entered)) < len(entered):
        return None
    kept, sums = int(run.rows[np.argmax(entered)]), {c: rows.numbers[c][run.rows].sum() for c in counts_of(contract)}
    enrolled = contract.canonical.get("days_enrolled")
    if enrolled and sums[enrolled[0]] > MOST_DAYS:
        return None
    for column, total in sums.items():
        rows.numbers[column][kept] = total
    _mend_rate(kept, rows, contract)
    return kept


def _mend_rate(kept: int, rows: Rows, contract: Contract) -> None:
    """Take the attendance rate of all spells from their days; unknown where the days of one are."""
    if "attendance_rate" not in contract.canonical:
        return
    days = (contract.canonical.get(name) for name in ("days_absent", "days_enrolled"))
    absent, enrolled = (float(rows.numbers[key[0]][kept]) if key else np.nan for key in days)
    rows.numbers[contract.canonical["attendance_rate"][0]][kept] = 1 - absent / enrolled if enrolled > 0 else np.nan


def _of_spells(contract: Contract) -> frozenset[str]:
    dates = ("as_of", "entry_date", "exit_date")
    own = [key[0] for name, key in contract.canonical.items() if name in dates or BY_NAME[name].family in _MAY_DIFFER]
    return frozenset([contract.column_of(Kind.SCHOOL), *own])


def _refusal(clash: Clash, rows: Rows, names: Sequence[str], contract: Contract) -> Refusal:
    if is_rounded(rows.ids[clash.row].as_py()):
        remedy = ROUNDED.format(rows.beside(clash.row, clash.other))
        return rows.refuse(clash.row, contract.student_id, CONTRADICTS, remedy, CONFLICT)
    remedy = f"compare it with {rows.beside(clash.row, clash.other)} and keep the one that is right"
    differing = {names[place] for place in clash.columns}
    if differing and differing <= set(contract.races):
        rule = "two records of race and ethnicity for one student"
        return rows.refuse(clash.row, min(differing), rule, remedy, TWO_RACES)
    return rows.refuse(clash.row, contract.student_id, CONTRADICTS, remedy, CONFLICT)
