"""One roster judged row by row: accepted, merged or refused, and every row counted once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earlywarn import arrow
from earlywarn.columns import Coded, Floats, Ints, Texts
from earlywarn.config.reading import Reading
from earlywarn.roster.contract import Contract, Key
from earlywarn.roster.header import check_columns
from earlywarn.roster.read import open_source
from earlywarn.roster.rows import Account, read_rows, settle
from earlywarn.roster.spells import settle_spells, years_of


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
    kept = settle(rows, settle_spells(rows, contract))
    return Accepted(
        ids=arrow.to_texts(rows.ids)[kept.rows],
        years=years_of(rows, contract)[kept.rows],
        texts={key: kept.texts(coded) for key, coded in rows.texts.items()},
        numbers={column: kept.numbers(values) for column, values in rows.numbers.items()},
        lines=rows.lines[kept.rows],
        account=kept.account,
    )
