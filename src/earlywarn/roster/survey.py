"""A roster judged as a stream: every row accepted, merged or quarantined and counted, none of them kept.

What is kept is 18 bytes a row and one record a finding. Rows of a student who stands in several are read a second
time and settled by the same rules as at the door of training and scoring.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from earlywarn.columns import Coded, Ints, Refusal, RowCounts
from earlywarn.config.experiment import Serving
from earlywarn.roster.alike import SchoolsSeen, alike_findings
from earlywarn.roster.blocks import WHOLE_ROW, Guess, Source
from earlywarn.roster.contract import Contract
from earlywarn.roster.fates import MERGED_ROWS, REFUSED_ROWS, ROWS_IN, Fates
from earlywarn.roster.findings import ACCEPTED, KEPT, MERGED, NOT_KNOWN, QUARANTINED, Finding
from earlywarn.roster.judge import Judged, located
from earlywarn.roster.passage import Passage, pass_through, values_of
from earlywarn.roster.read import open_source
from earlywarn.roster.readings import told
from earlywarn.roster.repeated import Alike
from earlywarn.roster.rows import Rows, Settled, refuse_empty, refuse_hopeless
from earlywarn.roster.spells import EXACT, RE_ENROLLED
from earlywarn.roster.tally import BLANK, Spans, Tally
from earlywarn.roster.terms import Kind
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
    columns = {name: attribute.column for name, attribute in serving.groups.attributes.items()}
    opened = open_source(path, serving.roster.reading)
    passed = pass_through(opened, serving, grades, lambda source, contract: _Stream(source, contract, Fates(columns)))
    source, stream = passed.source, passed.fold
    refuse_empty(source, stream.passage.counts.rows_in, [finding.refusal for finding in stream.findings[:1]])
    if passed.again is not None:
        _settle(stream, passed.again, passed.contract)
    sha256 = source.sha256()
    unknown = stream.unknown.findings(source, serving.groups.privacy_minimum)
    schools = stream.schools.findings(source, stream.passage.tally.schools)
    refuse_hopeless(source.file, [each.refusal for each in stream.findings if each.fate == QUARANTINED])
    return Surveyed(
        file=source.file,
        sha256=sha256,
        counts=stream.passage.counts,
        findings=tuple(sorted((*stream.findings, *unknown, *schools), key=_place)),
        guesses=(*source.guesses, *told(source.file, passed.contract, passed.evidence), *_said(stream)),
        fates=stream.fates,
        tally=stream.passage.tally,
        unread=stream.passage.unread,
    )


def _place(finding: Finding) -> tuple[str, int, str, str]:
    return finding.refusal.file, finding.refusal.line, finding.refusal.column, finding.refusal.name


def _said(stream: "_Stream") -> Iterator[Guess]:
    yield from stream.passage.numbers.guesses(stream.source.file)
    yield from _hollow(stream)


def _hollow(stream: "_Stream") -> Iterator[Guess]:
    """Tell of columns that say nothing; dates and the grade may well be the same in all rows."""
    dates = {column for column, kind in stream.contract.terms if kind in (Kind.DATE, Kind.GRADE)}
    for column, found in sorted(stream.spans.hollow(stream.passage.tally).items()):
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
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.passage = Passage(self.source, self.contract)
        self.alike, self.unknown = Alike(self.passage.seen), UnknownCodes(self.contract)
        self.spans = Spans()
        self.schools = SchoolsSeen(self.contract.column_of(Kind.SCHOOL))

    def add(self, judged: Judged) -> None:
        """Take a block."""
        everyone = np.ones(len(judged.lines), dtype=bool)
        self.passage.add(judged)
        self.alike.add(judged)
        self.unknown.add(judged)
        self.schools.add(judged)
        self.spans.add(judged.values, ~judged.refused)
        self.fates.add(judged.values, everyone, ROWS_IN)
        if judged.refused.any():
            self.fates.add(judged.values, judged.refused, REFUSED_ROWS)
        self.findings += self._found(judged)
        if len(self.findings) > len(judged.lines):  # a file of nothing but faults is not read to its end
            refuse_hopeless(self.source.file, [each.refusal for each in self.findings if each.fate == QUARANTINED])

    def again(self) -> Ints:
        """Give the places of rows that may be of one student."""
        self.looks = self.alike.places()
        return np.union1d(self.passage.seen.again(), self.looks)

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


def _settle(stream: _Stream, rows: Rows, contract: Contract) -> None:
    """Settle what was looked at twice, and move its rows from one count to another."""
    school = rows.texts[contract.column_of(Kind.SCHOOL), Kind.SCHOOL].texts()
    schools = [name or NOT_KNOWN for name in school]
    looked = stream.passage.settle(rows, contract)
    values = values_of(rows, contract)
    stream.fates.add(values, looked.merged, MERGED_ROWS)
    stream.fates.add(values, looked.refused, REFUSED_ROWS)
    clashes = zip(looked.settled.refusals, looked.settled.clashing.tolist(), strict=True)
    stream.findings += (Finding(refusal, schools[row], QUARANTINED) for refusal, row in clashes)
    stream.findings += _merges(rows, looked.settled, schools)
    alike = np.isin(rows.lines, stream.looks)
    stream.findings += alike_findings(rows, alike, schools, contract.student_id)


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
