"""The two files by which other commands tell the desk: who holds a seat, and what became of an earlier list.

It refuses what contradicts itself, with all faults of a file at once and never a student's value. What stands in them
is shown as it is: the follow-up holds only figures that may be told, and its reader suppresses nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from earlywarn.errors import Fault, MachineError, RosterError, UsageError
from earlywarn.printable import short

ALLOCATION, FOLLOWED = "earlywarn-allocation/1", "earlywarn-followed/1"

FAULTS_SHOWN, PLACES_NAMED = 20, 5
"""How many faults an error names, and how many places one fault, so that both fit on a screen."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Words = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
Form = TypeVar("Form", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class SupportForm(_Part):
    """A support and how many students it can take; ``words`` say what it is."""

    name: Words
    seats: Count
    words: Words


class PlaceForm(_Part):
    """A seat that the allocation proposes for a student."""

    student_id: Words
    support: Words


class AllocationForm(_Part):
    """Which students of a score run the seats of each support are proposed to, and by which policy.

    ``score_run`` is the name of its folder, ``scorecard`` the sha256 in its manifest; ``approved_by`` is "" while
    nobody has approved it.
    """

    format: Literal["earlywarn-allocation/1"]
    score_run: Words
    scorecard: Sha256
    policy: Words
    policy_in_words: Words
    approved_by: str
    supports: tuple[SupportForm, ...]
    places: tuple[PlaceForm, ...]

    @model_validator(mode="after")
    def places_fit_the_supports(self) -> Self:
        """Refuse a support told twice, a place in none, more places than seats, a student twice in one support."""
        return _sound(self, _place_faults(self))


class RangeForm(_Part):
    """A share of students who missed the standard, with its 95 % interval."""

    share: Share
    low: Share
    high: Share

    @model_validator(mode="after")
    def share_lies_within(self) -> Self:
        """Refuse a share outside of its interval."""
        within = self.low <= self.share <= self.high
        return _sound(self, [] if within else ["the share does not lie from low to high"])


class CameForm(RangeForm):
    """What came, of so many students as may be told."""

    students: Count


class PromiseForm(_Part):
    """What a level said and what came; ``said``, ``came`` and ``held`` are null where there is too little to say."""

    level: Words
    said: RangeForm | None
    came: CameForm | None
    held: bool | None
    words: Words

    @model_validator(mode="after")
    def judged_by_both(self) -> Self:
        """Refuse a judgement of which one side may not be told: it would tell that side."""
        judged = self.held is None or (self.said is not None and self.came is not None)
        return _sound(self, [] if judged else ["held is told, but said or came is null"])


class ReachForm(_Part):
    """How many students of a group reached one stage; "All students" is everyone. Null and suppressed go together.

    ``about`` says that the number is rounded; ``share`` is its part of the stage before, where it may be told.
    """

    stage: Words
    group: Words
    students: Count | None
    suppressed: bool
    about: bool = False
    share: RangeForm | None = None

    @model_validator(mode="after")
    def null_where_suppressed(self) -> Self:
        """Refuse a suppressed number that stands there, and a gap that nobody explains."""
        agrees = self.suppressed == (self.students is None)
        return _sound(self, [] if agrees else ["students must be null where suppressed, and there alone"])


class FollowedForm(_Part):
    """What became of a score run's students, in figures that may be told: suppressed and rounded by who wrote it.

    ``promises`` stand from the highest level to the lowest, ``reach`` from the first stage to the last.
    """

    format: Literal["earlywarn-followed/1"]
    score_run: Words
    followed_on: date
    promises: tuple[PromiseForm, ...]
    reach: tuple[ReachForm, ...]
    sentences: tuple[Words, ...]

    @model_validator(mode="after")
    def each_once(self) -> Self:
        """Refuse a level, or a stage of a group, that is told twice."""
        levels = _repeated("promises", [promise.level for promise in self.promises])
        return _sound(self, [*levels, *_repeated("reach", [(row.stage, row.group) for row in self.reach])])


def read_allocation(path: Path) -> AllocationForm:
    """Read what ``earlywarn allocate --out`` has written.

    Raises
    ------
    UsageError
        No such file, or a folder.
    RosterError
        Every fault of the file.
    MachineError
        The file may not be read.
    """
    return _read(path, AllocationForm, "an allocation")


def read_followed(path: Path) -> FollowedForm:
    """Read what ``earlywarn follow --out`` has written.

    Raises
    ------
    UsageError
        No such file, or a folder.
    RosterError
        Every fault of the file.
    MachineError
        The file may not be read.
    """
    return _read(path, FollowedForm, "a follow-up")


def _place_faults(form: AllocationForm) -> Iterator[str]:
    """Name places by their number from 1, for a student's id is no part of a message."""
    yield from _repeated("supports", [support.name for support in form.supports])
    seats = {support.name: support.seats for support in form.supports}
    if astray := [str(number) for number, place in enumerate(form.places, 1) if place.support not in seats]:
        yield f"in no support of the list: places {_first(astray)}"
    taken = Counter(place.support for place in form.places)
    for name, seats_of in seats.items():
        if taken[name] > seats_of:
            yield f"support '{name}' has {seats_of:,} seats and {taken[name]:,} places"
    yield from _repeated("places", [(place.student_id, place.support) for place in form.places])


def _repeated(what: str, keys: Sequence[object]) -> Iterator[str]:
    """Name all but the first of those that are said more than once."""
    first: dict[object, int] = {}
    again = [str(number) for number, key in enumerate(keys, 1) if first.setdefault(key, number) != number]
    if again:
        yield f"said before: {what} {_first(again)}"


def _first(numbers: Sequence[str]) -> str:
    more = f" and {len(numbers) - PLACES_NAMED:,} more" if len(numbers) > PLACES_NAMED else ""
    return ", ".join(numbers[:PLACES_NAMED]) + more


def _sound(form: Form, faults: Iterable[str]) -> Form:
    if told := "\n".join(faults):
        raise ValueError(told)
    return form


def _read(path: Path, form: type[Form], what: str) -> Form:
    if not path.is_file():
        found = "this is a folder" if path.is_dir() else "no such file"
        raise UsageError(Fault(str(path), found, f"{what} as docs/handover.md shows it", "check the path"))
    try:
        return form.model_validate_json(path.read_bytes())
    except OSError as error:
        raise MachineError(Fault(str(path), f"cannot read it ({error.strerror})", remedy="check who may")) from error
    except ValidationError as error:
        raise RosterError(_faults(error, path.name)) from None


def _faults(error: ValidationError, file: str) -> list[Fault]:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    faults = [fault for detail in details for fault in _told(detail, file)]
    if len(faults) > FAULTS_SHOWN:
        faults[FAULTS_SHOWN:] = [Fault(file, f"{len(faults) - FAULTS_SHOWN:,} more faults")]
    return faults


def _told(detail: Any, file: str) -> Iterator[Fault]:
    where = f"{file}: {place}" if (place := _place(detail["loc"])) else file
    for line in detail["msg"].removeprefix("Value error, ").splitlines():
        yield Fault(where, line, remedy="have it written anew; docs/handover.md has its form")


def _place(location: tuple[int | str, ...]) -> str:
    """Spell a place as a person counts: ``places[3].support`` is the support of the third place."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{short(part)}" for part in location)
    return "".join(parts).removeprefix(".")
