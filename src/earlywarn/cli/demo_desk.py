"""The demo's desk: Project STAR's newest score run with made-up names, and an account for each role."""

from pathlib import Path
from typing import TYPE_CHECKING

from earlywarn.cli.publishing import publish

if TYPE_CHECKING:
    from earlywarn.review.accounts import Made, Wanted

PEOPLE = "people.csv"
SEED = 1985


def fill_demo_desk(out: Path, home: Path) -> "list[Made]":
    """Publish the demo's newest list, and give the accounts that were made; none where they were there.

    Raises
    ------
    UsageError
        The demo was not run.
    """
    from earlywarn.review.start import start

    run = _newest(out)
    people = out / PEOPLE
    _write_people(run, people)
    publish(run, people=people, home=home, by="earlywarn demo")
    start()
    from earlywarn.review.accounts import make_account
    from earlywarn.review.models import Account

    wanted = _accounts(people)
    known = set(Account.objects.values_list("username", flat=True))
    return [make_account(one) for one in wanted if one.username not in known]


def _newest(out: Path) -> Path:
    from earlywarn.errors import Fault, UsageError

    runs = sorted(path.parent for path in (out / "scores").glob("*/manifest.json"))
    if not runs:
        raise UsageError(Fault(str(out), "no score run of the demo", remedy="run 'earlywarn demo', or give --out"))
    return runs[-1]


def _write_people(run: Path, path: Path) -> None:
    """Make up names for the students of a run: the same each time."""
    import io

    import pyarrow.csv as pc

    from earlywarn.files import PRIVATE, publish_file
    from earlywarn.score_run import SCORES, open_run
    from earlywarn.synth.people import made_up_people

    stored = open_run(run)
    scores = stored.table(SCORES)
    number, school, grade = (scores[name].to_pylist() for name in ("student_id", "school_id", "grade"))
    table = made_up_people(number, school, grade, stored.manifest.as_of.year, SEED)
    content = io.BytesIO()
    pc.write_csv(table, content)
    publish_file(path, content.getvalue(), PRIVATE)


def _accounts(people: Path) -> "list[Wanted]":
    """Give the accounts of the demo: the counselor and the lead are those of the school with the most students."""
    from collections import Counter

    from earlywarn.review.accounts import Wanted
    from earlywarn.review.models import Entry, State

    shown = Entry.objects.filter(publication__state=State.CURRENT).exclude(counselor="")
    found = Counter(shown.values_list("counselor", "counselor_name", "school"))
    (code, name, school), _count = max(found.items(), key=lambda pair: (pair[1], pair[0]))
    return [
        Wanted("counselor", "counselor", name, caseloads=(code,)),
        Wanted("lead", "lead", "", schools=(school,)),
        Wanted("data", "data"),
        Wanted("analyst", "analyst"),
        Wanted("admin", "admin"),
    ]
