"""The door: one file in, accepted rows and groups out, every other row merged or refused, and counted.

Nothing beyond it meets a raw cell, and no group goes with the rows: groups leave in a table of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earlywarn.columns import Coded, Floats, InputType, Ints, Refusal, Roster, RowCounts, Texts
from earlywarn.config.experiment import Serving
from earlywarn.errors import RosterError
from earlywarn.groups import GroupTable, part
from earlywarn.roster.accept import Accepted, accept
from earlywarn.roster.contract import Contract, results_contract, roster_contract
from earlywarn.roster.profile import Profile, profile_of
from earlywarn.roster.quarantine import share_faults
from earlywarn.roster.tally import Tally
from earlywarn.roster.terms import NUMBERS, Kind


@dataclass(frozen=True)
class Door:
    """What came through the door, and what did not; ``profile`` counts the accepted rows for the next check."""

    roster: Roster
    groups: GroupTable
    refusals: tuple[Refusal, ...]
    counts: RowCounts
    sha256: str
    file: str
    merged_lines: tuple[int, ...]
    profile: Profile


@dataclass(frozen=True)
class Results:
    """Later results of students, one row per student and school year; ``numbers`` by the file's column."""

    student_id: Texts
    school_year: Ints
    grade: Coded
    numbers: Mapping[str, Floats]
    refusals: tuple[Refusal, ...]
    counts: RowCounts
    sha256: str
    file: str


def open_roster(path: Path, serving: Serving, grades: tuple[str, ...] = ()) -> Door:
    """Read and judge a roster, or the rows of some grades alone; a student twice in a year is merged or refused.

    Rows that break a rule are in ``refusals``, however many: ``check_share`` says whether too many.

    Raises
    ------
    UsageError
        No such file, or a folder.
    RosterError
        The file as a whole cannot be taken: empty, damaged, columns absent, a quote never closed.
    MachineError
        The file may not be read.
    """
    contract = roster_contract(serving)
    rows = accept(path, contract, serving.roster.reading, grades)
    names = serving.roster
    roster = Roster(
        student_id=rows.ids,
        school_id=rows.texts[names.school_id, Kind.SCHOOL],
        school_year=rows.years,
        grade=rows.texts[names.grade, Kind.GRADE],
        numbers=rows.numbers,
        texts={
            feature.column: rows.texts[feature.column, Kind.TEXT]
            for feature in serving.features
            if feature.type is InputType.CATEGORY
        },
        lines=rows.lines,
    )
    columns = {a.column: rows.texts[a.column, Kind.TEXT] for a in serving.groups.attributes.values()}
    groups = part(columns, serving.groups)
    account = rows.account
    return Door(
        roster=roster,
        groups=groups,
        refusals=account.refusals,
        counts=account.counts,
        sha256=account.sha256,
        file=account.file,
        merged_lines=account.merged_lines,
        profile=_profile(rows, contract, serving),
    )


def _profile(rows: Accepted, contract: Contract, serving: Serving) -> Profile:
    tally = Tally()
    numbers = {key: rows.numbers[key[0]] for key in contract.terms if key[1] in NUMBERS}
    tally.add({**rows.texts, **numbers}, np.ones(len(rows.ids), dtype=bool))
    return profile_of(tally, rows.account.counts, serving)


def open_results(path: Path, serving: Serving) -> Results:
    """Read a file of later results, of which student, school year, grade and results are needed.

    Raises
    ------
    UsageError, RosterError, MachineError
        As ``open_roster``; and RosterError where more rows are refused than the config allows.
    """
    rows = accept(path, results_contract(serving), serving.roster.reading)
    results = Results(
        student_id=rows.ids,
        school_year=rows.years,
        grade=rows.texts[serving.roster.grade, Kind.GRADE],
        numbers=rows.numbers,
        refusals=rows.account.refusals,
        counts=rows.account.counts,
        sha256=rows.account.sha256,
        file=rows.account.file,
    )
    check_share(results, serving)
    return results


def check_share(door: Door | Results, serving: Serving) -> None:
    """Refuse a file of which too many rows were refused, or all.

    Raises
    ------
    RosterError
        The share, and each rule with its count, first lines and remedy; no values.
    """
    remedy = (
        f"mend the rows below; 'earlywarn check {door.file} --config EXPERIMENT.toml --quarantine FILE' lists every one"
    )
    if faults := share_faults(door, serving.roster.max_quarantined, "roster.max_quarantined", remedy):
        raise RosterError(faults)
