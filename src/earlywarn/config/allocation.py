"""The policies TOML: how seats of support are shared out. It refuses a mix that nothing could carry out."""

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from earlywarn.config.standard import Name, Section

BY_NEED = "by need"
MOST = 1_000_000
"""No floor is higher."""


class Policy(Section):
    """One way of sharing seats out. Within a school it is always by risk; nobody is picked by group."""

    name: Name
    share: Literal["need", "school", "student"] = Field(
        default="need", description="by risk alone; the same for every school; or by a school's number of students"
    )
    part: Annotated[float, Field(gt=0, le=1)] = Field(
        default=1.0, description="with share school or student: so much of the seats is shared out so, the rest by risk"
    )
    floor: Annotated[int, Field(ge=0, le=MOST, strict=True)] = Field(
        default=0, description="seats of each support that every place has at least"
    )
    floor_by: Literal["school", "grade"] = Field(default="school", description="which places have that floor")
    reach_floor: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None, description="no group's expected reach under so much of its reference's; moves seats by school"
    )
    several_seats: bool = Field(default=False, description="a student may hold a seat of each support that answers")

    @model_validator(mode="after")
    def rules_fit_together(self) -> Self:
        """Refuse floors by grade beside seats by school: both at once are no network any more."""
        if self.floor_by == "grade" and (self.share != "need" or self.reach_floor is not None):
            raise ValueError('floor_by = "grade" goes with share = "need" and no reach_floor alone')
        if self.share == "need" and self.part < 1:
            raise ValueError(
                'part says how much is shared out by school or student: give share = "school" or "student"'
            )
        if self.reach_floor is not None and self.share != "need":
            raise ValueError('reach_floor moves seats between schools: it goes with share = "need"')
        return self

    @property
    def words(self) -> str:
        """Say the policy in one plain sentence."""
        first = {
            "need": "Each seat goes to the student with the highest risk whom the support answers",
            "school": "Every school gets the same number of seats of each support that serves it",
            "student": "Every school gets seats by its number of students",
        }[self.share]
        if self.part < 1:
            first += f", for {100 * self.part:g}\u00a0% of the seats; the rest go to the highest risk in any school"
        elif self.share != "need":
            first += "; within it the highest risk comes first"
        more = [f"every {self.floor_by} has at least {self.floor} of each support"] if self.floor else []
        if self.reach_floor is not None:
            more.append(
                f"seats move between schools until no group is reached less than {100 * self.reach_floor:g}\u00a0% as "
                "often as its reference; nobody is picked by group"
            )
        if self.several_seats:
            more.append("a student may hold a seat of each support")
        return "; ".join([first, *more]) + "."


class AllocationPlan(Section):
    """The policies that are held side by side; ``by need``, against which all are held, is added where it is not."""

    policies: tuple[Policy, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def names_differ(self) -> Self:
        """Refuse two policies of one name, and another policy that is called "by need"."""
        names = Counter(policy.name.casefold() for policy in self.policies)
        faults = [f"two policies are called '{name}'" for name, count in names.items() if count > 1]
        faults += [
            f"'{BY_NEED}' is the plain policy that all are held against: call this one otherwise"
            for policy in self.policies
            if policy.name.casefold() == BY_NEED and policy != Policy(name=BY_NEED)
        ]
        if faults:
            raise ValueError("\n".join(faults))
        return self


def usual_plan(floor: int | None, reach_floor: float | None) -> AllocationPlan:
    """Give the policies that stand side by side where no TOML says otherwise.

    >>> [policy.name for policy in usual_plan(2, None).policies]
    ['equal by school', 'equal by student', 'by need', 'by need with floors']
    """
    policies = [
        Policy(name="equal by school", share="school"),
        Policy(name="equal by student", share="student"),
        Policy(name=BY_NEED),
    ]
    if floor:
        policies.append(Policy(name=f"{BY_NEED} with floors", floor=floor))
    if reach_floor is not None:
        policies.append(Policy(name=f"{BY_NEED} with a reach floor", reach_floor=reach_floor))
    return AllocationPlan(policies=tuple(policies))
