"""A registered model as an audit needs it: its papers, who did not teach it, and what it is held against.

It refuses a model whose papers do not say which roster taught it, and students who did.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earlywarn.cohort import Cohort
from earlywarn.columns import UNKNOWN, Bools
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import parse_experiment
from earlywarn.errors import EvidenceError, Fault, ScorecardError, UsageError
from earlywarn.examine.cohorts import InUse
from earlywarn.printable import short
from earlywarn.promotions import load_scorecard, read_record
from earlywarn.registry.store import Registry
from earlywarn.report import words as w
from earlywarn.scorecard.table import Scorecard, from_bytes


@dataclass(frozen=True)
class Wanted:
    """Which registered model on which roster; without a version the one in force, without a year the latest."""

    roster: Path
    name: str
    home: Path
    version: int | None = None
    year: int | None = None


@dataclass(frozen=True)
class Registered:
    """A registered version: its experiment, its scorecard, and the sha256 of the roster that taught it."""

    name: str
    version: int
    experiment: Experiment
    card: Scorecard
    taught_by: str


def registered(wanted: Wanted, registry: Registry) -> Registered:
    """Read the version asked for.

    Raises
    ------
    UsageError, ScorecardError
        No such model or version, a lost MLflow store, or papers that say too little.
    """
    version = _version(wanted, registry)
    where = f"{wanted.name} version {version}"
    papers = registry.papers(wanted.name, version)
    experiment = parse_experiment(papers["config.toml"], f"config.toml of {where}")
    try:
        taught_by = str(json.loads(papers["audit.json"])["digests"]["roster_sha256"])
    except (ValueError, KeyError, TypeError):
        raise ScorecardError(
            Fault(f"audit.json of {where}", "it does not say which roster taught the model", remedy="train it again")
        ) from None
    return Registered(wanted.name, version, experiment, from_bytes(papers["scorecard.json"], where), taught_by)


def to_audit(cohort: Cohort, model: Registered, wanted: Wanted, roster: str) -> Bools:
    """Give the rows to audit: one school year of students who taught nothing, the latest with outcomes.

    Raises
    ------
    EvidenceError
        There are none.
    """
    plan, year = model.experiment.cohort, cohort.frame["school_year"].to_numpy()
    fresh = year + plan.outcome_years > plan.test_year
    if plan.test_schools is not None:
        fresh = (year > plan.test_year) | (cohort.tests & (roster == model.taught_by))
    known = year[fresh & (cohort.outcome != UNKNOWN)]
    asked = wanted.year or max((known if len(known) else year[fresh]).tolist(), default=0)
    rows = np.asarray(fresh & (year == asked))
    if not rows.any():
        found = f"no student of school year {asked}" if wanted.year else "no student"
        allowed = f"school year {w.listed(map(str, np.unique(year[fresh]).tolist()), 'or')}" if fresh.any() else ""
        remedy = "give a roster of a later year; whoever taught a model cannot say how often it is right"
        raise EvidenceError(Fault(wanted.roster.name, f"{found} who did not teach the model", allowed, remedy))
    return rows


def in_force(wanted: Wanted, model: Registered) -> InUse | None:
    """Give the model in force, unless it is the one that is audited."""
    before = [line for line in read_record(wanted.home) if line.name == wanted.name]
    if not before or before[-1].scorecard == model.card.sha256:
        return None
    return InUse(load_scorecard(wanted.home, before[-1].scorecard), f"{wanted.name} version {before[-1].version}")


def _version(wanted: Wanted, registry: Registry) -> int:
    """Give the version asked for; without one, that in force, else the newest."""
    in_force = [line.version for line in read_record(wanted.home) if line.name == wanted.name]
    versions = registry.versions()
    known = [version.version for version in versions if version.name == wanted.name]
    if in_force and not versions:
        remedy = "restore mlflow.db and artifacts/ from a backup, or train again; scoring works without them"
        found = f"its MLflow store is gone or empty, though {wanted.name} was promoted here"
        raise UsageError(Fault(str(wanted.home), found, "the store that 'earlywarn train' wrote", remedy))
    if not known:
        where, names = f"--model '{short(wanted.name)}'", sorted({version.name for version in versions})
        allowed = ", ".join(names) or f"none yet in {wanted.home}"
        remedy = "see 'earlywarn models', or give the --home in which it was trained"
        raise UsageError(Fault(where, "no model of this name is registered", allowed, remedy))
    return wanted.version or (in_force[-1] if in_force else known[-1])
