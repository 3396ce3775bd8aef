"""What became of the students of a score run: recall, precision, promises, and who was reviewed and supported.

It opens outcomes only now; students whose outcome is unknown are counted by group and never read as met. It estimates
no effect of support: cause needs a design that a list does not have.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from earlywarn.audit import rounding as told
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import Subject
from earlywarn.columns import MISSED, UNKNOWN, Ints
from earlywarn.config.experiment import Serving
from earlywarn.config.load import parse_serving
from earlywarn.examine.judged import audit, terms_of
from earlywarn.followed.desk import Desk, Spell, read_desk
from earlywarn.followed.feedback import Feedback, feedback_of
from earlywarn.followed.promises import Levels, Promise, promises_of
from earlywarn.followed.reach import Reach, reach_of
from earlywarn.followed.schools import Part, schools_part
from earlywarn.followed.students import Students, ids_of, students_of
from earlywarn.groups import EVERYONE
from earlywarn.histograms import Presence, Scored
from earlywarn.outcomes import Outcomes, due_year, outcomes_of
from earlywarn.promotions import load_scorecard
from earlywarn.report.findings import About, Audited
from earlywarn.report.published import published
from earlywarn.roster.door import open_results
from earlywarn.score_run import StoredRun, open_run
from earlywarn.scorecard.table import LevelMeaning


@dataclass(frozen=True)
class Followed:
    """What became of a score run's students.

    Attributes
    ----------
    feedback
        None where no decisions were given.
    schools
        The school's part.
    not_scored_missed
        Students who missed the standard and could not be scored.
    unmatched, early
        Results of students who were not in scope of this run at all, and those from before outcomes were due.
    elsewhere
        Decisions and supports of other lists; None where no decisions were given.
    refused
        Rows of the outcomes file.
    """

    run: StoredRun
    serving: Serving
    audited: Audited
    promises: tuple[Promise, ...]
    reach: Reach
    feedback: Feedback | None
    schools: tuple[Part, ...]
    flagged: int
    missed: int
    flagged_missed: int
    flagged_met: int
    unknown: int
    not_scored_missed: int
    unmatched: int
    early: int
    elsewhere: int | None
    refused: int

    def count(self, kind: str) -> told.Count:
        """Give a count of all students as it may be told; those who were not scored stand beside no other group."""
        known = self.audited.suppression
        if kind != "not_scored_missed":
            return known.count(EVERYONE, kind)
        number = self.not_scored_missed
        return told.count_of(told.Held(number, exact=number >= known.minimum), known.minimum)


def follow(run: Path, outcomes: Path, home: Path, decisions: Path | None = None) -> Followed:
    """Join a score run with later results, by the one standard, and with what the desk handed on.

    Raises
    ------
    RosterError
        No result belongs to a student of this run, or all are of another year or grade; or a fault of the decisions.
    """
    stored = open_run(run)
    card = load_scorecard(home, stored.manifest.scorecard)
    serving = parse_serving(card.serving, f"scorecard {card.sha256[:12]}")
    results = open_results(outcomes, serving)
    students, as_of = students_of(stored, serving), stored.manifest.as_of
    found = outcomes_of(students.student_id, students.grade, results, serving, as_of)
    own = serving.cohort.school_year(as_of)
    first = serving.cohort.as_of(own - 1) + timedelta(days=1)
    spell = Spell(as_of, first, serving.cohort.as_of(due_year(serving, as_of)))
    desk = decisions and read_desk(decisions, stored.name, ids_of(stored), students, spell)
    return _followed(stored, serving, (students, found, desk or None), card.levels, results.counts.quarantined)


Known = tuple[Students, Outcomes, Desk | None]


def _followed(
    run: StoredRun, serving: Serving, known: Known, levels: tuple[LevelMeaning, ...], refused: int
) -> Followed:
    students, found, desk = known
    outcome, scored = found.outcome, students.with_score(found.outcome)
    about = _about(run, serving, students)
    judged = audit(_subject(scored), about, (), terms_of(serving))
    rows = np.flatnonzero(students.scored)
    of_level = Levels(levels, students.level.take(rows))
    supported = None if desk is None else desk.supported[rows]
    return Followed(
        run=run,
        serving=serving,
        audited=published(judged),
        promises=promises_of(of_level, scored, supported, serving.gate.evidence, serving.groups.privacy_minimum),
        reach=reach_of(students, outcome, desk, judged, serving),
        feedback=None if desk is None else feedback_of(students, desk, about, serving),
        schools=schools_part(scored, serving),
        **_counts(scored.outcome, scored.listed.flagged),
        not_scored_missed=int((outcome[~students.scored] == MISSED).sum()),
        unmatched=found.unmatched,
        early=found.early,
        elsewhere=None if desk is None else desk.elsewhere,
        refused=refused,
    )


def _counts(outcome: Ints, flagged: "np.ndarray") -> dict[str, int]:
    missed = outcome == MISSED
    return {
        "flagged": int(flagged.sum()),
        "missed": int(missed.sum()),
        "flagged_missed": int((flagged & missed).sum()),
        "flagged_met": int((flagged & ~missed & (outcome != UNKNOWN)).sum()),
        "unknown": int((outcome == UNKNOWN).sum()),
    }


def _subject(scored: Scored) -> Subject:
    lacks = {NOT_SCORED: np.zeros(len(scored.outcome), dtype=bool)}
    return Subject(scored, Presence(scored.school, scored.groups, lacks, scored.outcome))


def _about(run: StoredRun, serving: Serving, students: Students) -> About:
    day, schools = run.manifest.as_of, len(np.unique(students.school.codes))
    words = (serving.name, serving.title, f"score run {run.name}", serving.standard.title, serving.cohort.note)
    whose = f"the roster of {day}"
    return About(*words, students=whose, list="the list as served", schools=schools, day=day, digests={})
