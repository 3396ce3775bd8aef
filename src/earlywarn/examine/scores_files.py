"""A scores file as an audit reads it: no model of ours, perhaps no outcomes, perhaps no schools.

What the file cannot say is named: without schools no figure is judged, since nobody knows how alike
students of one school are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import RECALL_GAIN, Cut, Subject
from earlywarn.capacity import Listed, given_list, list_by_chance, seats_for
from earlywarn.columns import UNKNOWN, Coded
from earlywarn.config.audit import AuditPlan, ScoreIs
from earlywarn.errors import EvidenceError, Fault
from earlywarn.examine.judged import Terms, count_students
from earlywarn.examine.refused import of_account, of_groups
from earlywarn.groups import GroupTable, membership
from earlywarn.histograms import Presence, Scored
from earlywarn.printable import one_line, short
from earlywarn.report.findings import About, Counted, Refused
from earlywarn.roster.quarantine import summary
from earlywarn.roster.scores_file import ScoresDoor

UNKNOWN_SCHOOLS = "schools are not known: give a column school_id"
ELSEWHERE = "(school not known)"
"""The school of students who stand in the groups file alone."""

RULES_SHOWN = 6
"""Broken rules that a page names; the door counts all of them."""

STAND_INS = 400
"""Where schools are not known students are dealt into so many lots at random, as if each stood alone."""


def subject_of(door: ScoresDoor, plan: AuditPlan) -> tuple[Subject, tuple[Counted, ...]]:
    """Give what is audited and the count of all students by group, those without a score included."""
    if not door.scored.any():
        where, remedy = door.accounts[0].file, "check that the column holds numbers, and which words mean missing"
        raise EvidenceError(Fault(where, "not one student has a score", "a score per student", remedy))
    table, school = _everyone(door, plan)
    groups = membership(table, door.comparison.depth)
    scored = np.concatenate([door.scored, np.zeros(len(door.join.groups_only), dtype=bool)])
    known = np.full(len(door), UNKNOWN) if door.outcome is None else door.outcome
    outcome = np.concatenate([known, np.full(len(door.join.groups_only), UNKNOWN)])
    presence = Presence(school, groups, {NOT_SCORED: ~scored}, outcome)
    score = door.score[door.scored]
    students = Scored(school.take(scored), groups.take(scored), score, outcome[scored], _list(door, plan, len(scored)))
    subject = Subject(
        scored=students,
        presence=presence,
        is_risk=plan.columns.score_is is ScoreIs.RISK,
        cuts=_cuts(plan),
        against=_rules(door, students),
        lack="" if door.schools_known else UNKNOWN_SCHOOLS,
    )
    return subject, count_students(groups, scored, outcome)


def about(door: ScoresDoor, plan: AuditPlan, day: date) -> About:
    """Say what was audited."""
    files = [short(account.file) for account in door.accounts]
    return About(
        name=plan.name,
        title=plan.title,
        what=f"the scores in {files[0]}",
        standard=plan.standard,
        note=" ".join(part for part in (plan.note, *_accounts(door)) if part),
        students=f"one row per student in {files[0]}",
        list="the list as given"
        if door.flagged is not None
        else f"no column says who was flagged: taken are the {100 * plan.capacity.share:g} % with the highest scores",
        schools=len(door.school.names) if door.schools_known else 0,
        day=day,
        digests={f"{what}_sha256": a.sha256 for what, a in zip(("scores", "groups"), door.accounts, strict=False)},
    )


def _accounts(door: ScoresDoor) -> Iterator[str]:
    """Say what became of rows and students that the figures do not rest on."""
    for account in door.accounts:
        counts = account.counts
        if counts.quarantined or counts.merged:
            told = f"{counts.quarantined:,} refused and {counts.merged:,} merged"
            yield f"Of {counts.rows_in:,} rows of {short(account.file)} {told}."
        for count in summary(account.refusals)[:RULES_SHOWN]:
            yield f"Refused in {short(account.file)}, {one_line(count.place)}: {count.rule}; {count.remedy}."
    join = door.join
    if len(join.groups_only):
        yield f"{len(join.groups_only):,} students stand in the groups file alone: they count as not scored."
    if join.scores_only + join.groups_refused:
        yield f"Of {join.scores_only + join.groups_refused:,} students with a score no group is recorded."


def refused(door: ScoresDoor) -> tuple[Refused, ...]:
    """Count the rows of each file that no figure rests on; of the scores file by group too, found by id."""
    students = of_groups(door.join.scores_refused)
    made = (of_account(account) for account in door.accounts)
    return tuple(replace(one, students=students if place == 0 else ()) for place, one in enumerate(made))


def terms(door: ScoresDoor, plan: AuditPlan) -> Terms:
    """Give the terms of a plan; there are no inputs to tell of."""
    return Terms(door.comparison, plan.gate, partial_pooling=plan.partial_pooling)


def _everyone(door: ScoresDoor, plan: AuditPlan) -> tuple[GroupTable, Coded]:
    """Join the students whom nobody scored to those of the scores file."""
    only = door.join.groups_only
    table = {
        name: Coded(np.concatenate([held.codes, only.attributes[name].codes]), held.names)
        for name, held in door.groups.attributes.items()
    }
    return GroupTable(table), _schools(door, len(only), plan.seed)


def _schools(door: ScoresDoor, more: int, seed: int) -> Coded:
    if door.schools_known:
        elsewhere = np.full(more, len(door.school.names), dtype=np.int32)
        return Coded(np.concatenate([door.school.codes, elsewhere]), (*door.school.names, ELSEWHERE))
    students = len(door) + more
    lots = min(STAND_INS, students)
    dealt = np.random.default_rng(seed).permutation(students) % lots
    return Coded(dealt.astype(np.int32), tuple(str(lot) for lot in range(lots)))


def _list(door: ScoresDoor, plan: AuditPlan, in_scope: int) -> Listed:
    """Give the list as the file says, or of a share of all students."""
    if door.flagged is not None:
        return given_list(door.flagged[door.scored])
    return list_by_chance(door.score[door.scored], seats_for(plan.capacity.share, in_scope))


def _cuts(plan: AuditPlan) -> tuple[Cut, ...]:
    levels = tuple(Cut(f"level {level.name}", level.start) for level in plan.levels if level.start > 0)
    return (*levels, *(Cut(f"risk {risk:g}", risk) for risk in plan.cuts))


def _rules(door: ScoresDoor, students: Scored) -> Mapping[str, Scored]:
    """Hold the list against the rules in use today, whose list is as long; a student whom they do not score is last."""
    if door.rules is None:
        return {}
    rules = np.nan_to_num(door.rules[door.scored], nan=-np.inf)
    return {RECALL_GAIN: replace(students, listed=list_by_chance(rules, students.listed.seats))}
