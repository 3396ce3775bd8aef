"""From a spill of scored rows to the files of a score run: ranks, the list, and what is counted; the spill goes."""

from pathlib import Path

import numpy as np

from earlywarn.capacity import seats_for
from earlywarn.columns import Codes
from earlywarn.groups import declared
from earlywarn.score_run import FLAGS, GROUPS, INPUTS, SCORES
from earlywarn.scoring.flags import FlagSpill
from earlywarn.scoring.model import NOT_ENOUGH, SCORED, Model
from earlywarn.scoring.ranking import ranks
from earlywarn.scoring.stream import Streamed
from earlywarn.scoring.sums import Sums
from earlywarn.scoring.writing import Listed, Writing


def finish(streamed: Streamed, model: Model, folder: Path, *, inputs: bool) -> Sums:
    """Write scores, groups, the list and, if asked, the inputs of at least one row into a folder.

    Raises
    ------
    OSError
        The disk is full, read-only or failing.
    """
    flags = FlagSpill(folder, streamed.spill, streamed.tally.schools)
    writing = Writing(streamed.spill, _listed(streamed, model), _groups(streamed, model), flags)
    sums = writing.write(folder / SCORES, folder / GROUPS, folder / INPUTS if inputs else None)
    flags.write(folder / FLAGS)
    streamed.spill.path.unlink()
    return sums


def code_counts(streamed: Streamed, column: str) -> dict[str, int]:
    """Give the accepted rows by code of one of the file's columns."""
    counts = streamed.tally.codes.get(column, {})
    return {name: int(by_basket.sum()) for name, by_basket in sorted(counts.items())}


def _listed(streamed: Streamed, model: Model) -> Listed:
    """Rank by points, and flag as many as the district can serve."""
    serving = model.serving
    rank = ranks(streamed.points, streamed.spill, serving.seed)
    in_scope = int(streamed.status[SCORED] + streamed.status[NOT_ENOUGH])
    dropped = np.zeros(len(rank), dtype=bool)
    dropped[streamed.dropped] = True
    return Listed(dropped, rank, (rank > 0) & (rank <= seats_for(serving.capacity.share, in_scope)))


def _groups(streamed: Streamed, model: Model) -> dict[str, tuple[tuple[str, ...], Codes]]:
    """Give the values of each attribute, and the place of each of the spill's codes among them."""
    groups, found = model.serving.groups, {}
    for name, attribute in groups.attributes.items():
        counts = code_counts(streamed, attribute.column)
        texts = streamed.spill.of(f"group {name}").texts
        held = [counts.get(text, 0) for text in texts]
        found[name] = declared(texts, held, tuple(attribute.values), groups.privacy_minimum)
    return found
