"""A roster judged as a stream: every row accepted, merged or quarantined and counted, none of them kept.

What is kept is 18 bytes a row and one record a finding. Rows of a student who stands in several are read a second
time and settled by the same rules as at the door of training and scoring.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from earlywarn.columns import Bools, Coded, Ints, Refusal, RowCounts
from earlywarn.config.experiment import Serving
from earlywarn.roster.alike import SchoolsSeen, alike_findings
from earlywarn.roster.bands import of_grades
from earlywarn.roster.blocks import WHOLE_ROW, Guess, Source
from earlywarn.roster.cells import Values
from earlywarn.roster.contract import Contract, Key, roster_contract
from earlywarn.roster.fates import MERGED_ROWS, REFUSED_ROWS, ROWS_IN, Fates
from earlywarn.roster.findings import ACCEPTED, KEPT, MERGED, NOT_KNOWN, QUARANTINED, Finding
from earlywarn.roster.header import check_columns
from earlywarn.roster.judge import Judged, judge, judge_all, located
from earlywarn.roster.number_ids import NumberIds
from earlywarn.roster.read import open_source
from earlywarn.roster.readings import told
from earlywarn.roster.repeated import Candidates, Seen, numbers_of
from earlywarn.roster.rows import Held, Rows, Settled, refuse_empty, refuse_hopeless, rows_of, taken
from earlywarn.roster.spells import EXACT, RE_ENROLLED, settle_spells
from earlywarn.roster.stored import reading
from earlywarn.roster.tally import BLANK, Tally
from earlywarn.roster.terms import NUMBERS, Kind
from earlywarn.roster.unknown import UnknownCodes

_MERGED = {
    EXACT: ("the same row more than once", "nothing, or leave one out: {} says the same"),
    RE_ENROLLED: (
        "a second spell of enrolment in one school year",
        "nothing, if both are right: days and incidents are added up, all else is that of the later entry; see {}",
    ),
}
"""Why a row was merged, and what to do."""


@dataclass(frozen=True)
class Surveyed:
    """A roster judged, and nothing of it kept but what was found.

    Attributes
    ----------
    findings
        One for each rule that a row broke, merged and accepted rows included, by file and line.
    unread
        Quarantined rows that could not be parted into cells: of no group and no school.
    """

    file: str
    sha256: str
    counts: RowCounts
    findings: tuple[Finding, ...]
    guesses: tuple[Guess, ...]
    fates: Fates
    tally: Tally
    unread: int

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """One or more for each quarantined row."""
        return tuple(finding.refusal for finding in self.findings if finding.fate == QUARANTINED)


def survey(path: Path, serving: Serving, grades: tuple[str, ...] = ()) -> Surveyed:
    """Judge a roster, or the rows of some grades alone.

    Raises
    ------
    UsageError, RosterError, MachineError
        The roster as a whole cannot be taken; a row that cannot is a finding.
    """
    source = open_source(path, serving.roster.reading)
    contract = roster_contract(serving)
    check_columns(source, contract)
    if grades:
        source = of_grades(source, serving.roster.grade, grades)
    columns = {name: attribute.column for name, attribute in serving.groups.attributes.items()}
    with reading(path):
        stream, decided, evidence = judge_all(source, contract, lambda: _Stream(source, contract, Fates(columns)))
        refuse_empty(source, stream.rows + stream.unread, [finding.refusal for finding in stream.findings[:1]])
        if candidates := stream.seen.candidates():
            _settle(stream, _second_look(source, decided, candidates))
        sha256 = source.sha256()
    unknown = stream.unknown.findings(source, serving.groups.privacy_minimum)
    schools = stream.schools.findings(source, stream.tally.schools)
    refuse_hopeless(source.file, [each.refusal for each in stream.findings if each.fate == QUARANTINED])
    return Surveyed(
        file=source.file,
        sha256=sha256,
        counts=stream.counts,
        findings=tuple(sorted((*stream.findings, *unknown, *schools), key=_place)),
        guesses=(*source.guesses, *told(source.file, decided, evidence), *_said(stream)),
        fates=stream.fates,
        tally=stream.tally,
        unread=stream.unread,
    )


def _place(finding: Finding) -> tuple[str, int, str, str]:
    return finding.refusal.file, finding.refusal.line, finding.refusal.column, finding.refusal.name


def _said(stream: "_Stream") -> Iterator[Guess]:
    yield from stream.numbers.guesses(stream.source.file)
    yield from _hollow(stream)


def _hollow(stream: "_Stream") -> Iterator[Guess]:
    """Tell of columns that say nothing; dates and the grade may well be the same in all rows."""
    dates = {column for column, kind in stream.contract.terms if kind in (Kind.DATE, Kind.GRADE)}
    for column, found in sorted(stream.tally.hollow().items()):
        if found == BLANK:
            sure = "certain; if the export should hold it, ask for it: it tells nothing apart"
        elif column in dates:
            continue
        else:
            sure = "certain; it tells no student from another"
        loud = found == BLANK and column not in dates
        yield Guess(f"{stream.source.file}: column '{column}'", "content", found, sure, loud)


@dataclass
class _Stream:
    """The sums of the blocks so far."""

    source: Source
    contract: Contract
    fates: Fates
    tally: Tally = field(default_factory=Tally)
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    refused: int = 0
    merged: int = 0
    unread: int = 0

    def __post_init__(self) -> None:
        self.seen, self.unknown = Seen(self.contract), UnknownCodes(self.contract)
        self.schools, self.numbers = SchoolsSeen(self.contract.column_of(Kind.SCHOOL)), NumberIds()

    def add(self, judged: Judged) -> None:
        """Take a block."""
        everyone = np.ones(len(judged.lines), dtype=bool)
        self.rows += len(judged.lines)
        self.refused += int(judged.refused.sum())
        self.unread += judged.unread
        self.seen.add(judged)
        self.unknown.add(judged)
        self.schools.add(judged)
        self.numbers.add(judged.values)
        self.tally.add(judged.values, ~judged.refused)
        self.fates.add(judged.values, everyone, ROWS_IN)
        if judged.refused.any():
            self.fates.add(judged.values, judged.refused, REFUSED_ROWS)
        self.findings += self._found(judged)
        if len(self.findings) > len(judged.lines):  # a file of nothing but faults is not read to its end
            refuse_hopeless(self.source.file, [each.refusal for each in self.findings if each.fate == QUARANTINED])

    def _found(self, judged: Judged) -> Iterator[Finding]:
        for refusal in judged.refusals:
            yield Finding(located(refusal, self.source), NOT_KNOWN, QUARANTINED)
        school: Coded = judged.values[self.contract.column_of(Kind.SCHOOL), Kind.SCHOOL]
        names = [*school.names, NOT_KNOWN]
        for broken in judged.broken:
            fate = QUARANTINED if broken.refuses else ACCEPTED
            of = school.codes[broken.rows].tolist()
            for code, refusal in zip(of, broken.refusals(self.source, judged.lines), strict=True):
                yield Finding(refusal, names[code], fate)

    @property
    def counts(self) -> RowCounts:
        """Rows in = accepted + merged + quarantined."""
        quarantined = self.refused + self.unread
        rows_in = self.rows + self.unread
        return RowCounts(rows_in, rows_in - self.merged - quarantined, self.merged, quarantined)


@dataclass(frozen=True)
class _Look:
    """Rows read a second time; which of them have an id that looks like another."""

    rows: Rows
    contract: Contract
    alike: Bools


def _second_look(source: Source, contract: Contract, candidates: Candidates) -> _Look:
    """Hold the rows that may be of one student, and no others."""
    held, alike = Held(source), []
    for block in source.blocks(contract.types, contract.missing):
        judged = judge(block, contract)
        numbers = numbers_of(judged, contract)
        again, looks = numbers.meant(candidates)
        meant = again | looks
        rows = numbers.rows[meant]
        held.values.append(taken(judged, rows))
        held.lines.append(judged.lines[rows])
        held.refused.append(judged.refused[rows])
        alike.append(looks[meant])
    return _Look(rows_of(held, ""), contract, np.concatenate(alike))


def _settle(stream: _Stream, look: _Look) -> None:
    """Settle what was looked at twice, and move its rows from one count to another."""
    rows, contract = look.rows, look.contract
    school = rows.texts[contract.column_of(Kind.SCHOOL), Kind.SCHOOL].texts()
    schools = [name or NOT_KNOWN for name in school]
    settled = settle_spells(rows, contract)
    merged, refused = _mask(rows, settled.merged), _mask(rows, settled.clashing) & ~rows.doubtful
    values = _values(rows, contract)
    stream.tally.add(values, merged | refused, -1)
    stream.fates.add(values, merged, MERGED_ROWS)
    stream.fates.add(values, refused, REFUSED_ROWS)
    stream.merged += int(merged.sum())
    stream.refused += int(refused.sum())
    clashes = zip(settled.refusals, settled.clashing.tolist(), strict=True)
    stream.findings += (Finding(refusal, schools[row], QUARANTINED) for refusal, row in clashes)
    stream.findings += _merges(rows, settled, schools)
    stream.findings += alike_findings(rows, look.alike, schools, contract.student_id)


def _merges(rows: Rows, settled: Settled, schools: list[str]) -> Iterator[Finding]:
    told_of = set()
    for row, into, name in zip(settled.merged.tolist(), settled.into.tolist(), settled.names, strict=True):
        rule, remedy = _MERGED[name]
        found = rows.refuse(row, WHOLE_ROW, rule, remedy.format(rows.beside(row, into)), name)
        yield Finding(found, schools[row], MERGED)
        if into not in told_of:
            told_of.add(into)
            kept = rows.refuse(into, WHOLE_ROW, rule, remedy.format(rows.beside(into, row)), name)
            yield Finding(kept, schools[into], KEPT)


def _mask(rows: Rows, places: Ints) -> Bools:
    mask = np.zeros(len(rows.lines), dtype=bool)
    mask[places] = True
    return mask


def _values(rows: Rows, contract: Contract) -> Mapping[Key, Values]:
    found: dict[Key, Values] = dict(rows.texts)
    return found | {key: rows.numbers[key[0]] for key in contract.terms if key[1] in NUMBERS}
