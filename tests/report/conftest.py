"""Findings of a made-up district, small and quick, with everything that a page must cope with.

One group of four students, one of forty with too few schools, one whose name is markup, outcomes that
are unknown, and a model that is plainly worse for one group.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import earlywarn
from earlywarn import intervals as iv
from earlywarn.audit.figures import Figure
from earlywarn.audit.rounding import count_told
from earlywarn.audit.sheets import LACKS, NOT_SCORED
from earlywarn.audit.subject import RECALL_GAIN, Cut, Subject, audit_figures
from earlywarn.audit.suppression import suppress
from earlywarn.candidates.catalogue import Role
from earlywarn.candidates.crossfit import Calibration
from earlywarn.capacity import list_by_chance, seats_for
from earlywarn.changes.causes import Cause
from earlywarn.changes.pairs import Kind as Changed
from earlywarn.changes.record import Changes, Move
from earlywarn.columns import MET, MISSED, UNKNOWN, Coded, Direction, InputSpec, InputType, Outcome
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import load_experiment
from earlywarn.config.sections import Attribute, Groups
from earlywarn.estimate import Estimate
from earlywarn.evaluate import HeldOut, evaluate, recall_gain
from earlywarn.examine.judged import Terms, atoms_of, audit, count_students
from earlywarn.gate import judge
from earlywarn.groups import GroupTable, membership
from earlywarn.histograms import Presence, Scored
from earlywarn.promotions import Promotion, Waived
from earlywarn.report.evidence import UNKNOWN_SCHOOLS
from earlywarn.report.findings import About, Audited, Counted, Findings, Reached, Tried
from earlywarn.report.published import published
from earlywarn.report.summary import Change, GroupLine, LevelLine, QuarantineLine, SchoolLine, Summary, UnknownValue
from earlywarn.score_run import Counts
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard

HOSTILE = "<script>alert('x')</script> | *bold*"
STUDENTS, SCHOOLS = 3000, 30


@pytest.fixture(scope="session")
def experiment() -> Experiment:
    read = load_experiment(Path(earlywarn.__file__).parent / "demo.toml")
    groups = Groups(
        attributes={
            "sex": Attribute(column="sex", title="Sex", values={"F": "Girls", "M": "Boys"}),
            "lunch": Attribute(
                column="lunch", title="Free lunch", values={"F": "Free lunch", "N": "No free lunch"}, reference="N"
            ),
            "home": Attribute(
                column="home", title="Home language", values={"X": HOSTILE, "E": "English"}, reference="E"
            ),
        }
    )
    return read.model_copy(update={"groups": groups, "title": f"A made-up district {HOSTILE}"})


@pytest.fixture(scope="session")
def findings(experiment: Experiment) -> Findings:
    students = _Students()
    model, rules = (students.scored(points) for points in (students.points, students.rule_points))
    presence = students.presence({NOT_SCORED: np.zeros(STUDENTS, dtype=bool)})
    evidence, groups = experiment.gate.evidence, experiment.groups
    figures = audit_figures(Subject(model, presence, against={RECALL_GAIN: rules}), groups, evidence)
    rule_figures = audit_figures(Subject(rules, presence), groups, evidence)
    about = _about(experiment)

    def audited(those: tuple[Figure, ...], what: str) -> Audited:
        verdict = judge(those, experiment.gate)
        named = replace(about, what=what)
        atoms = atoms_of(Subject(model, presence))
        hidden = suppress(model.groups.cells, atoms, groups.privacy_minimum)
        counted = students.counted()
        return Audited(named, groups, experiment.gate, those, verdict, counted, {"reading": "Reading"}, hidden)

    return Findings(
        experiment=experiment,
        card=_card(),
        tried=students.tried(),
        calibration=Calibration(1.0, 0.0, None, used=False),
        unseen=evaluate(_sigmoid(students.points), students.points, students.trial, 0.2, 10),
        audited=audited(figures, "Piecewise logistic"),
        rules=audited(rule_figures, "Indicator rules"),
        reached=students.reached(),
        train_students=5000,
        train_schools=SCHOOLS,
        test_schools=SCHOOLS,
    )


@pytest.fixture(scope="session")
def ranking(experiment: Experiment) -> Audited:
    """Scores of somebody else that only rank, of students whose schools nobody knows, as it may be published."""
    students = _Students()
    lots = Coded(np.arange(STUDENTS, dtype=np.int32) % 400, tuple(str(lot) for lot in range(400)))
    presence = replace(students.presence({NOT_SCORED: students.points > 4}), school=lots)
    scored = replace(students.listed(presence), risk=students.points[~presence.lacks[NOT_SCORED]])
    subject = Subject(scored, presence, is_risk=False, cuts=(Cut("score 2.5", 2.5),), lack=UNKNOWN_SCHOOLS)
    about = replace(_about(experiment), name="vendor", what="scores.csv", schools=0)
    return published(_audited(subject, about, Terms(experiment.groups, experiment.gate)))


@pytest.fixture(scope="session")
def early(experiment: Experiment) -> Audited:
    """The model's list before any outcome is known, with students who lack an input or a score."""
    students = _Students()
    free = students.groups.attributes["lunch"].codes == 0
    lacks = {
        NOT_SCORED: students.rng.random(STUDENTS) < 0.05 + 0.05 * free,
        LACKS + "reading": students.rng.random(STUDENTS) < 0.1 + 0.2 * free,
        LACKS + "age": np.zeros(STUDENTS, dtype=bool),
    }
    presence = replace(students.presence(lacks), outcome=None)
    scored = students.listed(presence)
    scored = replace(scored, outcome=np.full(len(scored.outcome), UNKNOWN))
    subject = Subject(scored, presence, cuts=(Cut("level High", 0.5),))
    terms = Terms(experiment.groups, experiment.gate, {"reading": "Reading result", "age": "Age"})
    return published(_audited(subject, _about(experiment), terms))


@pytest.fixture(scope="session")
def pooled(experiment: Experiment) -> Audited:
    """An audit of risks with stated cuts and partial pooling, as it may be published."""
    students = _Students()
    presence = students.presence({NOT_SCORED: np.zeros(STUDENTS, dtype=bool)})
    cuts = (Cut("level High", 0.5), Cut("risk 0.3", 0.3))
    subject = Subject(students.listed(presence), presence, cuts=cuts)
    terms = Terms(experiment.groups, experiment.gate, partial_pooling=True)
    return published(_audited(subject, _about(experiment), terms))


def _audited(subject: Subject, about: About, terms: Terms) -> Audited:
    presence = subject.presence
    outcome = np.full(STUDENTS, UNKNOWN) if presence.outcome is None else presence.outcome
    return audit(subject, about, count_students(presence.groups, ~presence.lacks[NOT_SCORED], outcome), terms)


@pytest.fixture
def promotion(findings: Findings) -> Promotion:
    return Promotion(
        name="star-next-grade",
        version=3,
        scorecard=findings.card.sha256,
        promoted_on=date(2026, 11, 20),
        by="A. Ruiz",
        verdict=Outcome.FAIL,
        failed_rules=("same-risk-gap",),
        expires=None,
        waivers=(Waived("same-risk-gap", "A. Ruiz", f"a pilot in two schools {HOSTILE}"),),
        verdict_sha256="1" * 64,
        audit_sha256="2" * 64,
        card_sha256="3" * 64,
        config_sha256="4" * 64,
    )


@pytest.fixture
def summary() -> Summary:
    high, low = LevelMeaning("High", 0.5, 400, 0.61, 0.57, 0.65), LevelMeaning("Low", 0.0, 4)
    return Summary(
        title="A made-up district",
        standard="reading and mathematics at grade level",
        note="",
        model="star-next-grade",
        version=3,
        scorecard_sha256="a" * 64,
        as_of=date(2026, 6, 30),
        verdict="fail",
        standing="The gate failed it (same-risk-gap). same-risk-gap waived by A. Ruiz: a pilot",
        counts=Counts(1523, 1400, 60, 40, 3, 20, 292),
        capacity=0.2,
        levels=(LevelLine(high, 420, 292), LevelLine(low, 980, 0)),
        groups=(
            GroupLine("Girls", (count_told(745, 10), count_told(140, 10), count_told(3, 10))),
            GroupLine("Sex not recorded", ()),
        ),
        schools=(SchoolLine(HOSTILE, 730, 146, 30), SchoolLine("Cedar Grove", 730, 146, 30)),
        quarantine=(QuarantineLine("read", "not a number", "give a number, or leave it empty", 20, (4, 18, 77)),),
        missing=(("Reading result", 0.02), ("Age", 0.001)),
        filled=("Age",),
        privacy_minimum=10,
        unknown_values=(UnknownValue("Class type", "SMALL CLASS", 521), UnknownValue("Class type", "", 3)),
        change=_change(),
    )


def _about(experiment: Experiment) -> About:
    return About(
        name=experiment.name,
        title=experiment.title,
        what="Piecewise logistic",
        standard=experiment.standard.title,
        note="",
        students="school year 1988",
        list="list of 20 %",
        schools=SCHOOLS,
        day=date(2026, 11, 22),
        digests={"config_sha256": "c" * 64, "roster_sha256": "d" * 64},
    )


class _Students:
    """The made-up students of the test year; all have enough data."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(7)
        self.school = Coded(
            self.rng.integers(0, SCHOOLS, STUDENTS).astype(np.int32), tuple(f"S{place:02}" for place in range(SCHOOLS))
        )
        lunch, sex, home = (
            self.rng.random(STUDENTS) < 0.45,
            self.rng.random(STUDENTS) < 0.5,
            np.zeros(STUDENTS, dtype=np.int32),
        )
        home[:40] = 1  # X: forty students of two schools
        self.school.codes[:40] = np.arange(40) % 2
        codes = np.where(sex, 0, 1).astype(np.int32)
        codes[40:44] = 2  # four students whose sex is not recorded
        self.groups = GroupTable(
            {
                "sex": Coded(codes, ("F", "M", "(not recorded)")),
                "lunch": Coded(np.where(lunch, 0, 1).astype(np.int32), ("F", "N", "(not recorded)")),
                "home": Coded(1 - home, ("X", "E", "(not recorded)")),
            }
        )
        result = self.rng.normal(size=STUDENTS) - 0.4 * lunch
        self.points = -1.4 - 1.6 * result
        self.rule_points = np.where(result < -0.5, 1.0, -1.0)
        risk = _sigmoid(self.points + 1.2 * lunch)  # at the same points, need is greater with free lunch
        outcome = np.where(self.rng.random(STUDENTS) < risk, MISSED, MET)
        self.outcome = np.where(self.rng.random(STUDENTS) < 0.1 + 0.1 * lunch, UNKNOWN, outcome).astype(np.int64)
        student_id = np.array([f"id{place:05}" for place in range(STUDENTS)], dtype=object)
        self.trial = HeldOut(student_id, self.school, self.outcome, 1985, STUDENTS)
        self.membership = membership(self.groups, 2)

    def presence(self, lacks: dict[str, np.ndarray]) -> Presence:
        return Presence(self.school, self.membership, lacks, self.outcome)

    def listed(self, presence: Presence) -> Scored:
        """Those with a score, and a list of a fifth of all."""
        rows = ~presence.lacks[NOT_SCORED]
        school, groups = presence.school.take(rows), presence.groups.take(rows)
        points = self.points[rows]
        return Scored(
            school, groups, _sigmoid(points), self.outcome[rows], list_by_chance(points, seats_for(0.2, STUDENTS))
        )

    def scored(self, points: np.ndarray) -> Scored:
        listed = self.trial.make_list(points, 0.2)
        return Scored(self.school, self.membership, _sigmoid(points), self.outcome, listed)

    def tried(self) -> tuple[Tried, ...]:
        noise = self.points + self.rng.normal(scale=0.3, size=STUDENTS)
        rows = (
            ("indicator_rules", "Indicator rules", Role.BASELINE, self.rule_points),
            ("piecewise", "Piecewise-linear logistic", Role.PROMOTABLE, self.points),
            ("ceiling", "Full boosting (ceiling)", Role.CEILING, noise),
            ("aware", "Aware comparator", Role.AWARE, noise),
        )
        return tuple(self._tried(*line) for line in rows)

    def _tried(self, name: str, title: str, role: Role, points: np.ndarray) -> Tried:
        known, other = self.trial.known, name != "piecewise"
        school = self.school.codes[known].astype(np.int64)
        missed = self.outcome[known] == MISSED
        return Tried(
            name=name,
            title=title,
            role=role,
            loss=Estimate(0.43, 0.02, 20.0),
            behind=Estimate(0.002, 0.002, 20.0) if role is Role.PROMOTABLE else None,
            test=evaluate(_sigmoid(points), points, self.trial, 0.2, 10),
            gain=recall_gain(self.trial, self.points, points, 0.2) if other else None,
            auc_gain=iv.auc_difference(missed, self.points[known], points[known], school) if other else None,
        )

    def counted(self) -> tuple[Counted, ...]:
        single = membership(self.groups, 1)
        lines = []
        for codes in single.codes:
            for place in np.unique(codes):
                outcomes = np.bincount(self.outcome[codes == place], minlength=3)
                parts = (int(outcomes[kind]) for kind in (MISSED, MET, UNKNOWN))
                lines.append(Counted(single.cells[place], int(outcomes.sum()), *parts, 0))
        return tuple(lines)

    def reached(self) -> tuple[Reached, ...]:
        aware = self.trial.make_list(self.points + 0.8 * (self.groups.attributes["lunch"].codes == 0), 0.2).flagged
        single, missed = membership(self.groups, 1), self.outcome == MISSED
        lines = []
        for codes in single.codes:
            for place in np.unique(codes):
                rows = (codes == place) & missed
                lines.append(Reached(single.cells[place], int(rows.sum()), int((rows & aware).sum())))
        return tuple(lines)


def _card() -> Scorecard:
    result = InputSpec(
        "reading", "read", InputType.RESULT, "Reading result", "points", Direction.LOWER, True, {"1": (485.0, 55.0)}
    )
    age = InputSpec("age", "age", InputType.NUMBER, "Age", "years")
    kind = InputSpec("class_type", "class_type", InputType.CATEGORY, f"Class type {HOSTILE}")
    levels = (
        LevelMeaning("High", 0.5, 400, 0.61, 0.57, 0.65),
        LevelMeaning("Moderate", 0.25, 500, 0.35, 0.31, 0.4),
        LevelMeaning("Low", 0.0, 4),
    )
    tables = (
        PointsTable(result, Kind.PIECES, (-1.5, 0.0, 2.0), (2.4, 0.1, -1.9), 0.4, 0.3),
        PointsTable(age, Kind.STEPS, (6.0, 7.0), (-0.1, 0.0, 0.6), None, 6.5),
        PointsTable(kind, Kind.CATEGORIES, ("reg", "small"), (0.1, -0.2), 0.0, "reg"),
    )
    return replace(Scorecard("star-next-grade", "piecewise", -1.4, tables, levels))


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def _change() -> Change:
    causes = np.zeros((len(Changed), len(Cause)), dtype=np.int64)
    causes[Changed.NEW, [Cause.DATA, Cause.OTHERS]] = 20, 2
    causes[Changed.OFF, Cause.GONE], causes[Changed.HIGHER, Cause.MODEL] = 12, 31
    moves = (Move("Low", "High", Cause.MODEL, 31),)
    changes = Changes(date(2026, 6, 1), "2026-06-01-0123456789ab", 270, causes, moves, {HOSTILE: (22, 12, 31, 0)})
    return Change(changes, (GroupLine("Girls who came", tuple(count_told(number, 10) for number in (15, 4, 20, 0))),))
