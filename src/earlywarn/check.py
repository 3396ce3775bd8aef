"""Judge a roster and say what is wrong, what was guessed and what changed: the order of steps, nothing else."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earlywarn.bands import DISTRICT, Served, district_account, refuse_too_many_without_a_band, rest_of
from earlywarn.config.experiment import Serving
from earlywarn.errors import Fault, RosterError, UsageError
from earlywarn.files import PRIVATE, publish_folder, readable_json
from earlywarn.report.check_page import check_page
from earlywarn.report.check_record import check_record, corrections_csv
from earlywarn.report.checked import Checked, corrections_of
from earlywarn.roster.bands import Rest
from earlywarn.roster.findings import Finding
from earlywarn.roster.profile import Profile, profile_of, read_profile
from earlywarn.roster.quarantine import share_faults, write_quarantine
from earlywarn.roster.shifts import compare
from earlywarn.roster.survey import Surveyed, survey
from earlywarn.score_run import MANIFEST, newest_run, open_run, refuse_withdrawn

PAGE, RECORD, CORRECTIONS, PROFILE, QUARANTINE = (
    "check.html", "check.json", "corrections.csv", "profile.json", "quarantine.csv",
)  # fmt: skip
SCORES = Path("scores")
"""Where score runs are looked for, if nothing else is said."""

OTHER = "give --against another score run, or the folder of an earlier check"

DOOR = "door"
"""The place of the roster's profile in that of a score run."""


@dataclass(frozen=True)
class Order:
    """What to check, and against what: a score run, a folder of them, or an earlier check; None looks in SCORES.

    ``grades`` leaves all other rows out, where they are another band's.
    """

    roster: Path
    against: Path | None = None
    grades: tuple[str, ...] = ()


def check(order: Order, serving: Serving, tell: Callable[[str], None]) -> Checked:
    """Judge a roster and compare it with an earlier one.

    Raises
    ------
    UsageError, RosterError, MachineError
        The roster as a whole cannot be taken, or there is nothing to compare with where ``against`` says so.
    """
    before = earlier_profile(order.against, serving.name)
    tell("reading the roster")
    return made(survey(order.roster, serving, order.grades), serving, before)


@dataclass(frozen=True)
class CheckedDistrict:
    """Each band with its check, and the rows of no band."""

    bands: tuple[tuple[Served, Checked], ...]
    rest: Rest

    def account(self) -> dict[str, Any]:
        """Give rows in = the bands' rows in + out of scope + quarantined without a band, as plain values."""
        bands = [
            {"grades": list(served.grades), "model": served.experiment.name, "counts": vars(checked.surveyed.counts)}
            for served, checked in self.bands
        ]
        return district_account(bands, self.rest)

    @property
    def corrections(self) -> tuple[Finding, ...]:
        """What a clerk should mend in rows of no band."""
        least = max(served.experiment.groups.privacy_minimum for served, _ in self.bands)
        return corrections_of(self.rest.findings, self.rest.schools, least)


def check_district(
    roster: Path, bands: tuple[Served, ...], against: Path | None, tell: Callable[[str], None]
) -> CheckedDistrict:
    """Judge each band's rows by its own experiment, and count the rest."""
    checks = [(band, check(Order(roster, against, band.grades), band.experiment, tell)) for band in bands]
    return CheckedDistrict(tuple(checks), rest_of(roster, bands))


def write_district(checked: CheckedDistrict, folder: Path) -> None:
    """Write each band's check, the district's account, and what is to mend in rows of no band."""
    _publish_new(folder, lambda place: _fill_district(place, checked))


def _fill_district(folder: Path, checked: CheckedDistrict) -> None:
    for served, one in checked.bands:
        (folder / served.experiment.name).mkdir()
        _fill(folder / served.experiment.name, one)
    (folder / DISTRICT).write_bytes(readable_json(checked.account()))
    (folder / CORRECTIONS).write_bytes(corrections_csv(checked.corrections))
    write_quarantine(checked.rest.refusals, folder / QUARANTINE)


def made(surveyed: Surveyed, serving: Serving, before: tuple[str, Profile] | None) -> Checked:
    """Put together what the pages show."""
    now = profile_of(surveyed.tally, surveyed.counts, serving)
    changes = compare(before[1], now) if before else None
    return Checked(surveyed, serving, now, changes, before[0] if before else "")


def earlier_profile(against: Path | None, name: str) -> tuple[str, Profile] | None:
    """Find the profile to compare with and say where it is from; None where nobody asked and there is none.

    Raises
    ------
    UsageError
        ``against`` holds none.
    """
    if against is None:
        run = newest_run(SCORES, name) if SCORES.is_dir() else None
        found = run.manifest.profile.get(DOOR) if run else None
        return (run.name, read_profile(found, str(run.folder))) if run and found else None
    if against.is_file():
        return str(against), _from_file(against)
    if (against / PROFILE).is_file():
        return str(against), _from_file(against / PROFILE)
    is_run = (against / MANIFEST).is_file()
    run = refuse_withdrawn(open_run(against), OTHER) if is_run else newest_run(against, name)
    if run is None:
        remedy = "give a score run, a folder of score runs of this model, or the folder of an earlier check"
        raise UsageError(Fault(str(against), "no profile of a roster", remedy=remedy))
    return run.name, read_profile(run.manifest.profile.get(DOOR), str(run.folder))


def _from_file(path: Path) -> Profile:
    try:
        raw = json.loads(path.read_bytes())
    except ValueError:
        raw = None
    if isinstance(raw, dict) and isinstance(raw.get("profile"), dict):  # a manifest
        raw = raw["profile"].get(DOOR)
    return read_profile(raw, str(path))


def write(checked: Checked, folder: Path) -> None:
    """Write page, record, correction list, profile and quarantine as one folder, in place whole or not at all.

    Raises
    ------
    UsageError
        The folder is there already.
    MachineError
        The disk is full, read-only or failing.
    """
    _publish_new(folder, lambda place: _fill(place, checked))


def _publish_new(folder: Path, fill: Callable[[Path], None]) -> None:
    if folder.exists():
        raise UsageError(Fault(str(folder), "this is there already", remedy="give another --out, or move it away"))
    publish_folder(folder, fill)


def _fill(folder: Path, checked: Checked) -> None:
    (folder / PAGE).write_text(check_page(checked), encoding="utf-8")
    (folder / RECORD).write_bytes(readable_json(check_record(checked)))
    (folder / CORRECTIONS).write_bytes(corrections_csv(checked.corrections))
    (folder / PROFILE).write_bytes(readable_json(checked.profile.to_json()))
    (folder / PROFILE).chmod(PRIVATE)  # exact counts, small groups too
    write_quarantine(checked.surveyed.refusals, folder / QUARANTINE)


def refuse_too_many_of_district(checked: CheckedDistrict) -> None:
    """Refuse a roster of which too many rows were refused, of a band or without one.

    Raises
    ------
    RosterError
        As ``refuse_too_many``, of the first that cannot be taken.
    """
    refuse_too_many_without_a_band(checked.rest, tuple(served for served, _ in checked.bands))
    for _, one in checked.bands:
        refuse_too_many(one)


def refuse_too_many(checked: Checked) -> None:
    """Refuse a roster of which too many rows were refused, or all.

    Raises
    ------
    RosterError
        The share, and each rule with its count, first lines and remedy; no values.
    """
    surveyed, limit = checked.surveyed, checked.serving.roster.max_quarantined
    again = f"'earlywarn check {surveyed.file} --config EXPERIMENT.toml --out FOLDER' lists every one"
    remedy = f"mend the rows below; {again}"
    if faults := share_faults(surveyed, limit, "roster.max_quarantined", remedy):
        raise RosterError(faults)
