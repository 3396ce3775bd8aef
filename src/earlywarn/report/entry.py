"""From findings and their papers to what MLflow keeps: parameters, metrics and digests, never a row."""

import subprocess
from collections.abc import Mapping

from earlywarn.candidates.catalogue import Role
from earlywarn.registry.store import ChildRun, Entry
from earlywarn.report.by_group import by_group_table, group_metrics, with_ends
from earlywarn.report.findings import Audited, Findings, Tried


def entry_of(findings: Findings, papers: Mapping[str, bytes], figures: Mapping[str, str]) -> Entry:
    """Give the parent run, a child run a candidate, and the papers of an experiment."""
    experiment, card = findings.experiment, findings.card
    return Entry(
        name=experiment.name,
        params={
            "standard": experiment.standard.id,
            "candidate": card.candidate,
            "seed": str(experiment.seed),
            "test_year": str(experiment.cohort.test_year),
            "outcome_years": str(experiment.cohort.outcome_years),
            "held_out_share": str(experiment.cohort.test_schools or "none"),
            "capacity_share": str(experiment.capacity.share),
            "inputs": ", ".join(spec.name for spec in card.specs),
            "train_students": str(findings.train_students),
            "train_schools": str(findings.train_schools),
            "test_schools": str(findings.test_schools),
            **findings.audited.about.digests,
        },
        metrics=_tried_metrics(findings.chosen) | group_metrics(findings.audited),
        tags={
            "verdict": findings.verdict.outcome.value,
            "candidate": card.candidate,
            "scorecard": card.sha256,
            "git_commit": git_commit(),
        },
        children=tuple(_child(tried) for tried in findings.tried),
        papers=papers,
        figures=figures,
        tables={"by_group.json": by_group_table(findings.audited)},
    )


def audit_entry(audited: Audited, papers: Mapping[str, bytes], version: int) -> Entry:
    """Give the run that a later audit of a registered version leaves; it is as published as its papers."""
    about = audited.about
    verdict = "none yet" if audited.verdict is None else audited.verdict.outcome.value
    return Entry(
        name=about.name,
        params={"audited_version": str(version), "audited_on": about.day.isoformat(), **about.digests},
        metrics=group_metrics(audited),
        tags={"kind": "audit", "verdict": verdict, "audited_version": str(version), "git_commit": git_commit()},
        children=(),
        papers=papers,
        figures={},
        tables={"by_group.json": by_group_table(audited)},
    )


def git_commit() -> str:
    """Give the commit of the folder one stands in, or "none"."""
    command = ["git", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "none"
    return done.stdout.strip()


def _child(tried: Tried) -> ChildRun:
    promotable = str(tried.role in (Role.PROMOTABLE, Role.MITIGATED))
    return ChildRun(tried.name, {"role": tried.role.value, "promotable": promotable}, _tried_metrics(tried))


def _tried_metrics(tried: Tried) -> dict[str, float]:
    figures = {"out_of_fold_log_loss": tried.loss, "gain_of_chosen": tried.gain, **tried.test.figures}
    return {key: value for name, found in figures.items() if found for key, value in with_ends(name, found).items()}
