"""What a family is told on one page: reasons and strengths in words; no level, no figure of risk, nobody's notes."""

from dataclasses import dataclass
from datetime import date

from earlywarn.review.listing import rows_of
from earlywarn.review.models import Entry
from earlywarn.review.own import Desk


@dataclass(frozen=True)
class Family:
    """Everything on the sheet but its own words; ``person`` is whom to talk to, where somebody is named."""

    name: str
    grade: str
    school: str
    as_of: date
    standard: str
    scored: bool
    flagged: bool
    by_hand: bool
    reasons: list[str]
    helps: list[str]
    not_recorded: list[str]
    person: str


def family_of(entry: Entry, desk: Desk) -> Family:
    """Tell of one student what their family should know; the reasons stand only where there is a list to explain."""
    row = rows_of([entry], desk.publications, desk.today)[0]
    publication = desk.publication_of(entry)
    return Family(
        name=row.name,
        grade=row.grade,
        school=row.school,
        as_of=row.as_of,
        standard=publication.standard,
        scored=entry.scored,
        flagged=entry.flagged,
        by_hand=row.by_hand,
        reasons=row.reasons if entry.flagged or row.by_hand else [],
        helps=row.strengths,
        not_recorded=row.not_recorded,
        person=row.owner or entry.counselor_name,
    )
