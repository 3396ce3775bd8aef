"""An audit from files to a folder of papers, in three forms; the order of steps, nothing else.

Of a registered model on a labelled roster, of any system's scores, and of a score run before outcomes
are known. It refuses to audit a model on students who taught it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from earlywarn import __version__
from earlywarn.audit.against import BY_SCHOOL, Change, Kept, changes, keep, read_kept, write_kept
from earlywarn.audit.figures import Figure
from earlywarn.audit.origins import Origin, origins
from earlywarn.audit.subject import RECALL_DRIFT, RECALL_GAIN, Subject
from earlywarn.candidates.baselines import IndicatorRules
from earlywarn.candidates.fold import frame_values
from earlywarn.cohort import Cohort, build_cohort
from earlywarn.columns import Floats
from earlywarn.config.audit import AuditPlan
from earlywarn.config.load import parse_serving
from earlywarn.examine import cohorts, score_runs, scores_files
from earlywarn.examine.judged import Terms, audit, terms_of
from earlywarn.examine.refused import of_account
from earlywarn.examine.registered import Registered, Wanted, in_force, registered, to_audit
from earlywarn.files import PRIVATE, canonical_json, locked, publish_folder, readable_json, row_json, sha256_of, sweep
from earlywarn.followed.schools import Part, part_of_risk
from earlywarn.histograms import Scored
from earlywarn.inputs import Values
from earlywarn.promotions import load_scorecard
from earlywarn.registry.store import Registry
from earlywarn.report.beside import Beside
from earlywarn.report.changed import changed, changed_record
from earlywarn.report.entry import audit_entry
from earlywarn.report.findings import About, Audited, Counted, Refused
from earlywarn.report.origins import origins_record, origins_told
from earlywarn.report.pages import audit_page
from earlywarn.report.published import published, published_changes, published_origins
from earlywarn.report.reading import Reading
from earlywarn.report.records import audit_record, verdict_record
from earlywarn.report.told import Told as ToldBeside
from earlywarn.roster.door import check_share, open_roster
from earlywarn.roster.scores_file import open_scores
from earlywarn.score_run import open_run
from earlywarn.scorecard.table import Scorecard

Told = Callable[[str], None]
Found = tuple[Kept, tuple[Change, ...]]
"""The older audit, and what changed since."""


@dataclass(frozen=True)
class Order:
    """Where an audit goes, on which day, what it is compared with, and whether an unsuppressed copy is wanted."""

    out: Path
    today: date
    against: Path | None = None
    unsuppressed: bool = False


@dataclass(frozen=True)
class Assessed:
    """An audit as it is published, what differs from another in words, the folder of its papers.

    ``schools`` is the school's part in the risk, of a score run alone.
    """

    audited: Audited
    changed: tuple[ToldBeside, ...]
    folder: Path
    schools: tuple[Part, ...] = ()


PUBLISHED = ("audit.html", "audit.json", "verdict.json")
"""The papers that may leave the house; the others of the folder may not."""


@dataclass(frozen=True)
class _Case:
    """What is audited, on which terms, and the same students with the list of the indicator rules.

    ``points`` is the scorecard and what it reads of the students, where they are known.
    """

    subject: Subject
    about: About
    counted: tuple[Counted, ...]
    terms: Terms
    rules: Subject | None = None
    points: tuple[Scorecard, Values] | None = None
    refused: tuple[Refused, ...] = ()


def audit_scores(scores: Path, groups: Path | None, plan: AuditPlan, order: Order, tell: Told) -> Assessed:
    """Audit any system's scores.

    Raises
    ------
    UsageError, RosterError, MachineError
        See :func:`earlywarn.roster.scores_file.open_scores`; then nothing is written.
    """
    tell("reading scores and groups")
    door = open_scores(scores, groups, plan)
    subject, counted = scores_files.subject_of(door, plan)
    about, terms = scores_files.about(door, plan, order.today), scores_files.terms(door, plan)
    return _assess(_Case(subject, about, counted, terms, refused=scores_files.refused(door)), order, tell)


def audit_run(run: Path, home: Path, order: Order, tell: Told) -> Assessed:
    """Audit a score run before outcomes are known.

    Raises
    ------
    UsageError, ScorecardError
        No score run there, or one that is not whole or not of this home.
    """
    tell("reading the score run")
    stored = open_run(run)
    card = load_scorecard(home, stored.manifest.scorecard)
    serving = parse_serving(card.serving, f"scorecard {card.sha256[:12]}")
    subject, counted = score_runs.subject_of(stored, serving)
    about, refused = score_runs.about(stored, subject, serving), (score_runs.refused(stored),)
    found = _assess(_Case(subject, about, counted, terms_of(serving), refused=refused), order, tell)
    return replace(found, schools=(part_of_risk(subject.scored, serving),))


def audit_model(wanted: Wanted, registry: Registry, order: Order, tell: Told) -> Assessed:
    """Audit a registered model on a labelled roster or, where no outcome is known yet, without outcomes.

    Raises
    ------
    UsageError, RosterError, ScorecardError, MachineError
        The version, the roster or the papers cannot be taken.
    EvidenceError
        No row of the roster is one that did not teach the model.
    """
    tell("asking the MLflow store")
    model = registered(wanted, registry)
    tell("reading the roster")
    door = open_roster(wanted.roster, model.experiment)
    check_share(door, model.experiment)
    cohort = build_cohort(door.roster, door.groups, model.experiment)
    part = cohort.take(to_audit(cohort, model, wanted, door.sha256))
    case = replace(_case(part, model, wanted, order.today, door.sha256), refused=(of_account(door),))
    assessed = _assess(case, order, tell)
    tell("writing the record")
    papers = {name: (assessed.folder / name).read_bytes() for name in PUBLISHED if (assessed.folder / name).is_file()}
    registry.note(audit_entry(assessed.audited, papers, model.version))
    return assessed


def _case(part: Cohort, model: Registered, wanted: Wanted, today: date, roster: str) -> _Case:
    """Lay out a part of a roster: the model's list, the rules' list and, if another model is in use, its list."""
    experiment, frame = model.experiment, part.take(part.enough).frame
    presence, test = cohorts.presence_of(part, experiment), cohorts.held_out(part, experiment)
    counts = IndicatorRules(experiment.indicators).decision_function(frame)
    in_use = in_force(wanted, model)

    def listed(risk: Floats, points: Floats) -> Scored:
        return cohorts.scored_students(presence, part.enough, test, (risk, points), experiment.capacity.share)

    rules = listed(counts, counts)
    against = {RECALL_GAIN: rules}
    if in_use is not None and not in_use.misfit(experiment.inputs):
        against[RECALL_DRIFT] = listed(*cohorts.card_scores(in_use.card, frame))
    what = f"{model.name} version {model.version}"
    students = f"school year {part.frame['school_year'].iloc[0]}, none of whom taught the model"
    digests = {"scorecard_sha256": model.card.sha256, "roster_sha256": roster}
    about = cohorts.about(part, experiment, (what, students), today, digests)
    cuts = cohorts.level_cuts(experiment)
    subject = Subject(listed(*cohorts.card_scores(model.card, frame)), presence, cuts=cuts, against=against)
    return _Case(
        subject=subject,
        about=cohorts.held_against(about, in_use, experiment.inputs),
        counted=cohorts.count_outcomes(part),
        terms=terms_of(experiment),
        rules=Subject(rules, presence, is_risk=False),
        points=(model.card, frame_values(model.card.specs, frame)),
    )


def _assess(case: _Case, order: Order, tell: Told) -> Assessed:
    """Audit, compare with the older audit, and publish the folder whole or not at all."""
    then = None if order.against is None else read_kept(order.against)
    tell("auditing")
    audited = _audited(case)
    about = case.about
    head = (about.title, about.day.isoformat(), about.standard)
    kept = keep(audited.figures, audited.school_keys, head, about.what)
    found = None if then is None else (then, changes(kept, then))
    tell("writing the papers")
    papers = _papers(audited, case, found)
    private = _unsuppressed(case, found) if order.unsuppressed else {}
    folder = order.out / f"{about.day}-{_name(case, order)}"

    def fill(place: Path) -> None:
        for name, content in papers.items():
            (place / name).write_bytes(content)
        write_kept(kept, place / BY_SCHOOL)
        for name, content in private.items():
            (place / name).write_bytes(content)
            (place / name).chmod(PRIVATE)

    with locked(order.out):
        sweep(order.out)
        if not folder.exists():
            publish_folder(folder, fill)
    told = published(audited)
    return Assessed(told, _changed(told, found), folder)


def _audited(case: _Case) -> Audited:
    return replace(audit(case.subject, case.about, case.counted, case.terms), refused=case.refused)


def _name(case: _Case, order: Order) -> str:
    """Name an audit by all that went in: the same command gives the same folder."""
    terms = {
        "groups": case.terms.groups.model_dump(mode="json"),
        "gate": case.terms.gate.model_dump(mode="json"),
        "about": {**vars(case.about), "day": case.about.day.isoformat(), "digests": dict(case.about.digests)},
        "against": str(order.against).encode("utf-8", "backslashreplace").decode(),
        "unsuppressed": order.unsuppressed,
        "version": __version__,
    }
    return sha256_of(canonical_json(terms))[:12]


def _papers(audited: Audited, case: _Case, found: Found | None) -> dict[str, bytes]:
    """Give the papers of an audit by their names, as they may be published."""
    told = published(audited)
    reading, parted = Reading(told), published_origins(told, _origins(case, audited.figures))
    record, beside = audit_record(told), Beside(rules=_rules(case, told), origins=origins_told(reading, parted))
    if parted:
        record["origins"] = origins_record(reading, parted)
    if found is not None:
        since, moved = found[0], published_changes(told, found[1])
        record["changed"] = changed_record(moved, since)
        beside = replace(beside, changed=_changed(told, found))
    papers = {"audit.html": audit_page(told, beside).encode(), "audit.json": row_json(record)}
    if told.verdict is not None:
        papers["verdict.json"] = readable_json(verdict_record(told, case.about.digests.get("scorecard_sha256")))
    return papers


def _origins(case: _Case, figures: tuple[Figure, ...]) -> tuple[Origin, ...]:
    if case.points is None:
        return ()
    return origins(*case.points, case.subject.scored, case.terms.groups, figures)


def _changed(told: Audited, found: Found | None) -> tuple[ToldBeside, ...]:
    """Say what differs from the other audit, where there is one."""
    return () if found is None else changed(Reading(told), published_changes(told, found[1]), found[0])


def _unsuppressed(case: _Case, found: Found | None) -> dict[str, bytes]:
    """Give the data scientist's own copies, with every count, marked on every page."""
    groups = case.terms.groups.model_copy(update={"privacy_minimum": 0})
    case = replace(case, terms=replace(case.terms, groups=groups))
    audited = replace(_audited(case), unsuppressed=True)
    return {f"unsuppressed-{name}": paper for name, paper in _papers(audited, case, found).items()}


def _rules(case: _Case, told: Audited) -> Audited | None:
    """Turn the same gate on the indicator rules, where there are outcomes to judge them by."""
    if case.rules is None or told.verdict is None:
        return None
    audited = audit(case.rules, replace(case.about, what="Indicator rules"), case.counted, case.terms)
    return published(replace(audited, unsuppressed=told.unsuppressed))
