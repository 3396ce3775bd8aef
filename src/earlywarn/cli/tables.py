"""Tables and numbers as the terminal shows them: short, aligned, intervals beside values."""

from typing import TYPE_CHECKING, Literal

from rich import box
from rich.table import Table

if TYPE_CHECKING:  # scipy would cost a score run half its time
    from earlywarn.estimate import Estimate

NOT_KNOWN = "–"


INTERVAL_WIDTH = 11
"""Room for ``(.349–.482)``: on a narrow terminal a cell breaks between a value and its interval, never inside."""


def table(*columns: str) -> Table:
    """Give an empty table; ">" before a title aligns to the right, ">>" keeps room for intervals as well."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), collapse_padding=True)
    side: Literal["left", "right"]
    for column in columns:
        side = "right" if column.startswith(">") else "left"
        room = INTERVAL_WIDTH if column.startswith(">>") else None
        made.add_column(column.lstrip(">"), justify=side, overflow="fold", min_width=room)
    return made


def number(value: float, digits: int = 3, signed: bool = False) -> str:
    """Write a figure below 1 without its leading zero, with a true minus sign."""
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return text.replace("0.", ".", 1).replace("-", "−") if abs(value) < 1 else text.replace("-", "−")


def with_interval(estimate: "Estimate | None", digits: int = 3, signed: bool = False, confidence: float = 0.95) -> str:
    """Write ``.886 (.872–.899)`` or ``+.02 (−.01 to +.05)``; a dash for nothing."""
    if estimate is None:
        return NOT_KNOWN
    low, high = estimate.interval(confidence)
    digits = digits if estimate.digits is None else min(digits, estimate.digits)
    between = " to " if signed else "\N{EN DASH}"
    ends = f"{number(low, digits, signed)}{between}{number(high, digits, signed)}"
    return f"{number(estimate.value, digits, signed)} ({ends})"


def counts(words: tuple[str, ...]) -> tuple[str, ...]:
    """Shorten counts that may not be exact: ``~1,610`` and ``<10``."""
    return tuple(word.replace("about ", "~").replace("fewer than ", "<") for word in words)


def percent(share: float) -> str:
    """Write a share of a group in whole percent."""
    return f"{100 * share:.0f} %"
