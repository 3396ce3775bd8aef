"""From a subject to an audit with its verdict; it judges nothing of which nothing is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from earlywarn.audit.against import school_keys
from earlywarn.audit.kinds import AUDITED, FLAGGED, NOT_SCORED_STATE, STATES, UNFLAGGED
from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import Subject, audit_figures
from earlywarn.audit.suppression import suppress
from earlywarn.columns import MET, MISSED, UNKNOWN, Bools, Floats, Ints
from earlywarn.config.experiment import Serving
from earlywarn.config.sections import Gate, Groups
from earlywarn.gate import judge
from earlywarn.groups import Membership
from earlywarn.report.findings import About, Audited, Counted


@dataclass(frozen=True)
class Terms:
    """On what terms is audited: whom to compare, the gate, the inputs' titles, whether to draw estimates together."""

    groups: Groups
    gate: Gate
    inputs: Mapping[str, str] = field(default_factory=dict)
    partial_pooling: bool = False


def terms_of(serving: Serving) -> Terms:
    """Give the terms of an experiment."""
    return Terms(serving.groups, serving.gate, {spec.name: spec.title for spec in serving.inputs})


def audit(subject: Subject, about: About, counted: tuple[Counted, ...], terms: Terms) -> Audited:
    """Give every figure and the verdict; rules about what the subject is not held against say nothing."""
    figures = audit_figures(subject, terms.groups, terms.gate.evidence, partial_pooling=terms.partial_pooling)
    return Audited(
        about=about,
        groups=terms.groups,
        gate=terms.gate,
        figures=figures,
        verdict=judge(figures, terms.gate) if subject.has_outcomes else None,
        counted=counted,
        inputs=terms.inputs,
        is_risk=subject.is_risk,
        suppression=suppress(subject.presence.groups.cells, atoms_of(subject), terms.groups.privacy_minimum),
        school_keys=school_keys(subject.presence.school.names) if about.schools else (),
    )


def atoms_of(subject: Subject) -> Floats:
    """Count all students in scope by cell, outcome and state, shape (cells, 9); those tied at the cut by their chance.

    So figures weigh them, and what is told beside the figures is guarded as it is told.
    """
    presence = subject.presence
    outcome = np.full(len(presence.school), UNKNOWN) if presence.outcome is None else presence.outcome
    chance, scored = np.zeros(len(outcome)), ~presence.lacks[NOT_SCORED]
    chance[scored] = subject.scored.listed.chance
    weights = {UNFLAGGED: scored * (1 - chance), FLAGGED: chance, NOT_SCORED_STATE: 1.0 - scored}
    atoms = np.zeros((len(presence.groups.cells), len(AUDITED.matrix.T)))
    for codes in presence.groups.codes:
        for state, weight in weights.items():
            flat = codes.astype(np.int64) * len(AUDITED.matrix.T) + outcome * STATES + state
            atoms += np.bincount(flat, weights=weight, minlength=atoms.size).reshape(atoms.shape)
    return atoms.round(6)


def count_students(groups: Membership, scored: Bools, outcome: Ints) -> tuple[Counted, ...]:
    """Count outcomes by single attribute, unknown apart: it is never read as met.

    Parameters
    ----------
    groups, scored, outcome
        Of all students in scope; cells of more than one attribute are left out.
    """
    places = len(groups.cells)
    table = np.zeros((places, 2, 3), dtype=np.int64)
    for codes in groups.codes:
        flat = (codes.astype(np.int64) * 2 + scored) * 3 + outcome
        table += np.bincount(flat, minlength=table.size).reshape(table.shape)
    return tuple(
        Counted(
            cell=cell,
            students=int(row.sum()),
            missed=int(row[1, MISSED]),
            met=int(row[1, MET]),
            unknown=int(row[1, UNKNOWN]),
            not_enough_data=int(row[0].sum()),
            not_scored_missed=int(row[0, MISSED]),
        )
        for cell, row in zip(groups.cells, table, strict=True)
        if row.sum() and cell.depth <= 1
    )
