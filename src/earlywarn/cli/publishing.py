"""The command ``publish``: what the desk needs of the rest of the house is checked and read here, and handed to it."""

import getpass
import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earlywarn.cli import terminal

if TYPE_CHECKING:
    from earlywarn.columns import People
    from earlywarn.handover import AllocationForm, FollowedForm
    from earlywarn.promotions import Promotion
    from earlywarn.review.load import Published, Ready
    from earlywarn.score_run import StoredRun


def publish(
    run: Annotated[Path, typer.Argument(help="The folder of a score run.", metavar="SCORE_RUN")],
    people: Annotated[Path | None, typer.Option(help="Names and caseloads, by student_id.")] = None,
    allocation: Annotated[Path | None, typer.Option(help="What 'earlywarn allocate --out' wrote.")] = None,
    followed: Annotated[Path | None, typer.Option(help="What 'earlywarn follow --out' wrote.")] = None,
    by: Annotated[str | None, typer.Option(help="Who publishes it; the account by default.")] = None,
    home: Annotated[Path, typer.Option("--home", envvar="EARLYWARN_HOME", help="The home that scored the run.")] = Path(
        "models"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON for a machine.")] = False,
) -> None:
    """Show a score run at the desk: verified first, staged, then switched to in one step."""
    from earlywarn.files import locked
    from earlywarn.review.start import database_faults, start

    stored, promotion = _checked(run, home)
    given = _read(stored, people, allocation, followed)
    place = start()
    from earlywarn.review.load import publish as run_publish

    with locked(place.folder), database_faults(place):
        done = run_publish(_ready(stored, promotion, home, given, by or getpass.getuser()))
    unlisted = _unlisted(stored, given)
    terminal.print_json(_record(done) | {"places_off_the_list": unlisted}) if as_json else _show(done, given, unlisted)


class _Given:
    """What was handed in beside the run."""

    def __init__(self, people: "People | None", allocation: Any, followed: Any, digests: list[str]) -> None:
        self.people: People | None = people
        self.allocation: AllocationForm | None = allocation
        self.followed: FollowedForm | None = followed
        self.digests = digests


def _checked(run: Path, home: Path) -> "tuple[StoredRun, Promotion]":
    """Refuse a run that is withdrawn, not whole, or whose model may not serve any more."""
    from earlywarn.errors import Fault, ScorecardError
    from earlywarn.promotions import check_in_force, check_papers, read_record
    from earlywarn.score_run import open_run, refuse_withdrawn
    from earlywarn.verify.run import Asked
    from earlywarn.verify.run import verify as run_verify

    stored = refuse_withdrawn(open_run(run), "publish another run; at the desk this one is hidden from now on")
    verified = run_verify(Asked(run, home))
    wrong = [(finding.words, fault) for finding in verified.findings for fault in finding.faults]
    if wrong:
        remedy = "score the roster again; 'earlywarn verify' says all of it"
        raise ScorecardError(
            Fault(str(run), f"does not hold: {words}: {fault}", remedy=remedy) for words, fault in wrong
        )
    lines = [one for one in read_record(home) if one.scorecard == stored.manifest.scorecard]
    check_in_force(lines[-1], date.today())
    check_papers(home, lines[-1])
    return stored, lines[-1]


def _read(stored: "StoredRun", people: Path | None, allocation: Path | None, followed: Path | None) -> _Given:
    from earlywarn.files import sha256_file
    from earlywarn.handover import read_allocation, read_followed
    from earlywarn.roster.people import read_people

    of_people = read_people(people) if people else None
    of_allocation = read_allocation(allocation) if allocation else None
    of_followed = read_followed(followed) if followed else None
    if allocation is not None and of_allocation is not None:
        _check_run(allocation, of_allocation.score_run, stored)
    digests = [of_people.sha256] if of_people else [""]
    digests += [sha256_file(path) if path else "" for path in (allocation, followed)]
    return _Given(of_people, of_allocation, of_followed, digests)


def _check_run(path: Path, score_run: str, stored: "StoredRun") -> None:
    from earlywarn.errors import Fault, UsageError

    own = stored.name
    if score_run != own:
        raise UsageError(Fault(str(path), f"it is of the score run {score_run}", own, "give the file of this run"))


def _ready(stored: "StoredRun", promotion: "Promotion", home: Path, given: _Given, by: str) -> "Ready":
    from earlywarn.files import canonical_json, sha256_file, sha256_of
    from earlywarn.promotions import load_scorecard
    from earlywarn.review.about import about
    from earlywarn.review.load import Ready
    from earlywarn.score_run import MANIFEST

    card = load_scorecard(home, stored.manifest.scorecard)
    told = about(home, promotion, card).to_json()
    papers = told.pop("audit")
    parts = [sha256_file(stored.folder / MANIFEST), *given.digests, promotion.to_json(), told]
    return Ready(
        run=stored,
        card=card,
        promotion=promotion,
        digest=sha256_of(canonical_json(parts)),
        by=by,
        people={person.student_id: person for person in given.people.students} if given.people else {},
        made_up=given.people.made_up if given.people else False,
        inputs_moved=_inputs_moved(stored),
        supports=_supports(given.allocation),
        about=told,
        papers=papers,
        allocation=_plain(given.allocation),
        followed=_plain(given.followed),
    )


def _inputs_moved(stored: "StoredRun") -> Mapping[str, str]:
    """Give the title of the input that moved each student most, where the run has a list to be held against."""
    from earlywarn.review.changes_file import read_changes
    from earlywarn.score_run import SCORES

    numbers = stored.table(SCORES)["student_id"].to_pylist()
    return {number: change.input for number, change in read_changes(stored.folder, numbers).items()}


def _supports(form: "AllocationForm | None") -> Mapping[str, str]:
    supports: dict[str, list[str]] = defaultdict(list)
    for place in form.places if form else ():
        supports[place.student_id].append(place.support)
    return {number: ", ".join(names) for number, names in supports.items()}


def _unlisted(stored: "StoredRun", given: _Given) -> int:
    """Count the students to whom the allocation gives a place and who are not on the list."""
    from earlywarn.score_run import SCORES

    scores = stored.table(SCORES)
    pairs = zip(scores["student_id"].to_pylist(), scores["flagged"].to_pylist(), strict=True)
    listed = {number for number, flagged in pairs if flagged}
    return len(_supports(given.allocation).keys() - listed)


def _plain(form: Any) -> dict[str, Any]:
    """Give a form as the desk keeps it; students' places stand with the students, not in it."""
    return dict(json.loads(form.model_dump_json(exclude={"places"}))) if form else {}


def _record(done: "Published") -> dict[str, Any]:
    publication = done.publication
    return {
        "run": publication.run,
        "model": publication.model,
        "as_of": publication.as_of.isoformat(),
        "fresh": done.fresh,
        "students": done.students,
        "flagged": done.flagged,
        "named": done.named,
        "standing": publication.standing,
    }


def _show(done: "Published", given: _Given, unlisted: int) -> None:
    publication = done.publication
    first = "Published" if done.fresh else "Already published, nothing changed"
    _say(f"{first}: {publication.run}, the list of {publication.as_of}.")
    _say(f"{done.students:,} students, {done.flagged:,} on the list, {done.named:,} with names.")
    _say(publication.standing)
    if given.allocation is None:
        _say("No allocation given: with this list the desk shows no places for support. Give --allocation FILE.")
    elif not given.allocation.approved_by:
        _say("Nobody has approved the allocation: the desk says that its places are proposed.")
    if unlisted:
        _say(f"Places for students who are not on the list: {unlisted:,}; the desk names them above the list.")
    if given.people is None:
        _say("No people file: the desk shows numbers, and no counselor has a caseload. Give --people FILE.")
        return
    refused = given.people.counts.quarantined
    for notice in given.people.notices:
        _say(notice)
    for refusal in given.people.refusals[:_MOST]:
        _say(f"{refusal.file} line {refusal.line}: {refusal.column}: {refusal.rule}; {refusal.remedy}")
    if refused > _MOST:
        _say(f"and {refused - _MOST:,} more rows of the people file refused")


def _say(words: str) -> None:
    terminal.out.print(words, soft_wrap=True, markup=False, highlight=False)


_MOST = 20
"""Refused rows that are told one by one."""
