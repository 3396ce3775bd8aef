"""Tables and numbers as the terminal shows them: short, aligned, intervals beside values."""

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

if TYPE_CHECKING:  # scipy would cost a score run half its time
    from earlywarn.intervals import Estimate

NOT_KNOWN = "–"


def table(*columns: str) -> Table:
    """Give an empty table; a column that begins with ">" is aligned to the right."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for column in columns:
        made.add_column(
            column.removeprefix(">"), justify="right" if column.startswith(">") else "left", overflow="fold"
        )
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
    between = " to " if signed else "\N{EN DASH}"
    ends = f"{number(low, digits, signed)}{between}{number(high, digits, signed)}"
    return f"{number(estimate.value, digits, signed)} ({ends})"


def counts(words: tuple[str, ...]) -> tuple[str, ...]:
    """Shorten counts that may not be exact: ``~1,610`` and ``<10``."""
    return tuple(word.replace("about ", "~").replace("fewer than ", "<") for word in words)


def percent(share: float) -> str:
    """Write a share of a group in whole percent."""
    return f"{100 * share:.0f} %"
