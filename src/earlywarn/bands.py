"""A district's bands of grades, each with the experiment that serves it; every row is of one band, or counted apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earlywarn.config.district import District
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import load_district, load_experiment
from earlywarn.errors import ConfigError, Fault, RosterError
from earlywarn.roster.bands import Rest, outside
from earlywarn.roster.findings import by_rule
from earlywarn.roster.quarantine import share_faults

DISTRICT = "district.json"


@dataclass(frozen=True)
class Served:
    """Some grades and the experiment that serves them."""

    grades: tuple[str, ...]
    experiment: Experiment


def load_bands(path: Path) -> tuple[Served, ...]:
    """Read a district TOML and the experiments that it names.

    Raises
    ------
    UsageError, ConfigError
        A file is not there, or says what cannot be: two bands for a grade, a grade that its experiment does not
        know, two experiments of one name, or two columns of the grade.
    """
    district = load_district(path)
    bands = tuple(Served(band.grades, load_experiment(path.parent / band.experiment)) for band in district.bands)
    if faults := _faults(path, district, bands):
        raise ConfigError(faults)
    return bands


def _faults(path: Path, district: District, bands: tuple[Served, ...]) -> list[Fault]:
    faults = [
        Fault(f"{path}: bands[{place}]", f"grade '{grade}', which {named.experiment} does not know",
              ", ".join(band.experiment.standard.grades), "write it as standard.grades does")
        for place, (named, band) in enumerate(zip(district.bands, bands, strict=True), start=1)
        for grade in band.grades
        if grade not in band.experiment.standard.grades
    ]  # fmt: skip
    if len({band.experiment.name for band in bands}) < len(bands):
        faults.append(Fault(str(path), "two bands whose experiments have one name", remedy="one band an experiment"))
    if len({band.experiment.roster.grade for band in bands}) > 1:
        remedy = "give roster.grade the same column in all of them: it says whose a row is"
        faults.append(Fault(str(path), "experiments that read the grade from different columns", remedy=remedy))
    return faults


def rest_of(roster: Path, bands: tuple[Served, ...]) -> Rest:
    """Count the rows of no band; a grade that no band's standard knows is refused."""
    served = frozenset(grade for band in bands for grade in band.grades)
    known = dict.fromkeys(grade for band in bands for grade in band.experiment.standard.grades)
    return outside(roster, bands[0].experiment, served, tuple(known))


def refuse_too_many_without_a_band(rest: Rest, bands: tuple[Served, ...]) -> None:
    """Refuse a roster of which too many rows are quarantined without a band.

    Raises
    ------
    RosterError
        The share, beyond the smallest ``roster.max_quarantined`` of the bands, and each rule with its remedy.
    """
    limit = min(band.experiment.roster.max_quarantined for band in bands)
    again = f"'earlywarn check {rest.file} --district DISTRICT.toml --out FOLDER' lists every one"
    if faults := share_faults(rest, limit, "roster.max_quarantined", f"mend the rows below; {again}"):
        raise RosterError(faults)


def district_account(bands: Sequence[dict[str, Any]], rest: Rest) -> dict[str, Any]:
    """Give rows in = the bands' rows in + out of scope + quarantined without a band, as plain values."""
    own = sum(band["counts"]["rows_in"] for band in bands)
    return {
        "rows_in": own + rest.rows,
        "bands": list(bands),
        "out_of_scope": sum(rest.out_of_scope.values()),
        "out_of_scope_by_grade": dict(rest.out_of_scope),
        "quarantined_without_a_band": rest.quarantined,
        "rules_without_a_band": [vars(count) for count in by_rule(rest.findings, rest.file)],
    }
