"""What of two runs can be tried on the other: the same scorecard needs nothing; two need inputs that both can read.

It guesses nothing: what lacks is a reason in words, told wherever a cause or an input is not known.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from earlywarn.changes.sides import Side
from earlywarn.columns import InputSpec
from earlywarn.errors import ScorecardError
from earlywarn.promotions import load_scorecard
from earlywarn.scorecard.table import Scorecard


@dataclass(frozen=True)
class Trials:
    """Two runs side by side, and what can be tried."""

    before: Side
    now: Side

    @property
    def cards(self) -> tuple[Scorecard, Scorecard]:
        """The scorecards of then and now; only where that of then is there."""
        if self.before.card is None:
            raise AssertionError("no scorecard to try")
        return self.before.card, self.now_card

    @property
    def now_card(self) -> Scorecard:
        """The scorecard of now, which is always there."""
        if self.now.card is None:
            raise AssertionError("a run without its scorecard")
        return self.now.card

    @cached_property
    def one_model(self) -> bool:
        """Whether the same scorecard scored both."""
        return self.before.card == self.now_card

    @cached_property
    def no_cause(self) -> str:
        """Say why no cause can be known; "" where all can."""
        return "" if self.one_model else self.no_input or self._not_alike

    @cached_property
    def no_input(self) -> str:
        """Say why no input can be named; "" where one can."""
        if self.before.card is None:
            return "the scorecard of the earlier run is gone or damaged"
        lacking = [side.name for side in (self.before, self.now) if not side.has_inputs]
        if lacking:
            return f"{' and '.join(lacking)} kept no inputs"
        return "" if self.one_model else self._not_alike

    @cached_property
    def same_levels(self) -> bool:
        """Whether both models call their levels by the same names in the same order, as far as can be known."""
        return self.before.card is None or _levels(self.before.card) == _levels(self.now_card)

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs of either model."""
        return tuple(dict.fromkeys(spec.name for card in self.cards for spec in card.specs))

    def spec(self, name: str) -> InputSpec:
        """Give an input as the model of now has it, else as that of then had."""
        return next(spec for card in reversed(self.cards) for spec in card.specs if spec.name == name)

    @cached_property
    def _not_alike(self) -> str:
        then, now = ({spec.name: spec for spec in card.specs} for card in self.cards)
        others = [
            (now.get(name) or then[name]).title
            for name in self.names
            if name not in then or name not in now or _read(then[name]) != _read(now[name])
        ]
        if not others:
            return ""
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        return f"the two models do not read the same inputs ({', '.join(others[:3])}{more})"


def card_of(home: Path, sha256: str, now: Scorecard) -> Scorecard | None:
    """Give the scorecard of the earlier run; None where it is gone, damaged or was never promoted in this home."""
    if sha256 == now.sha256:
        return now
    try:
        return load_scorecard(home, sha256)
    except ScorecardError:
        return None


def _levels(card: Scorecard) -> tuple[str, ...]:
    return tuple(level.name for level in card.levels)


def _read(spec: InputSpec) -> tuple[object, ...]:
    """Give what decides the value that a model reads; titles and units do not."""
    return spec.column, spec.type, dict(spec.cuts)
