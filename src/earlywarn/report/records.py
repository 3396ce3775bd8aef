"""Audits as JSON records: every figure of anybody's scores, and the verdict that promotions read.

Plain values, laid out as ``audit.schema.json`` and ``verdict.schema.json`` say. It refuses to give away a group below
the privacy minimum: such a group keeps its rows, with a reason and no count.
"""

from typing import Any

from earlywarn.audit.rounding import Shown
from earlywarn.audit.subject import SAME_RISK_GAP, title_of
from earlywarn.evaluate import Bin, Evaluation
from earlywarn.gate import Judgement, Verdict
from earlywarn.groups import Cell
from earlywarn.report import sentences as say
from earlywarn.report.findings import NOT_TOLD, UNSUPPRESSED, Audited, Counted, Findings, Tried
from earlywarn.report.mitigation import on_purpose
from earlywarn.report.other_lists import OtherList, reached_by
from earlywarn.report.reading import Reading, is_open
from earlywarn.report.refused import refused_record
from earlywarn.report.rows import estimated, figure_rows, number
from earlywarn.report.verdict_words import verdict_sentences
from earlywarn.scorecard.table import LevelMeaning

SCHEMA, VERDICT_SCHEMA = "urn:earlywarn:audit:2", "urn:earlywarn:verdict:2"
TITLES_BY_SCORE = {SAME_RISK_GAP: "More often missed at the same score"}
FORMAT, VERDICT_FORMAT = "earlywarn-audit/2", "earlywarn-verdict/2"


def audit_record(audited: Audited) -> dict[str, Any]:
    """Give audit.json: who was audited, every figure with its evidence or reason, and what is known of outcomes."""
    reading, about = Reading(audited), audited.about
    return {
        "$schema": SCHEMA,
        "format": FORMAT,
        "about": {
            "name": about.name,
            "title": about.title,
            "what": about.what,
            "standard": about.standard,
            "note": about.note,
            "students": about.students,
            "list": about.list,
            "schools": about.schools or None,
            "audited_on": about.day.isoformat(),
            "beside": about.beside,
        },
        **_mark(audited),
        "has_outcomes": audited.has_outcomes,
        "is_risk": audited.is_risk,
        "privacy_minimum": audited.groups.privacy_minimum,
        "resampling_unit": _unit(reading),
        "verdict": None if audited.verdict is None else audited.verdict.outcome.value,
        "attributes": {name: _attribute(reading, name) for name in audited.groups.attributes},
        "groups": [_group(reading, cell) for cell in reading.cells],
        "measures": [{"measure": name, "title": _title(reading, name)} for name in _measures(audited)],
        "figures": list(figure_rows(reading, audited.figures)),
        "counted": [_counted(reading, line) for line in audited.counted],
        "refused": refused_record(reading),
        "digests": dict(about.digests),
    }


def training_record(findings: Findings) -> dict[str, Any]:
    """Give what audit.json holds of a training run under ``training``."""
    reading, rules = Reading(findings.audited), findings.rules
    experiment, aware = findings.experiment, reached_by(reading, findings.reached)
    alone = (figure for figure in rules.figures if figure.cell.depth <= 1 and figure.is_main)
    return {
        "experiment": experiment.name,
        "standard": experiment.standard.id,
        "scorecard": findings.card.sha256,
        "candidate": findings.card.candidate,
        "on_purpose": on_purpose(findings) or None,
        "test_year": experiment.cohort.test_year,
        "outcome_years": experiment.cohort.outcome_years,
        "held_out_share": experiment.cohort.test_schools,
        "capacity_share": experiment.capacity.share,
        "train_students": findings.train_students,
        "train_schools": findings.train_schools,
        "test_schools": findings.test_schools,
        "reached": [_reached(reading, aware, cell) for cell in aware.held],
        "candidates": [_tried(tried, findings.chosen.name) for tried in findings.tried],
        "unseen_schools": _evaluation(findings.unseen),
        "calibration": _calibration(findings),
        "levels": [_level(level) for level in findings.card.levels],
        "indicator_rules": {
            **_verdict(Reading(rules), findings.rule_verdict, told=False),
            "figures": list(figure_rows(Reading(rules), alone)),
        },
    }


def verdict_record(audited: Audited, scorecard: str | None = None) -> dict[str, Any]:
    """Give verdict.json: the outcome, every judgement with its limits, and what would decide the open ones.

    Parameters
    ----------
    audited
        An audit with outcomes; without any there is no verdict.
    scorecard
        The sha256 of the scorecard that was judged; None for scores that are not ours.
    """
    reading, gate = Reading(audited), audited.gate
    return {
        "$schema": VERDICT_SCHEMA,
        "format": VERDICT_FORMAT,
        "scorecard": scorecard,
        **_mark(audited),
        **_verdict(reading, reading.verdict, told=True),
        "sentences": list(verdict_sentences(reading)),
        "confidence": gate.confidence,
        "resampling_unit": _unit(reading),
        "undecided_share": gate.undecided_share,
        "provisional_days": gate.provisional_days,
        "audited_on": audited.about.day.isoformat(),
        "evidence": gate.evidence.model_dump(mode="json"),
        "rules": [rule.model_dump(mode="json") for rule in gate.rules],
    }


def _mark(audited: Audited) -> dict[str, Any]:
    return {"unsuppressed": audited.unsuppressed} | ({"notice": UNSUPPRESSED} if audited.unsuppressed else {})


def _unit(reading: Reading) -> str:
    """Say what was left out in turn for the intervals: schools, or lots dealt at random where none are known."""
    return "school" if reading.schools_known else "lot"


def _measures(audited: Audited) -> tuple[str, ...]:
    return tuple(dict.fromkeys(figure.measure for figure in audited.figures))


def _title(reading: Reading, measure: str) -> str:
    _, lacks, name = measure.partition(":")
    if lacks:
        return f"Share without {reading.audited.inputs.get(name, name)}"
    return title_of(measure) if reading.audited.is_risk else TITLES_BY_SCORE.get(measure, title_of(measure))


def _attribute(reading: Reading, name: str) -> dict[str, Any]:
    attribute = reading.audited.groups.attributes[name]
    reference = None if attribute.reference is None else Cell((name,), (attribute.reference,)).slug
    return {"title": attribute.title, "reference": reference}


def _group(reading: Reading, cell: Cell) -> dict[str, Any]:
    return {
        "group": cell.slug,
        "words": reading.words(cell),
        "attributes": dict(zip(cell.attributes, cell.values, strict=True)),
        "shown": cell not in reading.discretion.hidden,
    }


def _verdict(reading: Reading, verdict: Verdict, *, told: bool) -> dict[str, Any]:
    """Give a verdict; only of the audit's own is it told what would decide."""
    return {
        "outcome": verdict.outcome.value,
        "failed_rules": list(verdict.failed_rules),
        "judgements": [_judgement(reading, judgement, told) for judgement in verdict.judgements],
    }


def _judgement(reading: Reading, judgement: Judgement, told: bool) -> dict[str, Any]:
    at_least, at_most = judgement.limits
    reason = "" if judgement.low is not None else reading.why_not(reading.evidence(judgement))
    return {
        "rule": judgement.rule,
        "measure": judgement.measure,
        "group": judgement.cell.slug,
        "words": reading.words(judgement.cell),
        "versus": judgement.versus,
        "outcome": judgement.outcome.value,
        "moves_verdict": judgement.counts,
        "value": number(judgement.value),
        "low": number(judgement.low),
        "high": number(judgement.high),
        "at_least": at_least,
        "at_most": at_most,
        "reason": reason,
        "students": judgement.students,
        "effective_schools": number(judgement.schools) if reading.schools_known else None,
        "needed_factor": number(judgement.needed) if judgement.needed else None,
        "would_decide": say.decides_exactly(reading, judgement) if told and is_open(judgement) else None,
    }


def _counted(reading: Reading, line: Counted) -> dict[str, Any]:
    names = ("students", "missed", "met", "unknown", "not_enough_data", "not_scored_missed")
    if line.cell in reading.discretion.hidden:
        return {
            "group": line.cell.slug,
            **dict.fromkeys(names),
            "reason": reading.audited.suppression.hidden_words(line.cell),
        }
    about = line.cell in reading.discretion.rounded
    counts = {name: _count(getattr(line, name)) for name in names}
    return {"group": line.cell.slug, **counts, "reason": "", "about": about}


def _count(number: int) -> int | None:
    return None if number == NOT_TOLD else number


def _reached(reading: Reading, aware: OtherList, cell: Cell) -> dict[str, Any]:
    known, names = reading.suppression, ("missed", "chosen", "aware")
    if known.of(cell) is Shown.HIDDEN:
        return {"group": cell.slug, **dict.fromkeys(names), "reason": known.hidden_words(cell)}
    counts = (known.count(cell, "missed"), known.count(cell, "flagged_missed"), aware.count(cell))
    numbers = {name: count.number for name, count in zip(names, counts, strict=True)}
    about = any(count.shown is not Shown.EXACT for count in counts)
    return {"group": cell.slug, **numbers, "reason": "", "about": about}


def _tried(tried: Tried, chosen: str) -> dict[str, Any]:
    return {
        "name": tried.name,
        "title": tried.title,
        "role": tried.role.value,
        "chosen": tried.name == chosen,
        "out_of_fold_log_loss": estimated(tried.loss),
        "behind_best": estimated(tried.behind),
        "recall_chosen_less_this": estimated(tried.gain),
        "auc_chosen_less_this": estimated(tried.auc_gain),
        **_evaluation(tried.test),
    }


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "test": {name: estimated(figure) for name, figure in evaluation.figures.items()},
        "reliability": [_bin(one) for one in evaluation.reliability],
    }


def _bin(one: Bin) -> dict[str, Any]:
    return {"students": one.students, "risk": number(one.risk), "missed": estimated(one.missed)}


def _calibration(findings: Findings) -> dict[str, Any]:
    found = findings.calibration
    return {"slope": found.slope, "shift": found.shift, "used": found.used, "gain": estimated(found.gain)}


def _level(level: LevelMeaning) -> dict[str, Any]:
    names = ("name", "start", "students", "share", "low", "high")
    return {name: getattr(level, name) for name in names}
