"""A cohort's students as an audit reads them, held against the rules and the model in use.

Training's test and later audits share it, so that one figure means one thing everywhere. It fits nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from earlywarn.audit.sheets import LACKS, NOT_SCORED
from earlywarn.audit.subject import Cut
from earlywarn.candidates.fold import frame_values
from earlywarn.candidates.learn import schools
from earlywarn.cohort import Cohort
from earlywarn.columns import Bools, Floats, InputSpec
from earlywarn.config.experiment import Experiment, Serving
from earlywarn.evaluate import HeldOut
from earlywarn.examine.judged import count_students
from earlywarn.groups import membership
from earlywarn.histograms import Presence, Scored
from earlywarn.report.findings import About, Counted
from earlywarn.scorecard.points import score
from earlywarn.scorecard.table import Scorecard


@dataclass(frozen=True)
class InUse:
    """The model in force, which another is held against: its scorecard, and its name and version in words."""

    card: Scorecard
    words: str

    def misfit(self, specs: Sequence[InputSpec]) -> str:
        """Say why it cannot score a table of these inputs; "" if it can."""
        known = {spec.name: (spec.column, spec.type, dict(spec.cuts)) for spec in specs}
        odd = [s.name for s in self.card.specs if known.get(s.name) != (s.column, s.type, dict(s.cuts))]
        return f"it reads inputs that are not here or mean something else ({', '.join(odd)})" if odd else ""


def about(part: Cohort, experiment: Experiment, told: tuple[str, str], day: date, digests: Mapping[str, str]) -> About:
    """Say what is audited of a cohort; ``told`` is what scored the students, and who they are."""
    return About(
        name=experiment.name,
        title=experiment.title,
        what=told[0],
        standard=experiment.standard.title,
        note=experiment.cohort.note,
        students=told[1],
        list=f"list of {100 * experiment.capacity.share:g} %",
        schools=int(part.frame["school"].nunique()),
        day=day,
        digests=digests,
    )


def held_against(head: About, in_use: InUse | None, specs: Sequence[InputSpec]) -> About:
    """Add to the head which model in use it is held against, or why it is not."""
    if in_use is None:
        return head
    misfit = in_use.misfit(specs)
    words = f"not held against {in_use.words}, the model in use: {misfit}" if misfit else (
        f"held against {in_use.words}, the model in use"
    )  # fmt: skip
    return replace(head, beside=words)


def card_scores(card: Scorecard, frame: pd.DataFrame) -> tuple[Floats, Floats]:
    """Give a scorecard's risk and points for every row."""
    told = score(card, frame_values(card.specs, frame), reasons=0, strengths=0)
    return told.risk, told.points


def presence_of(part: Cohort, serving: Serving) -> Presence:
    """Say of all students in scope who could not be scored and who lacks which input."""
    lacks: Mapping[str, Bools] = {LACKS + spec.name: part.frame[spec.name].isna().to_numpy() for spec in serving.inputs}
    groups = membership(part.groups, serving.groups.depth)
    return Presence(schools(part), groups, {NOT_SCORED: ~part.enough, **lacks}, part.outcome)


def scored_students(
    presence: Presence, rows: Bools, test: HeldOut, scores: tuple[Floats, Floats], share: float
) -> Scored:
    """Give the scored students with their list of a share of the roster; ``scores`` are risk and points."""
    risk, points = scores
    listed = test.make_list(points, share)
    return Scored(presence.school.take(rows), presence.groups.take(rows), risk, test.outcome, listed)


def level_cuts(serving: Serving) -> tuple[Cut, ...]:
    """Give the risks at which a level starts, the lowest left out: everyone reaches it."""
    return tuple(Cut(f"level {level.name}", level.start) for level in serving.levels if level.start > 0)


def held_out(part: Cohort, serving: Serving) -> HeldOut:
    """Give the scorable students of a part as those on whom scores are tried."""
    scorable = part.take(part.enough)
    student_id = scorable.frame["student_id"].to_numpy(dtype=object)
    return HeldOut(student_id, schools(scorable), scorable.outcome, serving.seed, len(part))


def count_outcomes(part: Cohort) -> tuple[Counted, ...]:
    """Count outcomes of a part by group."""
    return count_students(membership(part.groups, 1), part.enough, part.outcome)
