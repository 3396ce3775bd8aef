"""The order of steps: supports and policies in, every policy carried out, measured and held against by need."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from earlywarn import arrow
from earlywarn.allocate.allocated import Allocated
from earlywarn.allocate.capacity import Planner
from earlywarn.allocate.outcome import Shared, carry_out
from earlywarn.allocate.quotas import Offer, unpayable
from earlywarn.allocate.reach import Reached, carry_out_with_reach, reached_by_group
from earlywarn.allocate.schools import schools_part
from earlywarn.allocate.students import Students, risk_range, scored_students
from earlywarn.allocate.sums import Basis
from earlywarn.allocate.supports import read_supports
from earlywarn.config.allocation import BY_NEED, AllocationPlan, Policy
from earlywarn.config.experiment import Serving
from earlywarn.config.load import parse_serving
from earlywarn.errors import Fault, RosterError
from earlywarn.groups import GroupTable, recorded
from earlywarn.outcomes import Outcomes, outcomes_of
from earlywarn.printable import short
from earlywarn.promotions import load_scorecard
from earlywarn.roster.door import open_results
from earlywarn.score_run import GROUPS, SCORES, StoredRun, open_run, refuse_withdrawn


@dataclass(frozen=True)
class Order:
    """What is asked for; ``reach`` asks for the seats by which every group is reached so often."""

    run: Path
    supports: Path
    home: Path
    plan: AllocationPlan
    outcomes: Path | None = None
    reach: float | None = None


def allocate(order: Order) -> Allocated:
    """Share the seats of support out by every policy of a plan.

    Raises
    ------
    UsageError, RosterError, MachineError
        A file cannot be taken, with every fault of the table of supports.
    RosterError
        More seats than students, a support that answers nobody, floors that cannot be met: each named with the
        smallest change that would do.
    WithdrawnError
        The run's list was withdrawn.
    """
    run = refuse_withdrawn(open_run(order.run), "share seats out by a run that was not withdrawn")
    card = load_scorecard(order.home, run.manifest.scorecard)
    serving = parse_serving(card.serving, f"scorecard {card.sha256[:12]}")
    students = scored_students(run.table(SCORES))
    supports = read_supports(order.supports, students.known({spec.name: spec.title for spec in card.specs}))
    offer = Offer(students, supports, students.answered_by(supports), serving.seed)
    policies = _with_by_need(order.plan)
    if faults := [*_empty(offer, order.supports.name), *(f for policy in policies for f in unpayable(policy, offer))]:
        raise RosterError(list(dict.fromkeys(faults)))
    groups = reached_by_group(_groups(run, serving, offer), serving.groups)
    came, refused = (None, 0) if order.outcomes is None else _came(order.outcomes, run, serving, students)
    ends, outcome = risk_range(students, card.levels), None if came is None else came.outcome
    basis = Basis(students, ends, groups, outcome, serving.groups.privacy_minimum)
    need = serving.gate.evidence
    shared = _carry_out_all(policies, offer, groups, need.students)
    by_need = next(each for each in shared if each.policy.name == BY_NEED)
    alike = _alike(shared, by_need, basis.minimum)
    told = tuple(basis.tell(each, by_need, len(supports), alike.get(each.policy.name)) for each in shared)
    planner = Planner(offer, basis)
    return Allocated(
        run=run,
        serving=serving,
        offer=offer,
        basis=basis,
        policies=told,
        school=schools_part(offer, basis, next(each for each in told if each.shared is by_need), need),
        curve=planner.curve(),
        one_more=planner.one_more(by_need.proof.one_more),
        needed=None if order.reach is None else planner.needed(order.reach, need.students),
        came=came,
        refused=refused,
    )


def _alike(policies: tuple[Shared, ...], by_need: Shared, minimum: int) -> dict[str, Shared]:
    """Find for each policy one that is told by itself and from which fewer students than the minimum change hands.

    Side by side, figures of groups that rest on a student exchanged would tell of that student.
    """
    alone, found = [by_need], dict[str, Shared]()
    for shared in policies:
        if shared is by_need:
            continue
        near = next((other for other in alone if _apart(shared, other) < minimum), None)
        if near is None:
            alone.append(shared)
        else:
            found[shared.policy.name] = near
    return found


def _apart(one: Shared, other: Shared) -> int:
    return max(int((one.reached & ~other.reached).sum()), int((other.reached & ~one.reached).sum()))


def _with_by_need(plan: AllocationPlan) -> tuple[Policy, ...]:
    if any(policy.name == BY_NEED for policy in plan.policies):
        return plan.policies
    return (Policy(name=BY_NEED), *plan.policies)


def _empty(offer: Offer, file: str) -> Iterator[Fault]:
    """Name seats for which there are no students, and supports that answer nobody."""
    students, seats = len(offer.students), int(offer.seats.sum())
    if not students:
        yield Fault("the score run", "nobody in it was scored", "scored students", "score the roster anew")
        return
    if seats > students:
        yield Fault(file, f"{seats:,} seats in all for {students:,} scored students", "no more seats than students",
                    f"take {seats - students:,} seats away")  # fmt: skip
    for number, support in enumerate(offer.supports):
        answered = int((offer.answers >> number & 1).sum())
        where = f"{file}: line {support.line}: support '{short(support.name)}'"
        if not answered:
            yield Fault(where, "it answers no reason of any student in its schools and grades",
                        "inputs that are somebody's reason there", "mend answers, schools or grades")  # fmt: skip
        elif support.seats > answered:
            yield Fault(where, f"{support.seats:,} seats for {answered:,} students whom it answers",
                        "no more seats than these", f"take {support.seats - answered:,} away")  # fmt: skip


def _came(path: Path, run: StoredRun, serving: Serving, students: Students) -> tuple[Outcomes, int]:
    """Give what came, and how many rows of the file were refused."""
    ids, results = run.table(SCORES)["student_id"].take(arrow.integers(students.rows)), open_results(path, serving)
    return outcomes_of(ids, students.grade, results, serving, run.manifest.as_of), results.counts.quarantined


def _groups(run: StoredRun, serving: Serving, offer: Offer) -> GroupTable:
    table = run.table(GROUPS)
    columns = {name: arrow.to_coded(table[name]) for name in serving.groups.attributes}
    return recorded(columns, serving.groups).take(offer.students.rows)


def _carry_out_all(policies: tuple[Policy, ...], offer: Offer, groups: Reached, least: int) -> tuple[Shared, ...]:
    faults: list[Fault] = []
    made: list[Shared] = []
    for policy in policies:
        shared, unmet = carry_out(policy, offer)
        if policy.reach_floor is not None and not unmet:
            shared, unmet = carry_out_with_reach(policy, offer, groups, least)
        made.append(shared)
        faults += unmet
    if faults:
        raise RosterError(list(dict.fromkeys(faults)))
    return tuple(made)
