"""The door: one file in, accepted rows and groups out, every other row merged or refused, and counted.

Nothing beyond it meets a raw cell, and no group goes with the rows: groups leave in a table of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earlywarn.columns import Coded, Floats, InputType, Ints, Refusal, Roster, RowCounts, Texts
from earlywarn.config.experiment import Serving
from earlywarn.errors import RosterError
from earlywarn.groups import GroupTable, part
from earlywarn.roster.accept import accept
from earlywarn.roster.contract import results_contract, roster_contract
from earlywarn.roster.quarantine import share_faults
from earlywarn.roster.terms import Kind


@dataclass(frozen=True)
class Door:
    """What came through the door, and what did not."""

    roster: Roster
    groups: GroupTable
    refusals: tuple[Refusal, ...]
    counts: RowCounts
    sha256: str
    file: str
    merged_lines: tuple[int, ...]


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


def open_roster(path: Path, serving: Serving) -> Door:
    """Read and judge a roster, all of it in memory; a student twice in a year is merged or refused.

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
    rows = accept(path, roster_contract(serving), serving.roster.reading)
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
    )


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
