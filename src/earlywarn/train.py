"""From a roster of past years to a registered model with its papers: the order of steps, nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from earlywarn.candidates.catalogue import catalogue
from earlywarn.candidates.learn import learn
from earlywarn.candidates.mitigated import mitigated
from earlywarn.candidates.rivals import learn_rivals
from earlywarn.cohort import build_cohort, split
from earlywarn.config.load import parse_experiment, read_config
from earlywarn.examine.cohorts import InUse
from earlywarn.examine.refused import of_account
from earlywarn.files import publish_file, readable_json, row_json, sha256_of
from earlywarn.mitigation import weigh_mitigation
from earlywarn.promotions import load_scorecard, read_record
from earlywarn.registry.store import Registry
from earlywarn.report.beside import training
from earlywarn.report.card import model_card
from earlywarn.report.entry import entry_of
from earlywarn.report.findings import Findings
from earlywarn.report.mitigation_record import mitigation_record
from earlywarn.report.origins import origins_record
from earlywarn.report.pages import audit_page, figure_files
from earlywarn.report.published import published_findings
from earlywarn.report.reading import Reading
from earlywarn.report.records import audit_record, training_record, verdict_record
from earlywarn.roster.door import check_share, open_roster
from earlywarn.trial import Stamp, look

Told = Callable[[str], None]
"""Called with a few words before each step, for a progress line."""


@dataclass(frozen=True)
class Trained:
    """A registered version, what was found, and the folder of its papers."""

    findings: Findings
    version: int
    papers: Path


def train(roster: Path, config: Path, home: Path, registry: Registry, today: date, tell: Told) -> Trained:
    """Fit, choose, fold, test, audit, judge and register.

    Raises
    ------
    ConfigError, RosterError, EvidenceError, ScorecardError, MachineError
        See the rooms that raise them; then nothing is registered.
    """
    content = read_config(config)
    experiment = parse_experiment(content, str(config))
    tell("reading the roster")
    door = open_roster(roster, experiment)
    check_share(door, experiment)
    parts = split(build_cohort(door.roster, door.groups, experiment), experiment)
    candidates = (*catalogue(experiment), *mitigated(experiment, parts.train))
    tell("asking the MLflow store")
    registry.versions(experiment.name)
    tell(f"fitting {len(candidates)} candidates in {experiment.cohort.folds} folds of schools")
    learnt = learn(parts.train, candidates, experiment)
    rivals = learn_rivals(parts.train, candidates, learnt, experiment)
    tell("looking at the test, once")
    stamp = Stamp(today, {"config_sha256": sha256_of(content), "roster_sha256": door.sha256})
    findings = look(parts, candidates, learnt, experiment, stamp, _in_use(home, experiment.name))
    audited = replace(findings.audited, refused=(of_account(door),))
    findings = replace(findings, audited=audited, frontier=weigh_mitigation(parts, rivals, experiment))
    tell("writing the record")
    told = published_findings(findings)
    papers = papers_of(told, content)
    version = registry.record(entry_of(told, papers, figure_files(told.audited, training(told))))
    folder = home / "papers" / f"{experiment.name}-{version}"
    for name, paper in papers.items():
        publish_file(folder / name, paper)
    return Trained(told, version, folder)


def _in_use(home: Path, name: str) -> InUse | None:
    """Give the model of this name that is in force in this home, if there is one."""
    before = [promotion for promotion in read_record(home) if promotion.name == name]
    if not before:
        return None
    return InUse(load_scorecard(home, before[-1].scorecard), f"{name} version {before[-1].version}")


def papers_of(findings: Findings, config: bytes) -> Mapping[str, bytes]:
    """Give every paper of an experiment by its file name."""
    return {
        "scorecard.json": findings.card.to_bytes(),
        "config.toml": config,
        "card.md": model_card(findings).encode(),
        "audit.json": row_json(_record(findings)),
        "audit.html": audit_page(findings.audited, training(findings)).encode(),
        "verdict.json": readable_json(verdict_record(findings.audited, findings.card.sha256)),
    }


def _record(findings: Findings) -> dict[str, Any]:
    """Give audit.json: what every audit tells, what training found, and mitigation where that was asked for."""
    reading = Reading(findings.audited)
    record = audit_record(findings.audited) | {"training": training_record(findings)}
    if findings.origins:
        record["origins"] = origins_record(reading, findings.origins)
    if findings.frontier is not None:
        record["mitigation"] = mitigation_record(reading, findings.frontier)
    return record
