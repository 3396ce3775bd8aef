"""What mitigation is tried: whose gaps, under which constraints, and without which inputs; absent, none runs.

It names every member before anything is fitted, so that a config may choose one by its name.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from earlywarn.config.standard import Name, Section

Constraint = Literal["true_positive_rate_parity", "false_positive_rate_parity", "equalized_odds", "bounded_group_loss"]
CONSTRAINTS: tuple[Constraint, ...] = (
    "true_positive_rate_parity",
    "false_positive_rate_parity",
    "equalized_odds",
    "bounded_group_loss",
)
EACH: Literal["each"] = "each"


@dataclass(frozen=True)
class Member:
    """One reweighted candidate: step 1 to ``steps`` of a grid, or (step 0) one member of a mixture."""

    constraint: Constraint
    step: int
    steps: int

    @property
    def name(self) -> str:
        """The candidate's name: ``equalized_odds_2``, or ``equalized_odds_member``."""
        return f"{self.constraint}_{self.step or 'member'}"


class Mitigation(Section):
    """Fairlearn's reductions for one attribute, and the chosen candidate without some of its inputs."""

    attribute: Name
    constraints: tuple[Constraint, ...] = CONSTRAINTS
    grid: int = Field(default=3, ge=1, le=7)
    bound: Annotated[float, Field(ge=0.005, le=0.2)] = 0.02
    remove: tuple[Name, ...] | Literal["each"] = ()

    @model_validator(mode="after")
    def something_to_try(self) -> Self:
        """Refuse a section that tries nothing, or one thing twice."""
        if not self.constraints and not self.remove:
            raise ValueError("nothing to try: give 'constraints', 'remove' or both, or take the section out")
        twice = [name for names in (self.constraints, self.listed) for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"'{twice[0]}' stands here twice")
        return self

    @property
    def listed(self) -> tuple[str, ...]:
        """The inputs named one by one."""
        return () if self.remove == EACH else tuple(self.remove)

    @property
    def members(self) -> tuple[Member, ...]:
        """Every candidate of the constraints, in the order of the file."""
        return tuple(Member(name, step, self.grid) for name in self.constraints for step in (*self._steps, 0))

    @property
    def _steps(self) -> range:
        return range(1, self.grid + 1)

    def removed(self, inputs: tuple[str, ...]) -> tuple[str, ...]:
        """Give the inputs to leave out, one at a time."""
        return inputs if self.remove == EACH else self.listed
