"""The order of dates and the unit of shares, decided for whole columns over all blocks; says how sure that is."""

import logging
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from earlywarn.roster import dates, units
from earlywarn.roster.blocks import Guess
from earlywarn.roster.contract import Contract, Key
from earlywarn.roster.dates import Form, Order
from earlywarn.roster.terms import Kind
from earlywarn.roster.units import UNITS, Sign, Unit

LOG = logging.getLogger(__name__)
Evidence = Mapping[Key, NDArray[np.int64]]
Reading = Order | Unit


def decide(contract: Contract, evidence: Evidence) -> dict[Key, Reading]:
    """Decide every column that needs it; a column of dates that proves nothing follows the others of its file."""
    found: dict[Key, Reading] = {}
    stated = None if contract.dates == "auto" else Order(contract.dates)
    for key, counts in evidence.items():
        found[key] = units.decide(counts) if key[1] is Kind.SHARE else dates.decide(counts, stated)
    orders = {key: order for key, order in found.items() if isinstance(order, Order)}
    proven = {order for order in orders.values() if order in (Order.MONTH, Order.DAY)}
    if len(proven) == 1:
        silent = [key for key in orders if _is_silent(evidence[key]) and orders[key] is Order.UNDECIDED]
        found |= dict.fromkeys(silent, next(iter(proven)))
    return found


def _is_silent(forms: NDArray[np.int64]) -> bool:
    return not forms[[Form.MONTH_FIRST, Form.DAY_FIRST]].any()


def told(file: str, contract: Contract, evidence: Evidence) -> Iterator[Guess]:
    """Say what was decided, and how sure."""
    for key, reading in decide(contract, evidence).items():
        tell = _units_told if key[1] is Kind.SHARE else _dates_told
        yield from tell(f"{file}: column '{key[0]}'", reading, evidence[key], contract)


def _units_told(where: str, unit: Reading, counts: NDArray[np.int64], contract: Contract) -> Iterator[Guess]:
    others = int(counts[: len(UNITS)].sum() - counts[: len(UNITS)].max())
    if others:
        sure = f"likely: {others:,} cells in another unit are refused"
    elif counts[Sign.PERCENT] or counts[Sign.SIGNED]:
        sure = "certain: no cell says otherwise"
    else:
        sure = "likely: no cell is above 1" if counts[Sign.SHARE] else "a guess: every cell is blank, 0 or 1"
    yield Guess(where, "units", str(unit), sure, is_warning=bool(others))


def _dates_told(where: str, order: Reading, counts: NDArray[np.int64], contract: Contract) -> Iterator[Guess]:
    month, day, either = (int(counts[form]) for form in (Form.MONTH_FIRST, Form.DAY_FIRST, Form.EITHER))
    slashes, year_first = month + day + either + int(counts[Form.SAME]), int(counts[Form.YEAR_FIRST])
    if not slashes:
        return
    if year_first:
        sure, loud = f"likely: {year_first:,} cells are year first, {slashes:,} have slashes", True
    elif contract.dates != "auto":
        sure, loud = "stated in roster.dates", bool(min(month, day))
    elif month and day:
        sure, loud = f"likely: {month:,} cells fit month first alone, {day:,} day first alone", True
    elif month or day:
        sure, loud = f"certain: {month + day:,} cells fit no other order", False
    elif order is Order.UNDECIDED:
        sure, loud = f"no cell decides: {either:,} cells fit both orders and are refused; say it in roster.dates", True
    else:
        sure, loud = "likely: no cell decides, so as in the other columns of dates", True
    yield Guess(where, "date order", str(order), sure, loud)


def warn(guesses: Iterable[Guess]) -> None:
    """Log what a person should see before trusting a roster, whatever is done with its rows."""
    for guess in guesses:
        if guess.is_warning:
            LOG.warning("%s, %s: %s (%s)", guess.where, guess.what, guess.found, guess.sure)
