"""A score run as an audit reads it before anyone knows an outcome: who is flagged, not scored, lacks an input."""

import numpy as np

from earlywarn import arrow
from earlywarn.audit.sheets import LACKS, NOT_SCORED
from earlywarn.audit.subject import Subject
from earlywarn.capacity import Listed
from earlywarn.columns import UNKNOWN, Bools, Ints, Status
from earlywarn.config.experiment import Serving
from earlywarn.examine.cohorts import level_cuts
from earlywarn.examine.judged import count_students
from earlywarn.groups import GroupTable, membership, recorded
from earlywarn.histograms import Presence, Scored
from earlywarn.printable import short
from earlywarn.report.findings import About, Counted, Refused
from earlywarn.score_run import GROUPS, INPUTS, SCORES, StoredRun


def subject_of(run: StoredRun, serving: Serving) -> tuple[Subject, tuple[Counted, ...]]:
    """Give what is audited, and the count of all students in scope by group."""
    table = run.table(SCORES)
    status = np.array(arrow.to_coded(table["status"]).texts(), dtype=object)
    scope = np.flatnonzero(status != Status.OUT_OF_SCOPE)
    scored = np.asarray(status[scope] == Status.SCORED)
    rows = scope[scored]
    school = arrow.to_coded(table["school_id"]).take(scope)
    groups = membership(groups_of(run, scope, serving), serving.groups.depth)
    presence = Presence(school, groups, {NOT_SCORED: ~scored, **_lacks(run, scope, serving)})
    flagged = arrow.true(table["flagged"])[rows]
    rank = np.nan_to_num(arrow.to_floats(table["rank"])[rows]).astype(np.int64)
    listed = Listed(rank, flagged, int(flagged.sum()), flagged.astype(np.float64))
    outcome = np.full(len(rows), UNKNOWN)
    students = Scored(school.take(scored), groups.take(scored), arrow.to_floats(table["risk"])[rows], outcome, listed)
    subject = Subject(students, presence, cuts=level_cuts(serving))
    return subject, count_students(groups, scored, np.full(len(scope), UNKNOWN))


def about(run: StoredRun, subject: Subject, serving: Serving) -> About:
    """Say what was audited."""
    manifest, withdrawal = run.manifest, run.withdrawal
    mark = f"This list was {withdrawal.words}. " if withdrawal else ""
    return About(
        name=serving.name,
        title=serving.title,
        what=f"score run {short(run.name)}" + (", WITHDRAWN" if withdrawal else ""),
        standard=serving.standard.title,
        note=f"{mark}{serving.cohort.note}".strip(),
        students=f"the roster of {manifest.as_of}, outcomes not known yet",
        list=f"list of {100 * serving.capacity.share:g} %",
        schools=len(np.unique(subject.presence.school.codes)),
        day=manifest.as_of,
        digests={"scorecard_sha256": manifest.scorecard},
    )


def refused(run: StoredRun) -> Refused:
    """Count the rows of the roster that were refused or merged when it was scored."""
    counts = run.manifest.counts
    return Refused("the roster", counts.rows_in, counts.quarantined, counts.merged)


def groups_of(run: StoredRun, rows: Ints, serving: Serving) -> GroupTable:
    """Give the groups of some rows of a run, declared codes first."""
    table = run.table(GROUPS)
    columns = {name: arrow.to_coded(table[name]) for name in serving.groups.attributes}
    return recorded(columns, serving.groups).take(rows)


def _lacks(run: StoredRun, rows: Ints, serving: Serving) -> dict[str, Bools]:
    """Say who lacks which input; nothing where the run was written without its inputs."""
    if not (run.folder / INPUTS).is_file():
        return {}
    table = run.table(INPUTS)
    return {LACKS + s.name: ~arrow.known(table[s.name])[rows] for s in serving.inputs if s.name in table.column_names}
