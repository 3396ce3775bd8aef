"""What a follow-up handed on, as the desk lays it out: who was reached, a row a group and a column a stage.

It shows each figure as it was handed on and makes none of its own; a group of which nothing may be told is named alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any


@dataclass(frozen=True)
class Funnel:
    """Who was reached.

    Attributes
    ----------
    stages
        In words, the first that all others are parts of.
    rows
        Groups with one entry a stage, as docs/handover.md has them.
    hidden
        Groups too small to be shown at any stage.
    """

    stages: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Mapping[str, Any], ...]], ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A place for support as a student's page tells it; nobody has approved it where ``approved_by`` is empty."""

    name: str
    words: str
    approved_by: str


def places_of(supports: str, allocation: Mapping[str, Any]) -> tuple[Place, ...]:
    """Give the places of one student, in the order of the allocation."""
    by = allocation.get("approved_by", "")
    told = ((each["name"], each["words"]) for each in allocation.get("supports", ()))
    return tuple(Place(name, "" if words == name else words, by) for name, words in told if holds(supports, name))


def holds(supports: str, name: str) -> bool:
    """Tell whether a support is among some that are joined by commas; its own name may hold one."""
    return f", {name}, " in f", {supports}, "


def funnel_of(followed: Mapping[str, Any]) -> Funnel | None:
    """Lay a follow-up out; None where there is none."""
    entries = followed.get("reach", ()) if followed else ()
    if not entries:
        return None
    stages = tuple(dict.fromkeys(entry["stage"] for entry in entries))
    groups = [(name, tuple(held)) for name, held in groupby(entries, key=lambda entry: entry["group"])]
    shown = [(name, held) for name, held in groups if not held[0]["suppressed"]]
    hidden = [name for name, held in groups if held[0]["suppressed"]]
    return Funnel(stages, tuple((name, _by_stage(held, stages)) for name, held in shown), tuple(hidden))


def _by_stage(held: tuple[Mapping[str, Any], ...], stages: tuple[str, ...]) -> tuple[Mapping[str, Any], ...]:
    """Put a group's entries in the order of the stages; one that is missing is empty."""
    found = {entry["stage"]: entry for entry in held}
    return tuple(found.get(stage, {"stage": stage}) for stage in stages)
