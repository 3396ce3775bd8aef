"""One roster judged row by row: accepted, merged or refused, and every row counted once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earlywarn import arrow
from earlywarn.columns import Coded, Floats, Ints, Refusal, Texts
from earlywarn.config.reading import Reading
from earlywarn.roster.cells import YEARS, Kind
from earlywarn.roster.contract import Contract, Key
from earlywarn.roster.header import check_columns
from earlywarn.roster.read import open_source
from earlywarn.roster.repeats import Repeats, code_ids, find_repeats
from earlywarn.roster.rows import Account, Rows, read_rows, settle


@dataclass(frozen=True)
class Accepted:
    """The accepted rows of one file by column and kind, and what became of the others."""

    ids: Texts
    years: Ints
    texts: Mapping[Key, Coded]
    numbers: Mapping[str, Floats]
    lines: Ints
    account: Account


def accept(path: Path, contract: Contract, how: Reading) -> Accepted:
    """Read a file and part its rows.

    Raises
    ------
    UsageError, RosterError, MachineError
        The file as a whole cannot be taken; a row that cannot is a refusal in what is given.
    """
    source = open_source(path, how)
    check_columns(source, contract)
    rows = read_rows(path, source, contract)
    years = _years(rows)
    repeats = _repeats(rows, years)
    kept = settle(rows, repeats, _conflicts(rows, repeats, contract))
    return Accepted(
        ids=arrow.to_texts(rows.ids)[kept.rows],
        years=years[kept.rows],
        texts={key: kept.texts(coded) for key, coded in rows.texts.items()},
        numbers={column: kept.numbers(values) for column, values in rows.numbers.items()},
        lines=rows.lines[kept.rows],
        account=kept.account,
    )


def _years(rows: Rows) -> Ints:
    """Give the school years, -1 where not known."""
    year = next(coded for (_, kind), coded in rows.texts.items() if kind is Kind.YEAR)
    return np.array([*map(int, year.names), -1], dtype=np.int64)[year.codes]


def _repeats(rows: Rows, years: Ints) -> Repeats:
    (student,) = code_ids(rows.ids)
    key = np.where((student < 0) | (years < 0), -1, student * YEARS.stop + years)
    return find_repeats(key, rows.doubtful, [*rows.texts.values(), *rows.numbers.values()])


def _conflicts(rows: Rows, repeats: Repeats, contract: Contract) -> Iterator[Refusal]:
    for clash in repeats.conflicting:
        yield Refusal(
            line=int(rows.lines[clash.row]),
            column=contract.student_id,
            rule="another row of this student and school year says otherwise",
            remedy=f"compare it with {rows.told(int(rows.lines[clash.other]))} and keep the one that is right",
            file=rows.file,
        )
