"""Tables and numbers as the terminal shows them: short, aligned, intervals beside values."""

from rich import box
from rich.table import Table

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # scipy would cost a score run half its time
    from earlywarn.intervals import Estimate

NOT_KNOWN = "–"


def table(title: str, *columns: str) -> Table:
    """Give an empty table; a column that begins with ">" is aligned to the right."""
    made = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False, padding=(0, 1))
    for column in columns:
        made.add_column(column.removeprefix(">"), justify="right" if column.startswith(">") else "left", no_wrap=column.startswith(">"))
    return made


def number(value: float, digits: int = 3, signed: bool = False) -> str:
    """Write a figure below 1 without its leading zero, with a true minus sign."""
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return text.replace("0.", ".", 1).replace("-", "−") if abs(value) < 1 else text.replace("-", "−")


def with_interval(estimate: "Estimate | None", digits: int = 3, signed: bool = False, confidence: float = 0.95) -> str:
    """Write ``.886 (.872 to .899)``, or a dash."""
    if estimate is None:
        return NOT_KNOWN
    low, high = estimate.interval(confidence)
    ends = f"{number(low, digits, signed)} to {number(high, digits, signed)}"
    return f"{number(estimate.value, digits, signed)} ({ends})"


def percent(share: float) -> str:
    """Write a share of a group in whole percent."""
    return f"{100 * share:.0f} %"
