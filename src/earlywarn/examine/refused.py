"""What became of rows that no figure rests on: counted by file, by rule, and by group where an id tells it."""

import numpy as np

from earlywarn.groups import Cell, GroupTable, membership
from earlywarn.printable import one_line, short
from earlywarn.report.findings import Refused, RefusedRule
from earlywarn.roster.quarantine import Judged, summary


def of_account(account: Judged) -> Refused:
    """Count the refused and merged rows of a file that was read here."""
    counts = account.counts
    rules = tuple(RefusedRule(one_line(each.place), each.rule, each.rows) for each in summary(account.refusals))
    return Refused(short(account.file), counts.rows_in, counts.quarantined, counts.merged, rules)


def of_groups(table: GroupTable) -> tuple[tuple[Cell, int], ...]:
    """Count students by each single group."""
    if not len(table):
        return ()
    found = membership(table, 1)
    counts = np.bincount(found.codes.ravel(), minlength=len(found.cells))
    return tuple((cell, int(number)) for cell, number in zip(found.cells, counts, strict=True) if cell.depth and number)
