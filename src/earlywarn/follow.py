"""What became of the students of a score run: recall, precision, and whether each level meant what it said.

It opens outcomes only now; students whose outcome is unknown are counted by group and never read as met.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from earlywarn import arrow
from earlywarn import intervals as iv
from earlywarn.audit import rounding as told
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import Subject
from earlywarn.capacity import Listed
from earlywarn.cohort import outcome_by_standard
from earlywarn.columns import MISSED, UNKNOWN, Bools, Coded, Floats, Ints, Status
from earlywarn.config.experiment import Serving
from earlywarn.config.load import parse_serving
from earlywarn.config.sections import Evidence
from earlywarn.errors import Fault, RosterError
from earlywarn.estimate import Estimate
from earlywarn.examine.judged import audit, terms_of
from earlywarn.examine.score_runs import groups_of
from earlywarn.groups import EVERYONE, Cell, Membership, membership
from earlywarn.histograms import Presence, Scored
from earlywarn.promotions import load_scorecard
from earlywarn.report.findings import About, Audited
from earlywarn.report.published import published
from earlywarn.roster.door import Results, open_results
from earlywarn.score_run import SCORES, StoredRun, open_run
from earlywarn.scorecard.table import LevelMeaning

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Promise:
    """What one level said and what came: the share who missed, overall or for a group.

    Attributes
    ----------
    students, came
        As they may be told: 0 and None where they may not.
    held
        True if the said share lies within the 95 % interval of what came or the intervals overlap; None
        where there is too little data.
    """

    level: LevelMeaning
    cell: Cell
    students: int
    came: Estimate | None
    held: bool | None
    reason: str


@dataclass(frozen=True)
class Followed:
    """What became of a score run's students.

    ``not_scored_missed`` counts students who missed the standard and could not be scored; ``unmatched``
    outcomes of students who were not in scope of this run at all; ``refused`` rows of the outcomes file.
    """

    run: StoredRun
    serving: Serving
    audited: Audited
    promises: tuple[Promise, ...]
    flagged: int
    missed: int
    flagged_missed: int
    flagged_met: int
    unknown: int
    not_scored_missed: int
    unmatched: int
    refused: int

    def count(self, kind: str) -> told.Count:
        """Give a count of all students as it may be told; those who were not scored stand beside no other group."""
        known = self.audited.suppression
        if kind != "not_scored_missed":
            return known.count(EVERYONE, kind)
        number = self.not_scored_missed
        return told.count_of(told.Held(number, exact=number >= known.minimum), known.minimum)


def follow(run: Path, outcomes: Path, home: Path) -> Followed:
    """Join a score run with later results, by the one standard.

    Raises
    ------
    RosterError
        No result belongs to a student of this run, or all are of another year or grade.
    """
    stored = open_run(run)
    card = load_scorecard(home, stored.manifest.scorecard)
    serving = parse_serving(card.serving, f"scorecard {card.sha256[:12]}")
    results = open_results(outcomes, serving)
    table = stored.table(SCORES)
    status = np.array(arrow.to_coded(table["status"]).texts(), dtype=object)
    scope = np.flatnonzero(status != Status.OUT_OF_SCOPE)
    in_scope, rows = _Students.of(table, scope), np.flatnonzero(status == Status.SCORED)
    outcomes_in_scope, unmatched = _outcomes(in_scope, results, serving, stored)
    is_scored = np.asarray(status[scope] == Status.SCORED)
    students, outcome = _Students.of(table, rows), outcomes_in_scope[is_scored]
    evidence = serving.gate.evidence
    groups = membership(groups_of(stored, rows, serving), serving.groups.depth)
    listed = Listed(students.rank, students.flagged, int(students.flagged.sum()), students.flagged.astype(np.float64))
    scored = Scored(students.school, groups, students.risk, outcome, listed)
    presence = Presence(students.school, groups, {NOT_SCORED: np.zeros(len(outcome), dtype=bool)}, outcome)
    return Followed(
        run=stored,
        serving=serving,
        audited=published(audit(Subject(scored, presence), _about(stored, serving), (), terms_of(serving))),
        promises=_careful(
            tuple(_promises(card.levels, students, groups, outcome, evidence)), serving.groups.privacy_minimum
        ),
        flagged=int(students.flagged.sum()),
        missed=int((outcome == MISSED).sum()),
        flagged_missed=int((students.flagged & (outcome == MISSED)).sum()),
        flagged_met=int((students.flagged & (outcome != MISSED) & (outcome != UNKNOWN)).sum()),
        unknown=int((outcome == UNKNOWN).sum()),
        not_scored_missed=int((outcomes_in_scope[~is_scored] == MISSED).sum()),
        unmatched=unmatched,
        refused=results.counts.quarantined,
    )


def _about(run: StoredRun, serving: Serving) -> About:
    day = run.manifest.as_of
    words = (serving.name, serving.title, f"score run {run.folder.name}", serving.standard.title, serving.cohort.note)
    return About(*words, students=f"the roster of {day}", list="the list as served", schools=0, day=day, digests={})


@dataclass(frozen=True)
class _Students:
    student_id: Any
    school: Coded
    grade: Coded
    risk: Floats
    rank: Ints
    flagged: Bools
    level: Coded

    @classmethod
    def of(cls, table: Any, rows: Ints) -> "_Students":
        return cls(
            student_id=arrow.to_texts(table["student_id"])[rows],
            school=arrow.to_coded(table["school_id"]).take(rows),
            grade=arrow.to_coded(table["grade"]).take(rows),
            risk=arrow.to_floats(table["risk"])[rows],
            rank=np.nan_to_num(arrow.to_floats(table["rank"])[rows]).astype(np.int64),
            flagged=arrow.true(table["flagged"])[rows],
            level=arrow.to_coded(table["level"]).take(rows),
        )


def _outcomes(students: _Students, results: Results, serving: Serving, run: StoredRun) -> tuple[Ints, int]:
    """Give each student's outcome ``outcome_years`` and a grade later, and count outcomes of others."""
    due = serving.cohort.school_year(run.manifest.as_of) + serving.cohort.outcome_years
    grade = np.array(results.grade.texts(), dtype=object)
    numbers = {subject: results.numbers[column] for subject, column in serving.roster.results.items()}
    found = outcome_by_standard(serving.standard, grade, numbers)
    after = dict(
        zip(
            students.student_id,
            (serving.standard.next_grade(g or "") for g in students.grade.texts()),
            strict=True,
        )
    )
    by_student = {
        student: int(outcome)
        for student, year, here, outcome in zip(results.student_id, results.school_year, grade, found, strict=True)
        if year == due and after.get(student) == here
    }
    if not by_student:
        raise RosterError(
            Fault(results.file, "no result belongs to a student of this run in the year when outcomes are due",
                  f"results of school year {due}, one grade on", "check the file and the score run")
        )  # fmt: skip
    unmatched = sum(student not in after for student in results.student_id)
    return np.array([by_student.get(student, UNKNOWN) for student in students.student_id], dtype=np.int64), unmatched


Kept = tuple[Promise, int]
"""A promise with exact numbers, and how many of its students missed the standard."""


def _careful(found: tuple[Kept, ...], least: int) -> tuple[Promise, ...]:
    """Tell promises as they are; of all groups only about, where a part of one is small, and so of everyone."""
    small = {p.cell == EVERYONE for p, missed in found if p.students and min(missed, p.students - missed) < least}
    return tuple(_roughly(p, missed, least) if (p.cell == EVERYONE) in small else p for p, missed in found)


def _roughly(promise: Promise, missed: int, least: int) -> Promise:
    """Tell a promise so that no word hangs on one or two students."""
    whole = told.count_told(promise.students, least)
    parts = [told.Held(number, exact=False) for number in (missed, promise.students, promise.students - missed)]
    ends = promise.came.interval(CONFIDENCE) if promise.came else ()
    rate = told.share_of((parts[0], parts[1], parts[2]), least, ends)
    kept = replace(promise, students=whole.number or 0)
    if whole.number is None:
        return replace(kept, came=None, held=None, reason=f"{whole.words} students: not shown")
    if promise.came is None or rate.value is None or not rate.ends:
        return replace(kept, came=None, reason=promise.reason or "too few on one side: not shown")
    came = Estimate(rate.value, np.nan, promise.came.df, ends=((CONFIDENCE, rate.ends[0], rate.ends[1]),), digits=2)
    return replace(kept, came=came)


def _promises(
    levels: tuple[LevelMeaning, ...], students: _Students, groups: Membership, outcome: Ints, evidence: Evidence
) -> Iterable[Kept]:
    """Give what each level said beside what came, for everyone and for each single attribute."""
    known = outcome != UNKNOWN
    for place, cell in enumerate(groups.cells):
        if cell.depth <= 1:
            member = (groups.codes == place).any(axis=0) & known
            for level in levels:
                rows = member & (np.array(students.level.texts(), dtype=object) == level.name)
                yield _promise(level, cell, rows, students.school, outcome, evidence)


def _promise(level: LevelMeaning, cell: Cell, rows: Bools, school: Coded, outcome: Ints, evidence: Evidence) -> Kept:
    found, missed = iv.share_of(rows, outcome == MISSED, school), int((outcome[rows] == MISSED).sum())
    size, came = found.students, found.estimate
    if size < evidence.students or found.schools < evidence.schools or level.low is None or level.high is None:
        return Promise(level, cell, size, None, None, "too little data"), missed
    if came is None:
        return Promise(level, cell, size, None, None, "no interval: a single school"), missed
    low, high = came.interval(CONFIDENCE)
    return Promise(level, cell, size, came, low <= level.high and level.low <= high, ""), missed
