"""The door for any system's scores: one row per student, joined with the groups of a second file.

It refuses what would make a wrong number: scores in another unit, ids that do not meet, codes that nobody
explained. Whatever else is odd is refused row by row, merged or counted. No model is needed, and no outcome.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earlywarn.columns import MET, MISSED, UNKNOWN, Bools, Coded, Floats, Ints
from earlywarn.config.audit import AuditPlan
from earlywarn.config.sections import Groups
from earlywarn.errors import Fault, RosterError
from earlywarn.groups import MISSING, GroupTable, part
from earlywarn.roster import scores_contract as names
from earlywarn.roster.join import Meeting, alike_but_for_zeros, meet
from earlywarn.roster.quarantine import share_faults, summary
from earlywarn.roster.read import open_source
from earlywarn.roster.repeats import code_ids
from earlywarn.roster.rows import Account, Rows, read_rows, without_idle_names
from earlywarn.roster.scores_contract import FLAGGED, Agreed, agree
from earlywarn.roster.sheet import Sheet, make_sheet
from earlywarn.roster.terms import Breach, Kind

MOST_VALUES = 20
"""A column of groups that nobody declared may hold so many different values; beyond that it is no attribute."""

NO_SCHOOL = "all"
"""The one school of a file that names none."""


@dataclass(frozen=True)
class Join:
    """Who is in both files, and who in one only; the tables share the groups of the scored students.

    Attributes
    ----------
    both
        Students with an accepted row in each file.
    scores_only, groups_refused
        Students whose groups are "(not recorded)": no row in the groups file, or only refused ones.
    groups_only
        The groups of students without a row in the scores file: nobody scored them.
    scores_refused
        The groups of students whose rows in the scores file were refused.
    lost_zeros
        How many of ``scores_only`` would meet a student of ``groups_only`` but for zeros in the id.
    """

    both: int
    scores_only: int
    groups_refused: int
    groups_only: GroupTable
    scores_refused: GroupTable
    lost_zeros: int


@dataclass(frozen=True)
class ScoresDoor:
    """The accepted rows of a scores file, each with its groups, and the account of every other row.

    Arrays have one entry a student, in the order of the scores file.

    Attributes
    ----------
    schools_known
        False where no file names schools: then all are in one, and no interval can know schools.
    score
        NaN where blank; ``scored`` says so.
    flagged, outcome, rules
        None where there is no such column. Outcomes are MET, MISSED or UNKNOWN; rules are NaN where blank.
    comparison
        The groups of the plan, or those found in the file.
    accounts
        Of the scores file, then of the groups file where there is one.
    """

    school: Coded
    schools_known: bool
    score: Floats
    scored: Bools
    flagged: Bools | None
    outcome: Ints | None
    rules: Floats | None
    groups: GroupTable
    comparison: Groups
    join: Join
    accounts: tuple[Account, ...]

    def __len__(self) -> int:
        return len(self.score)


def open_scores(scores: Path, groups: Path | None, plan: AuditPlan) -> ScoresDoor:
    """Read, judge and join a file of scores and a file of groups, each CSV or Parquet.

    Parameters
    ----------
    groups
        None where the attributes of the plan stand in the scores file.

    Raises
    ------
    UsageError
        No such file, a folder, or nothing that says who belongs to which group.
    RosterError
        A file as a whole cannot be taken: damaged, columns absent, more rows refused than the plan allows,
        scores outside 0 to 1, columns that are no attribute, ids that do not meet.
    MachineError
        A file may not be read.
    """
    paths = [path for path in (scores, groups) if path is not None]
    sources = [open_source(path, plan.reading) for path in paths]
    agreed = agree(sources[0], sources[1] if len(sources) > 1 else None, plan)
    contracts = (agreed.scores, agreed.groups or agreed.scores)
    read = [read_rows(*each) for each in zip(paths, sources, contracts, strict=False)]
    read[0] = _without_flag(read[0], plan)
    students = code_ids(*(rows.ids for rows in read))
    sheets = [make_sheet(*each) for each in zip(read, students, contracts, strict=False)]
    faults = [fault for sheet in sheets for fault in _faults(sheet, plan)]
    if faults := [*faults, *_attribute_faults(sheets[-1], agreed.comparison, plan)]:
        raise RosterError(faults)
    return _door(sheets, agreed, plan)


def _without_flag(rows: Rows, plan: AuditPlan) -> Rows:
    """Refuse a blank flag beside a score: it may mean either."""
    column = plan.columns.flagged
    flags = rows.texts.get((column, Kind.FLAG))
    if flags is None:
        return rows
    blank = (flags.codes < 0) & ~np.isnan(rows.numbers[plan.columns.score]) & ~rows.doubtful
    remedy = 'fill it in; if a blank means not on the list, add "" to flagged.no in the plan'
    told = (rows.refuse(row, column, "no flag beside a score", remedy) for row in np.flatnonzero(blank).tolist())
    return rows.refusing(blank, told)


def _faults(sheet: Sheet, plan: AuditPlan) -> list[Fault]:
    too_many = share_faults(sheet.account, plan.max_quarantined, "max_quarantined", "mend the rows below")
    return too_many or _unit_faults(sheet)


def _unit_faults(sheet: Sheet) -> list[Fault]:
    """Refuse a column with any score outside its range: the others may be in the same unit, and look like risks."""
    ranges = {clause.rule for clause in sheet.contract.clauses if clause.breach is Breach.OUT_OF_RANGE}
    allowed = "nothing but risks from 0 to 1: any other score puts the unit of all in doubt"
    return [
        Fault(f"{sheet.account.file}: {count.place}", f"{count.rule}: {count.extent}", allowed, count.remedy)
        for count in summary(sheet.account.refusals)
        if count.rule in ranges
    ]


def _attribute_faults(sheet: Sheet, comparison: Groups, plan: AuditPlan) -> Iterator[Fault]:
    """Refuse a column that nobody declared and that holds more values than an attribute would."""
    for attribute in () if plan.groups else comparison.attributes.values():
        values = len(sheet.rows.texts[attribute.column, Kind.TEXT].names)
        if values > MOST_VALUES:
            where, found = f"{sheet.account.file}: column '{attribute.column}'", f"{values:,} different values"
            remedy = "leave the column out of the file, or name those that you mean in [groups.attributes] of the plan"
            yield Fault(where, found, f"at most {MOST_VALUES} in a column that the plan does not name", remedy)


def _door(sheets: Sequence[Sheet], agreed: Agreed, plan: AuditPlan) -> ScoresDoor:
    scores, meeting = sheets[0], meet(sheets[0].side, sheets[-1].side)
    lost_zeros = _lost_zeros(sheets, meeting, plan)
    groups, groups_only, scores_refused = _grouped(sheets[-1], meeting, agreed.comparison)
    columns, score = plan.columns, scores.numbers(plan.columns.score)
    return ScoresDoor(
        school=_schools(sheets, meeting, agreed, plan),
        schools_known="school_id" in agreed.keys or agreed.school_beside,
        score=score,
        scored=~np.isnan(score),
        flagged=_flags(scores.texts(columns.flagged, Kind.FLAG)) if "flagged" in agreed.keys else None,
        outcome=_outcomes(scores.texts(columns.outcome, Kind.OUTCOME)) if "outcome" in agreed.keys else None,
        rules=scores.numbers(columns.rules) if "rules" in agreed.keys else None,
        groups=groups,
        comparison=agreed.comparison,
        join=Join(
            both=int((meeting.place >= 0).sum()),
            scores_only=int(meeting.scores_only.sum()),
            groups_refused=int(meeting.groups_refused.sum()),
            groups_only=groups_only,
            scores_refused=scores_refused,
            lost_zeros=lost_zeros,
        ),
        accounts=tuple(sheet.account for sheet in sheets),
    )


def _lost_zeros(sheets: Sequence[Sheet], meeting: Meeting, plan: AuditPlan) -> int:
    """Count ids that only zeros keep apart; refuse files whose ids do not meet."""
    alone = np.flatnonzero(meeting.scores_only)
    lost = alike_but_for_zeros(sheets[0].ids(alone), sheets[-1].ids(meeting.groups_only))
    meets, students = int((meeting.place >= 0).sum()), len(meeting.place)
    if meets and lost <= plan.max_quarantined * students:
        return lost
    found = f"{lost:,} of {students:,} student ids would meet the other file's if zeros were left out"
    remedy = "export both files with ids as text; a spreadsheet takes leading zeros away, or adds '.0'"
    if not lost:
        found = "not one student is in both files"
        remedy = "check that both are of the same district and year, and that both columns hold the same kind of id"
    where = " and ".join(sheet.account.file for sheet in sheets)
    raise RosterError(Fault(where, found, "ids spelt alike in both files", remedy))


def _grouped(sheet: Sheet, meeting: Meeting, comparison: Groups) -> tuple[GroupTable, GroupTable, GroupTable]:
    """Give the groups of the students in the scores file, of those not in it, and of those refused there."""
    everyone = np.concatenate([meeting.place, meeting.groups_only, meeting.scores_refused])
    columns = {
        attribute.column: _placed(sheet.texts(attribute.column, Kind.TEXT), everyone)
        for attribute in comparison.attributes.values()
    }
    table = part(columns, comparison)
    parts = np.split(np.arange(len(everyone)), np.cumsum([len(meeting.place), len(meeting.groups_only)]))
    scored, only, refused = (table.take(rows) for rows in parts)
    return scored, only, refused


def _placed(coded: Coded, place: Ints) -> Coded:
    """Take the rows at these places; -1 is nobody's, and missing."""
    return Coded(np.append(coded.codes, np.int32(-1))[place], coded.names)


def _schools(sheets: Sequence[Sheet], meeting: Meeting, agreed: Agreed, plan: AuditPlan) -> Coded:
    column = plan.columns.school_id
    if "school_id" in agreed.keys:
        return sheets[0].texts(column, Kind.SCHOOL)
    if not agreed.school_beside:
        return Coded(np.zeros(len(meeting.place), dtype=np.int32), (NO_SCHOOL,))
    school = without_idle_names(_placed(sheets[-1].texts(column, Kind.TEXT), meeting.place))
    if (school.codes >= 0).all():
        return school
    return Coded(np.where(school.codes < 0, len(school.names), school.codes).astype(np.int32), (*school.names, MISSING))


def _flags(coded: Coded) -> Bools:
    """Give who was flagged; a blank, which only a student without a score may have, is not."""
    return np.array([*(name == FLAGGED for name in coded.names), False])[coded.codes]


def _outcomes(coded: Coded) -> Ints:
    meanings = {names.MISSED: MISSED, names.MET: MET}
    return np.array([*(meanings[name] for name in coded.names), UNKNOWN], dtype=np.int64)[coded.codes]
