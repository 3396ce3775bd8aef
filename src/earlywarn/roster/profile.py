"""A roster's profile: rows, codes, missing cells and fates as counts by basket of schools, for the next check.

It holds no row and no id. Codes that fewer rows have than the privacy minimum are pooled, as a code may be anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from earlywarn.catalogue import Family
from earlywarn.columns import Ints, RowCounts
from earlywarn.config.experiment import Serving
from earlywarn.errors import Fault, UsageError
from earlywarn.groups import OTHER
from earlywarn.roster.tally import BASKETS, Tally

FORMAT = "earlywarn-roster-profile/1"


@dataclass(frozen=True)
class Profile:
    """Counts of one roster; every array has one place a basket.

    Attributes
    ----------
    rows
        Accepted rows.
    codes, missing
        By the file's column (and code): accepted rows that have it.
    """

    counts: RowCounts
    schools: int
    rows: Ints
    codes: Mapping[str, Mapping[str, Ints]]
    missing: Mapping[str, Ints]

    def to_json(self) -> dict[str, Any]:
        """Give plain values; a row of baskets is one text, so that the file stays short."""
        return {
            "format": FORMAT,
            "counts": vars(self.counts),
            "schools": self.schools,
            "rows": _text(self.rows),
            "codes": {column: {code: _text(n) for code, n in held.items()} for column, held in self.codes.items()},
            "missing": {column: _text(counts) for column, counts in self.missing.items()},
        }


def profile_of(tally: Tally, counts: RowCounts, serving: Serving) -> Profile:
    """Make a profile of what was counted; outcomes are left out, since in a new roster nobody knows them yet."""
    least = serving.groups.privacy_minimum
    later = {theirs for theirs, known in serving.roster.canonical.items() if known.family is Family.OUTCOMES}
    return Profile(
        counts=counts,
        schools=sum(held > 0 for held in tally.schools.values()),
        rows=tally.rows,
        codes={column: _pooled(held, least) for column, held in sorted(tally.codes.items()) if column not in later},
        missing={column: counts for column, counts in sorted(tally.missing.items()) if column not in later},
    )


def read_profile(raw: Any, where: str) -> Profile:
    """Read a profile from its plain values.

    Raises
    ------
    UsageError
        It is none.
    """
    try:
        if raw["format"] != FORMAT:
            raise ValueError("another format")
        return Profile(
            counts=RowCounts(**raw["counts"]),
            schools=int(raw["schools"]),
            rows=_counts(raw["rows"]),
            codes={c: {code: _counts(n) for code, n in held.items()} for c, held in raw["codes"].items()},
            missing={column: _counts(text) for column, text in raw["missing"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError):
        remedy = "give a score run, or the profile.json of an earlier 'earlywarn check --out'"
        raise UsageError(Fault(where, "no profile of a roster", FORMAT, remedy)) from None


def _pooled(held: Mapping[str, Ints], least: int) -> dict[str, Ints]:
    found: dict[str, Ints] = {}
    for code, counts in sorted(held.items()):
        if counts.sum() > 0:
            place = code if counts.sum() >= least else OTHER
            found[place] = found.get(place, np.zeros(BASKETS, dtype=np.int64)) + counts
    return found


def _text(counts: Ints) -> str:
    return " ".join(map(str, counts.tolist()))


def _counts(text: str) -> Ints:
    counts = np.array(text.split(), dtype=np.int64)
    if len(counts) != BASKETS:
        raise ValueError("another number of baskets")
    return counts
