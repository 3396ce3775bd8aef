"""Faults planted into the text of a made-up roster, one a row, each with its true line in a key.

It refuses a state with too few rows for them. No row has two faults; a fault of two rows (a repeated student,
ids that look alike) stands in the key with both lines.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from earlywarn.errors import Fault, UsageError
from earlywarn.roster.blocks import WHOLE_ROW
from earlywarn.synth import assumed
from earlywarn.synth.rows import MADE_UP, ROSTER_COLUMNS, SPARE_IDS, dated, id_numbers

Cells = dict[str, str]
"""The cells of a row by the file's column, in its order."""

ROWS_A_FAULT = 12
"""Rows that a state must have for each planted fault."""

KEY_COLUMNS = ("file", "line", "column", "fault", MADE_UP)


@dataclass(frozen=True)
class Planted:
    """One line of the key: where a fault was planted, and which."""

    file: str
    line: int
    column: str
    fault: str


@dataclass(frozen=True)
class Kind:
    """A kind of fault: the column it shows in, how to plant it, which rows can take it."""

    column: str
    plant: Callable[[Cells, Iterator[str]], list[str]]
    suits: Callable[[Cells], bool] = lambda row: True


def _row_text(cells: Cells) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells.values())
    return out.getvalue()


def _with(**changed: str) -> Callable[[Cells, Iterator[str]], list[str]]:
    """Plant by writing cells; the row stays one row."""
    return lambda row, ids: [_row_text(row | changed)]


def _computed(column: str, value: Callable[[Cells], str]) -> Callable[[Cells, Iterator[str]], list[str]]:
    return lambda row, ids: [_row_text(row | {column: value(row)})]


def _twice(change: Callable[[Cells], Cells]) -> Callable[[Cells, Iterator[str]], list[str]]:
    """Plant by writing the row a second time, changed."""
    return lambda row, ids: [_row_text(row), _row_text(row | change(row))]


def _shorter(row: Cells, ids: Iterator[str]) -> list[str]:
    return [_row_text(dict(list(row.items())[:-2]))]


def _longer(row: Cells, ids: Iterator[str]) -> list[str]:
    return [_row_text({**row, "one more": "1"})]


def _re_enrolled(row: Cells, ids: Iterator[str]) -> list[str]:
    """Write two enrolments of the year: 60 days, ten days away, the rest; days of absence parted alike."""
    days = dated(int(row["school_year"]))
    absent, excused = int(row["days_absent"]), int(row["days_absent_excused"])
    first = _spell(60, absent // 3, min(excused, absent // 3))
    second = _spell(110, absent - absent // 3, max(0, excused - absent // 3))
    none_yet = {"days_tardy": "0", "incidents": "0", "suspensions": "0", "days_suspended": "0"}
    return [
        _row_text(row | none_yet | first | {"exit_date": days[60]}),
        _row_text(row | second | {"entry_date": days[70]}),
    ]


def _spell(enrolled: int, absent: int, excused: int) -> Cells:
    absent = min(absent, enrolled)
    return {
        "days_enrolled": str(enrolled),
        "days_absent": str(absent),
        "days_absent_excused": str(min(excused, absent)),
        "attendance_rate": f"{1 - absent / enrolled:.4f}",
    }


def _full_year(row: Cells) -> bool:
    return row["days_enrolled"] == str(assumed.SCHOOL_DAYS) and int(row["days_absent"]) <= 90


def _two_ids(second: Callable[[str], str]) -> Callable[[Cells, Iterator[str]], list[str]]:
    """Plant two students whose ids a reader may take for one; the second has results of its own."""

    def plant(row: Cells, ids: Iterator[str]) -> list[str]:
        first = next(ids)
        return [_row_text(row | {"student_id": first}), _row_text(row | {"student_id": second(first)})]

    return plant


def _two_orders(row: Cells, ids: Iterator[str]) -> list[str]:
    """Write the day of one student month first, and that of another day first: nothing tells which is meant."""
    year, month, day = row["as_of"].split("-")
    other = row | {"student_id": next(ids), "as_of": f"{day}/{month}/{year}"}
    return [_row_text(row | {"as_of": f"{month}/{day}/{year}"}), _row_text(other)]


def _a_year_on(row: Cells) -> str:
    return f"{int(row['school_year']) + 1}-03-01"


def _more_than_enrolled(row: Cells) -> str:
    return str(int(row["days_enrolled"]) + 5)


def _other_result(row: Cells) -> Cells:
    return {"result_reading": str(int(row["result_reading"]) + 7)}


def _tested(row: Cells) -> bool:
    return bool(row["result_reading"])


KINDS: Mapping[str, Kind] = {
    "missing_id": Kind("student_id", _with(student_id="")),
    "missing_school": Kind("school_id", _with(school_id="")),
    "bad_year": Kind("school_year", _with(school_year="26")),
    "bad_grade": Kind("grade", _with(grade="13")),
    "absent_over_enrolled": Kind("days_absent", _computed("days_absent", _more_than_enrolled)),
    "enrolled_over_366": Kind("days_enrolled", _with(days_enrolled="400")),
    "text_in_number": Kind("days_absent", _with(days_absent="three")),
    "percent_mixed": Kind("attendance_rate", _with(attendance_rate="93%")),
    "number_not_finite": Kind("result_mathematics", _with(result_mathematics="1e400")),
    "out_of_range": Kind("result_reading", _with(result_reading="99999")),
    "exact_duplicate": Kind(WHOLE_ROW, _twice(lambda row: {})),
    "conflicting_duplicate": Kind("result_reading", _twice(_other_result), _tested),
    "re_enrolled": Kind("entry_date", _re_enrolled, _full_year),
    "zero_stripped_id": Kind("student_id", _two_ids(lambda first: first.lstrip("0"))),
    "look_alike_id": Kind("student_id", _two_ids(lambda first: "O" + first[1:])),
    "short_row": Kind(WHOLE_ROW, _shorter),
    "long_row": Kind(WHOLE_ROW, _longer),
    "two_races": Kind("race_1997", _with(race_1997="H;B")),
    "unknown_code": Kind("lunch", _with(lunch="Not Eligibile")),
    "two_date_orders": Kind("as_of", _two_orders),
    "as_of_outside_year": Kind("as_of", _computed("as_of", _a_year_on)),
    "date_not_a_date": Kind("entry_date", _with(entry_date="2026-02-30")),
}
"""The name of each fault and how it is planted; ``earlywarn check`` names them alike."""


def spare_ids() -> Iterator[str]:
    """Give ids that no student of a state has, each beginning with exactly one zero."""
    for number in id_numbers(np.arange(SPARE_IDS)).tolist():
        if 10_000_000 <= number < 100_000_000:
            yield f"{number:09d}"


@dataclass
class Planter:
    """Plants ``each`` of every kind over the rows of one file, as they come by; keeps the key.

    Raises
    ------
    UsageError
        The file has too few rows for so many faults.
    """

    file: str
    rows: int
    each: int
    rng: np.random.Generator
    key: list[Planted] = field(default_factory=list)

    def __post_init__(self) -> None:
        wanted = self.each * len(KINDS)
        if self.each < 1 or wanted * ROWS_A_FAULT > self.rows:
            most = self.rows // (ROWS_A_FAULT * len(KINDS))
            remedy = "plant fewer, or make more students"
            allowed = f"1 to {most:,} here" if most else f"at least {ROWS_A_FAULT * len(KINDS):,} students"
            raise UsageError(Fault("--dirty", f"{self.each:,} of each fault", allowed, remedy))
        self._left = self.rng.permutation(np.repeat(np.arange(len(KINDS)), self.each)).tolist()
        self._ids = spare_ids()
        self._seen, self._line = 0, 2

    def plant(self, text: bytes) -> bytes:
        """Plant this block's share of faults into its rows, and give the block's new text.

        Blocks are parted by the state, so what is planted does not hang on how the file is written.
        """
        rows = records(text.decode())
        self._seen += len(rows)
        share = self.each * len(KINDS) * self._seen // self.rows
        due = share - (self.each * len(KINDS) - len(self._left))
        places = self._places(rows, due)
        lines = self._line
        for place, row in enumerate(rows):
            if place in places:
                name = places[place]
                rows[place] = row = self._planted(name, row, lines)
            lines += row.count("\n")
        self._line = lines
        return "".join(rows).encode()

    def finish(self) -> None:
        """Refuse where a fault found no row that suits it."""
        if self._left:
            remedy = "plant fewer, or make more students"
            raise UsageError(Fault("--dirty", f"{len(self._left):,} faults without a row that suits", remedy=remedy))

    def _places(self, rows: list[str], due: int) -> dict[int, str]:
        """Choose a row for each of the next faults; one that suits no row here goes to the end of the queue."""
        names, chosen = list(KINDS), {}
        order = iter(self.rng.permutation(len(rows)).tolist())
        waiting = self._left[:due]
        del self._left[:due]
        for place in order:
            if not waiting:
                break
            row = cells_of(rows[place])
            suited = next((kind for kind in waiting if KINDS[names[kind]].suits(row)), None)
            if suited is not None:
                waiting.remove(suited)
                chosen[place] = names[suited]
        self._left += waiting
        return chosen

    def _planted(self, name: str, row: str, line: int) -> str:
        kind = KINDS[name]
        texts = kind.plant(cells_of(row), self._ids)
        for text in texts:
            self.key.append(Planted(self.file, line, kind.column, name))
            line += text.count("\n")
        return "".join(texts)


def records(text: str) -> list[str]:
    r"""Part CSV text into rows, line ends kept; a line break inside of quotes parts nothing.

    Examples
    --------
    >>> records('1,a\n2,"b\nb"\n')
    ['1,a\n', '2,"b\nb"\n']
    """
    rows: list[str] = []
    open_quote = False
    for line in io.StringIO(text, newline="\n"):
        if open_quote:
            rows[-1] += line
        else:
            rows.append(line)
        open_quote ^= line.count('"') % 2 == 1
    return rows


def cells_of(row: str) -> Cells:
    """Give the cells of one row of a made-up roster, by column."""
    return dict(zip(ROSTER_COLUMNS, next(csv.reader([row])), strict=True))


def key_text(key: list[Planted]) -> str:
    """Give the key as CSV, in the order of the lines."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(KEY_COLUMNS)
    writer.writerows((p.file, p.line, p.column, p.fault, "yes") for p in sorted(key, key=lambda p: (p.file, p.line)))
    return out.getvalue()
