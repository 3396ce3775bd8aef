"""Mitigation weighed on the test: each list learnt in training against the chosen one, at equal length.

The test is only looked at: nothing here fits, chooses or calibrates, and which gap is followed was settled
in training, out of fold. It weighs nothing where the config has no [mitigation].
"""

from dataclasses import replace

import numpy as np

from earlywarn.candidates.mitigated import TITLES
from earlywarn.candidates.pooling import POOLED, Pooling
from earlywarn.candidates.rivals import Rival, Rivals
from earlywarn.cohort import Cohort, Split
from earlywarn.columns import Floats
from earlywarn.config.experiment import Experiment
from earlywarn.evaluate import HeldOut
from earlywarn.examine.cohorts import card_scores, held_out
from earlywarn.frontier.lists import Contender, Frontier, Kind, Step
from earlywarn.frontier.weighing import Compared, weigh, widest
from earlywarn.groups import Cell
from earlywarn.scorecard.points import risk_of


def weigh_mitigation(parts: Split, rivals: Rivals | None, experiment: Experiment) -> Frontier | None:
    """Weigh every rival on the test's scorable students, at the list that the district can serve."""
    if rivals is None:
        return None
    lessons = _weighed_in_training(rivals, parts.train, experiment)
    scorable = parts.test.take(parts.test.enough)
    compared = _compared(parts.test, rivals.attribute, experiment)
    bare = [_on_test(rival, scorable, compared.test, experiment) for rival in rivals.cards]
    followed = widest(lessons[0], weigh(bare[:1], compared)[0])
    contenders = [_with_lesson(each, lesson, followed) for each, lesson in zip(bare, lessons, strict=True)]
    contenders += _bounds(rivals, contenders[0], scorable)
    pooled, rest = _pooled(rivals.pooling)
    return Frontier(rivals.attribute, followed, weigh(contenders, compared), pooled, rest)


def _weighed_in_training(rivals: Rivals, train: Cohort, experiment: Experiment) -> tuple[Step, ...]:
    compared = _compared(train, rivals.attribute, experiment)
    listed = [
        _contender(rival, rival.points, risk_of(rival.card, rival.points), compared.test, experiment)
        for rival in rivals.cards
    ]
    return weigh(listed, compared)


def _on_test(rival: Rival, scorable: Cohort, test: HeldOut, experiment: Experiment) -> Contender:
    """Score by the table alone: no group is at hand."""
    risk, points = card_scores(rival.card, scorable.frame)
    return _contender(rival, points, risk, test, experiment)


def _contender(rival: Rival, points: Floats, risk: Floats, test: HeldOut, experiment: Experiment) -> Contender:
    return Contender(
        name=rival.name,
        title=rival.title,
        kind=rival.kind,
        constraint=rival.constraint,
        points=points,
        risk=risk,
        listed=test.make_list(points, experiment.capacity.share),
        loss=rival.loss,
    )


def _with_lesson(contender: Contender, lesson: Step, followed: dict[str, Cell]) -> Contender:
    gaps = {measure: lesson.gap(measure, cell).value for measure, cell in followed.items()}
    return replace(contender, taught_recall=lesson.recall, taught_gaps=gaps)


def _bounds(rivals: Rivals, chosen: Contender, scorable: Cohort) -> list[Contender]:
    """Give each student's chance of a place where cuts differ by group: the chosen card's points, other cuts."""
    groups = np.array(scorable.groups.attributes[rivals.attribute].texts(), dtype=object)
    return [
        replace(
            chosen,
            name=f"{bound.constraint}_bound",
            title=f"{TITLES[bound.constraint]}, a cut for each group",
            kind=Kind.BOUND,
            constraint=bound.constraint,
            listed=replace(chosen.listed, chance=bound.chances(chosen.points, groups, chosen.listed.seats)),
            loss=None,
            taught_recall=None,
            taught_gaps={},
        )
        for bound in rivals.bounds
    ]


def _compared(part: Cohort, attribute: str, experiment: Experiment) -> Compared:
    return Compared(
        test=held_out(part, experiment),
        attribute=attribute,
        group=part.groups.attributes[attribute].take(part.enough),
        reference=experiment.groups.attributes[attribute].reference,
        need=experiment.gate.evidence,
    )


def _pooled(pooling: Pooling | None) -> tuple[tuple[Cell, ...], Cell | None]:
    """Give the groups that were pooled, and with whom; None where they have a pool of their own."""
    if pooling is None:
        return (), None
    attribute = (pooling.attribute,)
    rest = None if pooling.rest == POOLED or not pooling.pooled else Cell(attribute, (pooling.rest,))
    return tuple(Cell(attribute, (name,)) for name in pooling.pooled), rest
