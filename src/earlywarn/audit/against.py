"""Two audits held against each other: which changes are more than noise.

Schools that stand in both are left out of both at once, so that what they share is no surprise. What
an audit keeps for this names no school and no student, only keys; it is private all the same.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from earlywarn.audit.figures import Figure
from earlywarn.audit.many import adjusted
from earlywarn.columns import Floats
from earlywarn.errors import Fault, UsageError
from earlywarn.estimate import Estimate
from earlywarn.intervals import jackknife

FORMAT = "earlywarn-audit-parts/1"
LEAST_ERROR = 1e-9
"""An error below this is rounding: a share that the list's length sets does not vary."""

BY_SCHOOL = "by_school.parquet"
"""The private file of an audit's folder, from which later audits are compared with it."""

THEN = "then"
"""Before the reason why the older figure cannot be compared: then its value may not be told either."""

Key = tuple[str, str, str]
"""Measure, slug of the group, what it is held against."""


@dataclass(frozen=True)
class KeptFigure:
    """One figure and how far it moves without each school, shape (schools,); ``reason`` if it cannot be judged.

    ``schools`` are the effective schools that carry it: one more than its degrees of freedom.
    """

    value: float
    schools: float
    reason: str
    parts: Floats


@dataclass(frozen=True)
class Kept:
    """What an audit leaves for later ones: its schools' keys, its head in words, and its figures.

    ``what`` is whose scores were audited; "" in what older versions left.
    """

    keys: tuple[str, ...]
    title: str
    day: str
    standard: str
    figures: Mapping[Key, KeptFigure]
    what: str = ""


@dataclass(frozen=True)
class Change:
    """One figure then and now.

    Attributes
    ----------
    difference
        Now less then; None where ``reason`` says why.
    q
        Its p-value after Benjamini and Hochberg, over all changes of this comparison; None without a difference.
    """

    measure: str
    group: str
    versus: str
    before: float
    now: float
    difference: Estimate | None
    reason: str
    q: float | None = None

    @property
    def is_more_than_noise(self) -> bool:
        """Whether the change stays when asked so often: at most one in twenty so marked is expected to be none."""
        return self.q is not None and self.q < 0.05


def school_keys(names: Iterable[str]) -> tuple[str, ...]:
    """Give a key for each school: the same school has the same key in every audit."""
    return tuple(hashlib.sha256(f"school:{name}".encode()).hexdigest()[:16] for name in names)


def keep(figures: Iterable[Figure], keys: tuple[str, ...], head: tuple[str, str, str], what: str = "") -> Kept:
    """Give what later audits are compared with; ``head`` is title, day and standard, ``what`` whose scores.

    Where schools are not known, ``keys`` is empty: later audits are then compared as if of other schools.
    """
    title, day, standard = head
    held = {
        (f.measure, f.cell.slug, f.versus): KeptFigure(
            f.value, f.estimate.df + 1 if f.estimate else f.schools, f.reason, f.parts
        )
        for f in figures
        if f.parts is not None
    }
    return Kept(keys, title, day, standard, held, what)


def _carried(figure: Figure) -> float:
    return figure.schools if figure.estimate is None else figure.estimate.df + 1


def changes(now: Kept, then: Kept) -> tuple[Change, ...]:
    """Compare every figure that both audits have; which changes are more than noise stands in ``q``."""
    found = [_change(key, now, then) for key in now.figures if key in then.figures]
    estimated = [place for place, change in enumerate(found) if change.difference is not None]
    p_values = np.array([found[place].difference.p_differs() for place in estimated])  # type: ignore[union-attr]
    for place, q in zip(estimated, adjusted(p_values).tolist() if estimated else [], strict=True):
        found[place] = replace(found[place], q=q)
    return tuple(found)


def write_kept(kept: Kept, path: Path) -> None:
    """Write a private Parquet file; the caller publishes it."""
    head = {"format": FORMAT} | {name: getattr(kept, name) for name in ("keys", "title", "day", "standard", "what")}
    columns = {
        "measure": [key[0] for key in kept.figures],
        "group": [key[1] for key in kept.figures],
        "versus": [key[2] for key in kept.figures],
        "value": [figure.value for figure in kept.figures.values()],
        "schools": [figure.schools for figure in kept.figures.values()],
        "reason": [figure.reason for figure in kept.figures.values()],
        "parts": [figure.parts.tolist() for figure in kept.figures.values()],
    }
    table = pa.table(columns).replace_schema_metadata({"earlywarn": json.dumps(head)})
    parquet.write_table(table, path, compression="zstd")
    path.chmod(0o600)


def read_kept(folder: Path) -> Kept:
    """Read what the audit in a folder left.

    Raises
    ------
    UsageError
        No audit there, or one whose file is damaged or of another form.
    """
    path = folder / BY_SCHOOL
    remedy = "give the folder that 'earlywarn audit --out' wrote"
    if not path.is_file():
        raise UsageError(Fault(str(folder), f"no {BY_SCHOOL} there to compare with", remedy=remedy))
    try:
        table = parquet.read_table(path)
        head = json.loads(table.schema.metadata[b"earlywarn"])
        rows = table.to_pylist()
        if head["format"] != FORMAT:
            raise ValueError(head["format"])
        figures = {
            (row["measure"], row["group"], row["versus"]): KeptFigure(
                row["value"], row["schools"], row["reason"], np.array(row["parts"], dtype=np.float64)
            )
            for row in rows
        }
        return Kept(tuple(head["keys"]), head["title"], head["day"], head["standard"], figures, head.get("what", ""))
    except (pa.ArrowException, ValueError, KeyError, TypeError):
        raise UsageError(Fault(str(path), "damaged, or of another form", FORMAT, remedy)) from None


def _change(key: Key, now: Kept, then: Kept) -> Change:
    new, old = now.figures[key], then.figures[key]
    lacks = [f"{when}: {figure.reason}" for when, figure in ((THEN, old), ("now", new)) if figure.reason]
    value, reason = new.value - old.value, "; ".join(lacks)
    difference = None
    if not reason:
        moved = _together((now.keys, new.parts), (then.keys, old.parts))
        found = jackknife(value, moved, min(new.schools, old.schools))
        difference = found if found is not None and found.se > LEAST_ERROR else None
        reason = "" if difference else "no change" if value == 0 else "no interval: nothing that varies"
    return Change(*key, old.value, new.value, difference, reason)


def _together(now: tuple[tuple[str, ...], Floats], then: tuple[tuple[str, ...], Floats]) -> Floats:
    """Give how far the change moves without each school of either audit, shape (schools of both,)."""
    place: dict[str, int] = {}
    for when, (keys, parts) in enumerate((now, then)):
        for number in range(len(parts)):
            place.setdefault(keys[number] if keys else f"{when}:{number}", len(place))
    moved = np.zeros(len(place))
    for when, (sign, (keys, parts)) in enumerate(((1.0, now), (-1.0, then))):
        rows = [place[keys[number] if keys else f"{when}:{number}"] for number in range(len(parts))]
        moved[rows] += sign * parts
    return moved
