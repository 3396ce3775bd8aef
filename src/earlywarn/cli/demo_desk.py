"""The demo's desk: two lists of Project STAR's roster schools, a year apart, with made-up names and demo accounts."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earlywarn.cli.publishing import publish

if TYPE_CHECKING:
    from earlywarn.review.accounts import Made, Wanted

PEOPLE, LISTS = "people.csv", "two-years"
SEED = 1985
BY = "earlywarn demo"


def fill_demo_desk(out: Path, home: Path, today: date) -> "list[Made]":
    """Publish the demo's two lists, and give the accounts that were made; none where they were there.

    The year before is scored by the same model, so that the desk has changes to show.

    Raises
    ------
    UsageError
        The demo was not run.
    """
    from earlywarn.review.start import start

    earlier, last = _score_two_years(out, home, today)
    people = out / LISTS / PEOPLE
    _write_people([earlier, last], people)
    publish(earlier, people=people, home=home, by=BY)
    followed, allocation = _followed(earlier, out, home, today), _allocation(last, out, home)
    publish(last, people=people, allocation=allocation, followed=followed, home=home, by=BY)
    start()
    from earlywarn.review.accounts import make_account
    from earlywarn.review.models import Account

    known = set(Account.objects.values_list("username", flat=True))
    return [make_account(one) for one in _accounts() if one.username not in known]


def _score_two_years(out: Path, home: Path, today: date) -> tuple[Path, Path]:
    """Score the roster's schools a year earlier, then the roster; runs that are there are left as they are."""
    from earlywarn.errors import Fault, UsageError
    from earlywarn.score import Order, score

    roster = out / "roster.csv"
    if not roster.is_file():
        raise UsageError(Fault(str(out), "no roster of the demo", remedy="run 'earlywarn demo', or give --out"))
    last = _year_of(roster)
    earlier = _write_year(roster, last - 1, out / LISTS / f"roster-{last - 1}.csv")

    def scored(path: Path, year: int) -> Path:
        order = Order(path, out / LISTS / "scores", home, date(year, 6, 30), today)
        return score(order, lambda _step: None)[0].folder

    return scored(earlier, last - 1), scored(roster, last)


def _followed(run: Path, out: Path, home: Path, today: date) -> Path:
    """Follow the earlier list by all results of the year after it, in whatever school they were."""
    from earlywarn.cli.followed_form import write_followed
    from earlywarn.datasets import star
    from earlywarn.files import publish_file
    from earlywarn.follow import follow
    from earlywarn.score_run import open_run

    frame, year = star(), open_run(run).manifest.as_of.year + 1
    outcomes, path = out / LISTS / f"outcomes-{year}.csv", out / LISTS / "followed.json"
    results = frame.loc[frame["school_year"] == year, ["student_id", "school_year", "grade", "read", "math"]]
    publish_file(outcomes, results.to_csv(index=False).encode())
    write_followed(follow(run, outcomes, home), today, path)
    return path


def _allocation(run: Path, out: Path, home: Path) -> Path:
    """Share the made-up seats of the demo out by need, each school with a few."""
    from earlywarn.allocate.private import chosen, write_allocation
    from earlywarn.demo import SUPPORTS, share_out

    path = out / LISTS / "allocation.json"
    allocated = share_out(run, out / SUPPORTS, home)
    write_allocation(allocated, chosen(allocated, "by need with floors"), "a made-up board", path)
    return path


def _year_of(roster: Path) -> int:
    return int(_read(roster)["school_year"].max())


def _write_year(roster: Path, year: int, path: Path) -> Path:
    """Write the students of the roster's schools in another year of Project STAR."""
    from earlywarn.datasets import star
    from earlywarn.files import publish_file

    frame = star()
    schools = set(_read(roster)["school_id"])
    of_year = frame[frame["school_id"].isin(schools) & (frame["school_year"] == year)]
    publish_file(path, of_year.to_csv(index=False).encode())
    return path


def _read(roster: Path) -> Any:
    import pandas as pd

    return pd.read_csv(roster, dtype={"school_id": str, "student_id": str})


def _write_people(runs: list[Path], path: Path) -> None:
    """Make up names for the students of some runs: one name a student, and the school of the last run."""
    import io

    import pyarrow.csv as pc

    from earlywarn.files import PRIVATE, publish_file
    from earlywarn.score_run import SCORES, open_run
    from earlywarn.synth.people import made_up_people

    places: dict[str, tuple[str, str]] = {}
    for run in runs:
        scores = open_run(run).table(SCORES)
        number, school, grade = (scores[name].to_pylist() for name in ("student_id", "school_id", "grade"))
        places |= dict(zip(number, zip(school, grade, strict=True), strict=True))
    numbers = sorted(places)
    year = open_run(runs[-1]).manifest.as_of.year
    schools, grades = ([places[number][side] for number in numbers] for side in (0, 1))
    table = made_up_people(numbers, schools, grades, year, SEED)
    content = io.BytesIO()
    pc.write_csv(table, content)
    publish_file(path, content.getvalue(), PRIVATE)


def _accounts() -> "list[Wanted]":
    """Give the accounts of the demo: the counselor and the lead are those of the school with the most students."""
    from collections import Counter

    from earlywarn.review.accounts import Wanted
    from earlywarn.review.models import Entry, State

    shown = Entry.objects.filter(publication__state=State.CURRENT).exclude(counselor="")
    found = Counter(shown.values_list("counselor", "counselor_name", "school"))
    (code, name, school), _count = max(found.items(), key=lambda pair: (pair[1], pair[0]))
    return [
        Wanted("counselor", "counselor", name, caseloads=(code,)),
        Wanted("lead", "lead", "Mira Tolvane (made up)", schools=(school,)),
        Wanted("data", "data", "Dano Pelrith (made up)"),
        Wanted("analyst", "analyst", "Kesi Vandor (made up)"),
        Wanted("admin", "admin", "Bela Sorvik (made up)"),
    ]
