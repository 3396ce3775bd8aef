"""What the desk hands on to ``earlywarn follow --decisions``: decisions and supports, one row each.

No sentence that a person wrote, no name and no account is in it; a type of support that is not a usual one is "other",
since in a free field anything may stand.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from earlywarn import arrow
from earlywarn.errors import Fault, UsageError
from earlywarn.files import PRIVATE, publish_file
from earlywarn.review.models import Decision, Plan
from earlywarn.review.plans import USUAL_TYPES

DATES = ("on", "start", "end")
COLUMNS = ("student_id", "run", "kind", "what", "on", "by_role", "tier", "start", "end")
WRITERS: Mapping[str, Callable[[Any, Any], None]] = {".csv": arrow.write_csv, ".parquet": pq.write_table}
DECISION, SUPPORT, OTHER = "decision", "support", "other"
_A_GROUP = 2000


def write_decisions(out: Path) -> int:
    """Write all rows to a CSV or Parquet file that its owner alone may read, and give how many there are.

    Raises
    ------
    UsageError
        The file's name ends in neither.
    MachineError
        It could not be written; then there is no part of it.
    """
    write = WRITERS.get(out.suffix)
    if write is None:
        found, remedy = f"it ends in '{out.suffix}'", "name a file that ends so"
        raise UsageError(Fault(str(out), found, " or ".join(WRITERS), remedy))
    rows, content = list(decision_rows()), io.BytesIO()
    schema = pa.schema([(name, pa.date32() if name in DATES else pa.string()) for name in COLUMNS])
    write(pa.Table.from_pylist(rows, schema), content)
    publish_file(out, content.getvalue(), PRIVATE)
    return len(rows)


def decision_rows() -> Iterator[dict[str, Any]]:
    """Give every decision, then every support, in the order in which they were written; two queries.

    Yields
    ------
    dict
        ``student_id`` text; ``run`` the score run that was shown; ``kind`` "decision" or "support"; ``what`` the view's
        code or the type of support; ``on`` the day it was written; ``by_role`` the writer's role as it is now;
        of a support ``tier`` "1" to "3", ``start``, and ``end``: the day it ended or, while it is active, is to end.
    """
    names = ("student__student_id", "publication__run", "view", "at", "by__role")
    for row in Decision.objects.order_by("pk").values_list(*names).iterator(_A_GROUP):
        yield _row(DECISION, *row)
    names = ("student__student_id", "publication__run", "type", "at", "by__role")
    more = ("tier", "start", "end", "ended_on")
    usual = {str(words) for words in USUAL_TYPES}
    for *row, tier, start, end, ended_on in Plan.objects.order_by("pk").values_list(*names, *more).iterator(_A_GROUP):
        row[2] = row[2] if row[2] in usual else OTHER
        yield _row(SUPPORT, *row) | {"tier": tier, "start": start, "end": ended_on or end}


def _row(kind: str, student_id: str, run: str, what: str, at: datetime, by_role: str) -> dict[str, Any]:
    row = (student_id, run, kind, what, timezone.localdate(at), by_role, None, None, None)
    return dict(zip(COLUMNS, row, strict=True))
