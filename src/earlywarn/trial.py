"""The one look at the test: every candidate evaluated, the chosen one audited and judged.

It takes what was learnt and changes nothing of it; the test is looked at once, after the choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from earlywarn import intervals as iv
from earlywarn.audit.sheets import LACKS, NOT_SCORED
from earlywarn.audit.subject import RECALL_GAIN, Cut, Subject, audit_figures
from earlywarn.candidates.catalogue import Candidate
from earlywarn.candidates.crossfit import across_schools, out_of_fold, risk_and_points
from earlywarn.candidates.fold import check_equal, frame_values
from earlywarn.candidates.learn import Learnt, schools, with_groups
from earlywarn.cohort import Cohort, Split
from earlywarn.columns import MET, MISSED, UNKNOWN, Bools, Floats
from earlywarn.config.experiment import Experiment, Serving
from earlywarn.config.sections import Evidence
from earlywarn.evaluate import Evaluation, HeldOut, evaluate, recall_gain
from earlywarn.gate import judge
from earlywarn.groups import Membership, membership
from earlywarn.histograms import Presence, Scored
from earlywarn.report.findings import About, Audited, Counted, Findings, Reached, Tried
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import score
from earlywarn.scorecard.table import LevelMeaning

RULES, AWARE = "indicator_rules", "aware"

Scores = Mapping[str, tuple[Floats, Floats]]
"""Candidate -> (risk, points) on the scorable test students."""


@dataclass(frozen=True)
class Stamp:
    """The day of the audit, and the sha256 of what went in."""

    day: date
    digests: Mapping[str, str]


def look(
    parts: Split, candidates: tuple[Candidate, ...], learnt: Learnt, experiment: Experiment, stamp: Stamp
) -> Findings:
    """Score, evaluate, audit and judge the test part; call it once, after the choice."""
    scorable = parts.test.take(parts.test.enough)
    frame = with_groups(scorable)
    check_equal(learnt.card, learnt.fitted[learnt.choice.chosen], frame)
    scores = {name: risk_and_points(model, frame) for name, model in learnt.fitted.items()}
    told = score(learnt.card, frame_values(learnt.card.specs, frame), reasons=0, strengths=0)
    scores[learnt.choice.chosen] = (told.risk, told.points)
    test = _test(scorable, experiment, len(parts.test))
    levels = _level_meanings(told.risk, test, experiment)
    (chosen,) = (candidate for candidate in candidates if candidate.name == learnt.choice.chosen)
    audited, rules = _audits(parts.test, test, scores, chosen, experiment, stamp)
    return Findings(
        experiment=experiment,
        card=replace(learnt.card, levels=levels),
        tried=tuple(_tried(c, learnt, scores, test, experiment.capacity.share) for c in candidates),
        calibration=learnt.calibration,
        unseen=_unseen_schools(parts, scorable, candidates, learnt, experiment),
        audited=audited,
        rules=rules,
        reached=_reached(scorable, test, scores, learnt.choice.chosen, experiment),
        train_students=len(parts.train),
        train_schools=parts.train.frame["school"].nunique(),
        test_schools=parts.test.frame["school"].nunique(),
    )


def _audits(
    part: Cohort, test: HeldOut, scores: Scores, chosen: Candidate, experiment: Experiment, stamp: Stamp
) -> tuple[Audited, Audited]:
    """Audit the chosen candidate and the indicator rules, each by its own risks and list."""
    presence, cuts = presence_of(part, experiment), level_cuts(experiment)
    model, rules = (
        _scored(presence.groups.take(part.enough), test, scores[name], experiment.capacity.share)
        for name in (chosen.name, RULES)
    )
    about = about_test(chosen.title, part, experiment, stamp)
    counted = count_outcomes(part, experiment)
    return (
        audit(Subject(model, presence, cuts=cuts, against={RECALL_GAIN: rules}), about, counted, experiment),
        audit(Subject(rules, presence, cuts=cuts), replace(about, what="Indicator rules"), counted, experiment),
    )


def audit(subject: Subject, about: About, counted: tuple[Counted, ...], serving: Serving) -> Audited:
    """Give every figure and the verdict; rules about what the subject is not held against say nothing."""
    figures = audit_figures(subject, serving.groups, serving.gate.evidence)
    verdict = judge(figures, serving.gate) if subject.has_outcomes else None
    inputs = {spec.name: spec.title for spec in serving.inputs}
    return Audited(about, serving.groups, serving.gate, figures, verdict, counted, inputs)


def about_test(what: str, part: Cohort, experiment: Experiment, stamp: Stamp) -> About:
    """Say what was audited."""
    return About(
        name=experiment.name,
        title=experiment.title,
        what=what,
        standard=experiment.standard.title,
        note=experiment.cohort.note,
        students=f"school year {experiment.cohort.test_year}, later than all that taught the model",
        list=f"list of {100 * experiment.capacity.share:g} %",
        schools=int(part.frame["school"].nunique()),
        day=stamp.day,
        digests=stamp.digests,
    )


def presence_of(part: Cohort, experiment: Serving) -> Presence:
    """Say of all students in scope who could not be scored and who lacks which input."""
    lacks = {LACKS + spec.name: part.frame[spec.name].isna().to_numpy() for spec in experiment.inputs}
    return Presence(schools(part), membership(part.groups, experiment.groups.depth), {NOT_SCORED: ~part.enough} | lacks)


def level_cuts(experiment: Serving) -> tuple[Cut, ...]:
    """Give the risks at which a level starts, the lowest left out: everyone reaches it."""
    return tuple(Cut(f"level {level.name}", level.start) for level in experiment.levels if level.start > 0)


def _scored(groups: Membership, test: HeldOut, scores: tuple[Floats, Floats], share: float) -> Scored:
    risk, points = scores
    return Scored(test.school, groups, risk, test.outcome, test.make_list(points, share))


def _tried(candidate: Candidate, learnt: Learnt, scores: Scores, test: HeldOut, share: float) -> Tried:
    risk, points = scores[candidate.name]
    best = scores[learnt.choice.chosen][1]
    known, missed = test.known, test.outcome[test.known] == MISSED
    school = test.school.codes[known].astype(np.int64)
    other = candidate.name != learnt.choice.chosen
    return Tried(
        name=candidate.name,
        title=candidate.title,
        role=candidate.role,
        loss=learnt.loss[candidate.name],
        behind=learnt.choice.behind.get(candidate.name),
        test=evaluate(risk, points, test, share),
        gain=recall_gain(test, best, points, share) if other else None,
        auc_gain=iv.auc_difference(missed, best[known], points[known], school) if other else None,
    )


def _unseen_schools(
    parts: Split, scorable: Cohort, candidates: tuple[Candidate, ...], learnt: Learnt, experiment: Experiment
) -> Evaluation:
    """Cross-fit the chosen candidate over school folds of the test year; no school judges its own lesson."""
    model = {c.name: c.model for c in candidates if c.name == learnt.choice.chosen}
    teach, judged = with_groups(parts.train), with_groups(scorable)
    folds = across_schools(teach, judged, experiment.cohort.folds, experiment.seed)
    ((_, points),) = out_of_fold(model, teach, parts.train.outcome, judged, folds).values()
    risk = 1 / (1 + np.exp(-(learnt.calibration.shift + learnt.calibration.slope * points)))
    return evaluate(risk, points, _test(scorable, experiment, len(parts.test)), experiment.capacity.share)


def _level_meanings(risk: Floats, test: HeldOut, experiment: Experiment) -> tuple[LevelMeaning, ...]:
    """Say what share missed the standard at each level of the untouched test; unknown outcomes are left out."""
    bare = tuple(LevelMeaning(level.name, level.start) for level in experiment.levels)
    level, need = level_of(risk, bare), experiment.gate.evidence
    return tuple(_level_meaning(one, level.codes == place, test, need) for place, one in enumerate(bare))


def _level_meaning(level: LevelMeaning, rows: Bools, test: HeldOut, need: Evidence) -> LevelMeaning:
    found = iv.share_of(rows & test.known, test.outcome == MISSED, test.school)
    if found.estimate is None or found.schools < need.schools or found.students < need.students:
        return replace(level, students=found.students)
    low, high = found.estimate.interval(0.95)
    return replace(level, students=found.students, share=found.estimate.value, low=low, high=high)


def count_outcomes(part: Cohort, experiment: Serving) -> tuple[Counted, ...]:
    """Count outcomes by single attribute, unknown apart: it is never read as met."""
    groups = membership(part.groups, 1)
    cells: list[Counted] = []
    for codes in groups.codes:
        table = np.zeros((len(groups.cells), 2, 3), dtype=np.int64)
        np.add.at(table, (codes, part.enough.astype(np.int64), part.outcome), 1)
        cells += [
            Counted(
                cell=cell,
                students=int(row.sum()),
                missed=int(row[1, MISSED]),
                met=int(row[1, MET]),
                unknown=int(row[1, UNKNOWN]),
                not_enough_data=int(row[0].sum()),
                not_scored_missed=int(row[0, MISSED]),
            )
            for cell, row in zip(groups.cells, table, strict=True)
            if row.sum()
        ]
    return tuple(cells)


def _reached(part: Cohort, test: HeldOut, scores: Scores, chosen: str, experiment: Experiment) -> tuple[Reached, ...]:
    share = experiment.capacity.share
    lists = [test.make_list(scores[name][1], share).flagged for name in (chosen, AWARE)]
    missed, groups = test.outcome == MISSED, membership(part.groups, 1)
    return tuple(
        Reached(groups.cells[place], int(rows.sum()), *(int((rows & flagged).sum()) for flagged in lists))
        for codes in groups.codes
        for place in np.unique(codes)
        if (rows := (codes == place) & missed).any()
    )


def _test(part: Cohort, experiment: Experiment, in_scope: int) -> HeldOut:
    student_id = part.frame["student_id"].to_numpy(dtype=object)
    return HeldOut(student_id, schools(part), part.outcome, experiment.seed, in_scope)
