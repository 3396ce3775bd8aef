"""The one look at the test: every candidate evaluated, the chosen one audited and judged.

It takes what was learnt and changes nothing of it; the test is looked at once, after the choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from earlywarn import intervals as iv
from earlywarn.audit.origins import origins
from earlywarn.audit.rounding import Held, Parts, count_of, share_of
from earlywarn.audit.subject import RECALL_DRIFT, RECALL_GAIN, Subject
from earlywarn.audit.suppression import Suppression
from earlywarn.candidates.catalogue import Candidate
from earlywarn.candidates.crossfit import across_schools, out_of_fold, risk_and_points
from earlywarn.candidates.fold import check_equal, frame_values
from earlywarn.candidates.learn import Learnt, with_groups
from earlywarn.cohort import Cohort, Split
from earlywarn.columns import MISSED, Floats
from earlywarn.config.experiment import Experiment
from earlywarn.config.sections import Evidence
from earlywarn.evaluate import Evaluation, HeldOut, evaluate, recall_gain
from earlywarn.examine import cohorts
from earlywarn.examine.cohorts import (
    InUse,
    card_scores,
    count_outcomes,
    held_against,
    held_out,
    level_cuts,
    presence_of,
    scored_students,
)
from earlywarn.examine.judged import audit, terms_of
from earlywarn.groups import EVERYONE, membership
from earlywarn.histograms import Presence, Scored
from earlywarn.report.findings import About, Audited, Findings, Reached, Tried
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.table import LevelMeaning

CHOSEN, RULES, AWARE, IN_USE = "chosen", "indicator_rules", "aware", "model in use"
AGAINST_WHOM = {RECALL_GAIN: RULES, RECALL_DRIFT: IN_USE}

Scores = Mapping[str, tuple[Floats, Floats]]
"""Candidate -> (risk, points) on the scorable test students."""


@dataclass(frozen=True)
class Stamp:
    """The day of the audit, and the sha256 of what went in."""

    day: date
    digests: Mapping[str, str]


def look(
    parts: Split,
    candidates: tuple[Candidate, ...],
    learnt: Learnt,
    experiment: Experiment,
    stamp: Stamp,
    in_use: InUse | None = None,
) -> Findings:
    """Score, evaluate, audit and judge the test part; call it once, after the choice."""
    scorable = parts.test.take(parts.test.enough)
    frame = with_groups(scorable)
    check_equal(learnt.card, learnt.fitted[learnt.choice.chosen], frame)
    scores = {name: risk_and_points(model, frame) for name, model in learnt.fitted.items()}
    scores |= {name: (found.risk(scores[name][1]), scores[name][1]) for name, found in learnt.weighed.items()}
    risk, points = card_scores(learnt.card, frame)
    scores[learnt.choice.chosen] = (risk, points)
    test = held_out(parts.test, experiment)
    (chosen,) = (candidate for candidate in candidates if candidate.name == learnt.choice.chosen)
    judged = {CHOSEN: scores[chosen.name], RULES: scores[RULES]}
    if in_use is not None and not in_use.misfit(experiment.inputs):
        judged[IN_USE] = card_scores(in_use.card, frame)
    about = held_against(about_test(chosen.title, parts.test, experiment, stamp), in_use, experiment.inputs)
    presence, share = presence_of(parts.test, experiment), experiment.capacity.share
    lists = {name: scored_students(presence, parts.test.enough, test, each, share) for name, each in judged.items()}
    audited, rules = _audits(parts.test, presence, lists, about, experiment)
    values = frame_values(learnt.card.specs, frame)
    return Findings(
        experiment=experiment,
        card=replace(learnt.card, levels=_level_meanings(risk, test, experiment, audited.suppression)),
        tried=tuple(_tried(c, learnt, scores, test, experiment) for c in candidates),
        calibration=learnt.calibration,
        unseen=_unseen_schools(parts, scorable, candidates, learnt, experiment),
        audited=audited,
        rules=rules,
        reached=_reached(scorable, test, scores[AWARE][1], experiment),
        train_students=len(parts.train),
        train_schools=parts.train.frame["school"].nunique(),
        test_schools=parts.test.frame["school"].nunique(),
        origins=origins(learnt.card, values, lists[CHOSEN], experiment.groups, audited.figures),
        automatic="" if learnt.choice.automatic == learnt.choice.chosen else learnt.choice.automatic,
    )


def _audits(
    part: Cohort, presence: Presence, lists: Mapping[str, Scored], about: About, experiment: Experiment
) -> tuple[Audited, Audited]:
    """Audit the chosen candidate and the indicator rules, each by its own risks and list."""
    cuts = level_cuts(experiment)
    against = {measure: lists[name] for measure, name in AGAINST_WHOM.items() if name in lists}
    counted = count_outcomes(part)
    model = Subject(lists[CHOSEN], presence, cuts=cuts, against=against)
    rules = Subject(lists[RULES], presence, cuts=cuts)
    return (
        audit(model, about, counted, terms_of(experiment)),
        audit(rules, replace(about, what="Indicator rules"), counted, terms_of(experiment)),
    )


def about_test(what: str, part: Cohort, experiment: Experiment, stamp: Stamp) -> About:
    """Say what was audited."""
    plan = experiment.cohort
    later = "later than all that taught the model"
    apart = later if plan.test_schools is None else "schools held out: nothing of them taught the model"
    return cohorts.about(part, experiment, (what, f"school year {plan.test_year}, {apart}"), stamp.day, stamp.digests)


def _tried(candidate: Candidate, learnt: Learnt, scores: Scores, test: HeldOut, experiment: Experiment) -> Tried:
    risk, points, share = *scores[candidate.name], experiment.capacity.share
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
        test=evaluate(risk, points, test, share, experiment.groups.privacy_minimum),
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
    test = held_out(parts.test, experiment)
    share, minimum = experiment.capacity.share, experiment.groups.privacy_minimum
    return evaluate(learnt.calibration.risk(points), points, test, share, minimum)


def _level_meanings(
    risk: Floats, test: HeldOut, experiment: Experiment, known: Suppression
) -> tuple[LevelMeaning, ...]:
    """Say what share missed the standard at each level of the untouched test; unknown outcomes are left out."""
    bare = tuple(LevelMeaning(level.name, level.start) for level in experiment.levels)
    level, missed = level_of(risk, bare).codes, test.outcome == MISSED
    found = [iv.share_of((level == place) & test.known, missed, test.school) for place in range(len(bare))]
    events = [int((missed & (level == place)).sum()) for place in range(len(bare))]
    told = levels_told(events, [each.students for each in found], known)
    need = experiment.gate.evidence
    return tuple(_level_meaning(*each, need, known.minimum) for each in zip(bare, found, told, strict=True))


def levels_told(missed: Sequence[int], students: Sequence[int], known: Suppression) -> tuple[Parts, ...]:
    """Give what may be told of each level: as it is where none of them has few who missed or who met.

    They add up to all students, so none is told as it is where one is small or where these may not be.
    """
    few = min(min(one, every - one) for one, every in zip(missed, students, strict=True)) < known.minimum
    exact = not few and all(known.is_exact((EVERYONE, EVERYONE), kind) for kind in ("missed", "met"))
    return tuple(
        (Held(one, exact), Held(every, exact), Held(every - one, exact))
        for one, every in zip(missed, students, strict=True)
    )


def _level_meaning(level: LevelMeaning, found: iv.Share, parts: Parts, need: Evidence, minimum: int) -> LevelMeaning:
    told = replace(level, students=count_of(parts[1], minimum).number or 0)
    if found.estimate is None or found.schools < need.schools or found.students < need.students:
        return told
    ends = found.estimate.interval(0.95)
    rate = share_of(parts, minimum, ends)
    if rate.value is None or not rate.ends:
        return told
    share, (low, high) = (found.estimate.value, ends) if parts[0].exact else (rate.value, rate.ends)
    return replace(told, share=share, low=low, high=high)


def _reached(part: Cohort, test: HeldOut, points: Floats, experiment: Experiment) -> tuple[Reached, ...]:
    flagged = test.make_list(points, experiment.capacity.share).flagged
    missed, groups = test.outcome == MISSED, membership(part.groups, 1)
    return tuple(
        Reached(groups.cells[place], int(rows.sum()), int((rows & flagged).sum()))
        for codes in groups.codes
        for place in np.unique(codes)
        if (rows := (codes == place) & missed).any()
    )
