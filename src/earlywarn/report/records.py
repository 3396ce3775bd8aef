"""Findings as JSON records: the whole audit, and the verdict that promotions read.

Plain dicts whose numbers are finite or None. It refuses to give away a group below the privacy
minimum: such a group keeps its rows, with a reason and no count.
"""

import math
from collections.abc import Iterable
from typing import Any

from earlywarn.audit.figures import Figure
from earlywarn.audit.subject import title_of
from earlywarn.estimate import Estimate
from earlywarn.evaluate import Bin, Evaluation
from earlywarn.gate import Judgement, Verdict
from earlywarn.report import sentences as say
from earlywarn.report.findings import Counted, Findings, Reached, Tried
from earlywarn.report.reading import Reading, is_open
from earlywarn.scorecard.table import LevelMeaning

FORMAT = "earlywarn-audit/1"
VERDICT_FORMAT = "earlywarn-verdict/1"
RESAMPLED = "school"


def audit_record(findings: Findings) -> dict[str, Any]:
    """Give audit.json: every figure of the model and of the indicator rules, with its evidence or reason."""
    reading = Reading(findings.audited, findings.rules)
    audited = findings.audited
    experiment = findings.experiment
    return {
        "format": FORMAT,
        "experiment": experiment.name,
        "title": experiment.title,
        "standard": {"id": experiment.standard.id, "title": experiment.standard.title},
        "scorecard": findings.card.sha256,
        "candidate": findings.card.candidate,
        "test_year": experiment.cohort.test_year,
        "note": experiment.cohort.note,
        "capacity_share": experiment.capacity.share,
        "privacy_minimum": experiment.groups.privacy_minimum,
        "resampling_unit": RESAMPLED,
        "counts": {
            "train_students": findings.train_students,
            "train_schools": findings.train_schools,
            "test_schools": findings.test_schools,
        },
        "verdict": findings.verdict.outcome.value,
        "figures": [_figure(reading, figure) for figure in audited.figures if figure.is_main],
        "counted": [_counted(reading, line) for line in audited.counted],
        "reached": [_reached(reading, line) for line in findings.reached],
        "candidates": [_tried(tried, findings.chosen.name) for tried in findings.tried],
        "unseen_schools": _evaluation(findings.unseen),
        "calibration": _calibration(findings),
        "levels": [_level(level) for level in findings.card.levels],
        "indicator_rules": {
            **_verdict(reading, findings.rule_verdict, told=False),
            "figures": [
                _figure(reading, figure)
                for figure in findings.rules.figures
                if figure.cell.depth <= 1 and figure.is_main
            ],
        },
        "digests": dict(audited.about.digests),
    }


def verdict_record(findings: Findings) -> dict[str, Any]:
    """Give verdict.json: the outcome, every judgement with its limits, and what would decide the open ones."""
    reading, gate = Reading(findings.audited), findings.experiment.gate
    return {
        "format": VERDICT_FORMAT,
        "scorecard": findings.card.sha256,
        **_verdict(reading, findings.verdict, told=True),
        "sentences": list(say.verdict_sentences(reading)),
        "confidence": gate.confidence,
        "resampling_unit": RESAMPLED,
        "undecided_share": gate.undecided_share,
        "provisional_days": gate.provisional_days,
        "audited_on": findings.audited.about.day.isoformat(),
        "evidence": gate.evidence.model_dump(mode="json"),
        "rules": [rule.model_dump(mode="json") for rule in gate.rules],
    }


def number(value: float | None) -> float | None:
    """Give a finite number, else None."""
    return None if value is None or not math.isfinite(value) else float(value)


def _figure(reading: Reading, figure: Figure) -> dict[str, Any]:
    """Give one row; without an interval, neither a small part of a group nor a value that gives it away."""
    minimum = reading.discretion.minimum
    small = figure.estimate is None and min(figure.events, figure.non_events) < minimum
    events, others = (None if small and part < minimum else part for part in (figure.events, figure.non_events))
    return {
        "measure": figure.measure,
        "title": title_of(figure.measure),
        "group": figure.cell.slug,
        "words": reading.words(figure.cell),
        "versus": figure.versus,
        "value": None if small else number(figure.value),
        **_interval(figure.estimate, (0.95, 0.90)),
        "reason": figure.reason,
        "students": figure.students,
        "events": events,
        "non_events": others,
        "effective_schools": number(figure.schools),
    }


def _interval(estimate: Estimate | None, confidences: Iterable[float]) -> dict[str, float | None]:
    ends: dict[str, float | None] = {}
    for confidence in confidences:
        low, high = (None, None) if estimate is None else estimate.interval(confidence)
        ends |= {f"low{confidence:.0%}".rstrip("%"): number(low), f"high{confidence:.0%}".rstrip("%"): number(high)}
    return ends


def _estimate(estimate: Estimate | None) -> dict[str, float | None] | None:
    if estimate is None:
        return None
    return {"value": number(estimate.value), **_interval(estimate, (0.95,))}


def _verdict(reading: Reading, verdict: Verdict, *, told: bool) -> dict[str, Any]:
    """Give a verdict; only of the model's own is it told what would decide."""
    return {
        "outcome": verdict.outcome.value,
        "failed_rules": list(verdict.failed_rules),
        "judgements": [_judgement(reading, judgement, told) for judgement in verdict.judgements],
    }


def _judgement(reading: Reading, judgement: Judgement, told: bool) -> dict[str, Any]:
    at_least, at_most = judgement.limits
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
        "reason": judgement.reason,
        "students": judgement.students,
        "effective_schools": number(judgement.schools),
        "needed_factor": number(judgement.needed) if judgement.needed else None,
        "would_decide": say.decides(reading, judgement) if told and is_open(judgement) else None,
    }


def _counted(reading: Reading, line: Counted) -> dict[str, Any]:
    head = {"group": line.cell.slug, "words": reading.words(line.cell)}
    names = ("students", "missed", "met", "unknown", "not_enough_data", "not_scored_missed")
    if line.cell in reading.discretion.hidden:
        return head | dict.fromkeys(names) | {"reason": reading.discretion.hidden_words}
    return head | {name: getattr(line, name) for name in names} | {"reason": ""}


def _reached(reading: Reading, line: Reached) -> dict[str, Any]:
    head = {"group": line.cell.slug, "words": reading.words(line.cell)}
    minimum, names = reading.discretion.minimum, ("missed", "chosen", "aware")
    if line.missed < minimum:
        return head | dict.fromkeys(names) | {"reason": f"fewer than {minimum} missed the standard: not shown"}
    return head | {name: getattr(line, name) for name in names} | {"reason": ""}


def _tried(tried: Tried, chosen: str) -> dict[str, Any]:
    return {
        "name": tried.name,
        "title": tried.title,
        "role": tried.role.value,
        "chosen": tried.name == chosen,
        "out_of_fold_log_loss": _estimate(tried.loss),
        "behind_best": _estimate(tried.behind),
        "recall_chosen_less_this": _estimate(tried.gain),
        "auc_chosen_less_this": _estimate(tried.auc_gain),
        **_evaluation(tried.test),
    }


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "test": {name: _estimate(figure) for name, figure in evaluation.figures.items()},
        "reliability": [_bin(one) for one in evaluation.reliability],
    }


def _bin(one: Bin) -> dict[str, Any]:
    return {"students": one.students, "risk": number(one.risk), "missed": _estimate(one.missed)}


def _calibration(findings: Findings) -> dict[str, Any]:
    found = findings.calibration
    return {"slope": found.slope, "shift": found.shift, "used": found.used, "gain": _estimate(found.gain)}


def _level(level: LevelMeaning) -> dict[str, Any]:
    names = ("name", "start", "students", "share", "low", "high")
    return {name: getattr(level, name) for name in names}
