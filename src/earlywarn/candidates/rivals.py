"""What is weighed against the chosen candidate: mitigated ones, itself without an input, and bounds.

All of it learnt on training rows alone. A candidate without an input is only looked at: who wants it takes
the input out of the config.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sklearn.base import clone

from earlywarn.candidates.bound import Bound, learn_bound
from earlywarn.candidates.catalogue import GROUP_PREFIX, Candidate, Role, promotable
from earlywarn.candidates.crossfit import calibrate, calibrated_out_of_fold, fit_all, out_of_fold
from earlywarn.candidates.fold import fold
from earlywarn.candidates.learn import Learnt, Lesson, lesson_of, loss_of
from earlywarn.candidates.mitigated import pooling_of
from earlywarn.candidates.pooling import Pooling
from earlywarn.candidates.reductions import MixtureMember
from earlywarn.cohort import Cohort
from earlywarn.columns import Floats, InputSpec
from earlywarn.config.experiment import Experiment
from earlywarn.config.mitigation import Mitigation
from earlywarn.estimate import Estimate
from earlywarn.frontier.lists import Kind
from earlywarn.scorecard.table import Scorecard

PLAIN = "logistic"
"""The learner whose rows the reductions weigh, before any weighing."""

FIRST = (Kind.CHOSEN, Kind.AUTOMATIC, Kind.PLAIN)

WITHOUT_A_CUT = "bounded_group_loss"
"""A bound on a loss knows no cut, so no cuts by group can keep it."""


@dataclass(frozen=True)
class Rival:
    """One scorecard to weigh, learnt from all training rows.

    Attributes
    ----------
    points
        Those of the same candidate on the training rows, out of fold, shape (n,).
    """

    name: str
    title: str
    kind: Kind
    constraint: str
    card: Scorecard
    loss: Estimate | None
    points: Floats


@dataclass(frozen=True)
class Rivals:
    """The chosen candidate first, then all that is weighed against it."""

    attribute: str
    pooling: Pooling | None
    cards: tuple[Rival, ...]
    bounds: tuple[Bound, ...]


def learn_rivals(
    train: Cohort, candidates: Sequence[Candidate], learnt: Learnt, experiment: Experiment
) -> Rivals | None:
    """Gather what was learnt of mitigated candidates, and fit what else the config wants tried.

    Returns
    -------
    Rivals or None
        None where the config has no [mitigation].
    """
    plan = experiment.mitigation
    if plan is None:
        return None
    lesson = lesson_of(train, experiment)
    chosen = next(candidate for candidate in candidates if candidate.name == learnt.choice.chosen)
    pooling = pooling_of(experiment, train) if plan.constraints else None
    return Rivals(
        attribute=plan.attribute,
        pooling=pooling,
        cards=(
            *(_of_candidate(candidate, kind, learnt, lesson) for candidate, kind in _kinds(candidates, learnt)),
            *_removals(chosen, plan, lesson, experiment),
        ),
        bounds=_bounds(plan, pooling, learnt.points[chosen.name], lesson),
    )


def _kinds(candidates: Sequence[Candidate], learnt: Learnt) -> list[tuple[Candidate, Kind]]:
    """Give the chosen candidate, the one that would be chosen by itself, the plain learner, the mitigated ones."""
    kinds = {candidate.name: _kind(candidate) for candidate in candidates if candidate.role is Role.MITIGATED}
    if kinds:
        kinds |= {candidate.name: Kind.PLAIN for candidate in candidates if candidate.name == PLAIN}
    kinds |= {learnt.choice.automatic: Kind.AUTOMATIC} | {learnt.choice.chosen: Kind.CHOSEN}
    held = [(candidate, kinds[candidate.name]) for candidate in candidates if candidate.name in kinds]
    return sorted(held, key=lambda pair: FIRST.index(pair[1]) if pair[1] in FIRST else len(FIRST))


def _kind(candidate: Candidate) -> Kind:
    return Kind.MIXTURE if isinstance(candidate.model.reduction, MixtureMember) else Kind.MITIGATED


def _of_candidate(candidate: Candidate, kind: Kind, learnt: Learnt, lesson: Lesson) -> Rival:
    name, points = candidate.name, learnt.points[candidate.name]
    return Rival(
        name=name,
        title=candidate.title,
        kind=kind,
        constraint=candidate.model.aim.constraint if candidate.role is Role.MITIGATED else "",
        card=_card(learnt.fitted[name], learnt.card.specs, points, lesson),
        loss=learnt.loss[name],
        points=points,
    )


def _removals(chosen: Candidate, plan: Mitigation, lesson: Lesson, experiment: Experiment) -> list[Rival]:
    """Fit the chosen candidate anew without each input, in and out of fold."""
    names = plan.removed(tuple(spec.name for spec in experiment.inputs))
    rest = {name: tuple(spec for spec in experiment.inputs if spec.name != name) for name in names}
    models = {name: _remade(chosen, specs, experiment.seed) for name, specs in rest.items()}
    scores = out_of_fold(models, lesson.frame, lesson.outcome, lesson.frame, lesson.folds)
    fitted = fit_all(models, lesson.frame, lesson.outcome)
    cards = {name: _card(fitted[name], rest[name], scores[name][1], lesson) for name in names}
    titles = {spec.name: spec.title for spec in experiment.inputs}
    return [
        Rival(
            name=f"without_{name}",
            title=f"Without {titles[name]}",
            kind=Kind.REMOVAL,
            constraint="",
            card=cards[name],
            loss=_loss(cards[name], *scores[name], lesson),
            points=scores[name][1],
        )
        for name in names
    ]


def _remade(chosen: Candidate, specs: Sequence[InputSpec], seed: int) -> Any:
    if chosen.role is Role.MITIGATED:
        return clone(chosen.model).set_params(columns=tuple(spec.name for spec in specs))
    return promotable(chosen.name, specs, seed)


def _card(model: Any, specs: Sequence[InputSpec], points: Floats, lesson: Lesson) -> Scorecard:
    """Fold a model, and calibrate it as it was out of fold."""
    found = calibrate(points, lesson.outcome, lesson.school, lesson.folds)
    return replace(fold(model, specs, lesson.frame, "", ""), slope=found.slope, shift=found.shift)


def _loss(card: Scorecard, risk: Floats, points: Floats, lesson: Lesson) -> Estimate | None:
    calibrated = (card.slope, card.shift) != (1.0, 0.0)
    return loss_of(calibrated_out_of_fold(points, lesson.outcome, lesson.folds) if calibrated else risk, lesson)


def _bounds(plan: Mitigation, pooling: Pooling | None, points: Floats, lesson: Lesson) -> tuple[Bound, ...]:
    """Learn cuts by group from the chosen candidate's points out of fold."""
    if pooling is None:
        return ()
    groups = lesson.frame[GROUP_PREFIX + plan.attribute].to_numpy(dtype=object)
    asked = [name for name in plan.constraints if name != WITHOUT_A_CUT]
    return tuple(learn_bound(name, pooling, points, lesson.outcome, groups) for name in asked)
