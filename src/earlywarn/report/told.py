"""Something told in sentences, with the table behind them; a page draws it, and nothing here says how."""

from dataclasses import dataclass

from earlywarn.report.tables import Table


@dataclass(frozen=True)
class Told:
    """A title, sentences, and the table behind them if there is one.

    Attributes
    ----------
    width
        How wide the first gap told of is, as a difference of two shares; the widest is named at the head of a page.
    """

    title: str
    sentences: tuple[str, ...]
    table: Table | None = None
    width: float = 0.0
