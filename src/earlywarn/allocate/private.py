"""The two files with student ids, for their owner alone: the allocation for the desk, and every policy's seats.

Nothing else that this room gives holds an id. The second file is the record of every draw too: who was in it, who was
seated; its seed is that of the model, and the hash is sha256 of "seed:student_id".
"""

import csv
import io
from pathlib import Path

import numpy as np

from earlywarn.allocate.allocated import Allocated
from earlywarn.allocate.sums import Told
from earlywarn.allocate.supports import NO_LIMIT, Support
from earlywarn.columns import Texts
from earlywarn.errors import Fault, UsageError
from earlywarn.files import PRIVATE, publish_file
from earlywarn.handover import AllocationForm, PlaceForm, SupportForm

DRAWN, NOT_DRAWN = "drawn", "not drawn"


def chosen(allocated: Allocated, name: str) -> Told:
    """Give the policy of a name.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    found = {each.shared.policy.name: each for each in allocated.policies}
    if name not in found:
        raise UsageError(Fault("--choose", f"no policy '{name}'", ", ".join(found), "name one of these"))
    return found[name]


def write_allocation(allocated: Allocated, told: Told, approved_by: str, path: Path) -> None:
    """Write the seats of one policy for the desk, mode 0600; see docs/handover.md."""
    ids, shared, supports = allocated.ids(), told.shared, allocated.offer.supports
    places = sorted(zip(shared.support.tolist(), ids[shared.student].tolist(), strict=True))
    form = AllocationForm(
        format="earlywarn-allocation/1",
        score_run=allocated.run.name,
        scorecard=allocated.run.manifest.scorecard,
        policy=shared.policy.name,
        policy_in_words=shared.policy.words,
        approved_by=approved_by,
        supports=tuple(SupportForm(name=s.name, seats=s.seats, words=s.words + _limits(s)) for s in supports),
        places=tuple(PlaceForm(student_id=student, support=supports[number].name) for number, student in places),
    )
    publish_file(path, form.model_dump_json(indent=1).encode() + b"\n", PRIVATE)


def _limits(support: Support) -> str:
    """Say what holds of a support under every policy."""
    ends = ((support.least > 0, f"at least {support.least}"), (support.most < NO_LIMIT, f"at most {support.most}"))
    told = " and ".join(words for holds, words in ends if holds)
    return f" ({told} a school)" if told else ""


def write_students(allocated: Allocated, path: Path) -> None:
    """Write who holds which seat under each policy, one row a student with a seat or in a draw, mode 0600."""
    columns = [column for told in allocated.policies for column in _columns(allocated, told)]
    held = np.flatnonzero(np.any([values != "" for _, values in columns], axis=0))
    ids, school = allocated.ids(), allocated.offer.students.school.texts()
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["student_id", "school_id", *(name for name, _ in columns)])
    for row in held.tolist():
        out.writerow([ids[row], school[row], *(values[row] for _, values in columns)])
    publish_file(path, text.getvalue().encode(), PRIVATE)


def _columns(allocated: Allocated, told: Told) -> list[tuple[str, Texts]]:
    """Give the supports of each student under a policy, joined by ;, their lot, and what it decided."""
    count, shared = len(allocated.offer.students), told.shared
    names = np.array([support.name for support in allocated.offer.supports], dtype=object)
    seats, lots, draws = (np.full(count, "", dtype=object) for _ in range(3))
    for student, name in zip(shared.student.tolist(), names[shared.support], strict=True):
        seats[student] = f"{seats[student]};{name}" if seats[student] else name
    for number, lot in enumerate(shared.lots, 1):
        for student, seated in zip(lot.students.tolist(), lot.seated.tolist(), strict=True):
            drawn = DRAWN if seated else NOT_DRAWN
            lots[student] = f"{lots[student]};{number}" if lots[student] else str(number)
            draws[student] = f"{draws[student]};{drawn}" if draws[student] else drawn
    policy = shared.policy.name
    return [(policy, seats), (f"{policy}: lot", lots), (f"{policy}: draw", draws)]
