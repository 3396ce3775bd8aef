"""What the terminal shows of an allocation: the policies side by side, by group and school, and other seats."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rich.table import Table

from earlywarn.allocate.allocated import Allocated
from earlywarn.allocate.sums import GroupLine, Span
from earlywarn.cli.tables import counts, table
from earlywarn.cli.terminal import out, show
from earlywarn.report import words as w
from earlywarn.report.seats_in_short import short_sentences
from earlywarn.report.seats_in_words import (
    further_sentences,
    groups_side_by_side,
    needed_sentence,
    proof_sentences,
    school_sentences,
    told_alike,
)

MOST_SCHOOLS = 20
"""More schools than a screen holds are left to the page and to JSON."""


CAUTION = (
    "A reach floor moves seats between schools by who goes to them and picks nobody by group. Whether a district may "
    "do so is a question of law that differs by place: ask counsel before you use it."
)


def show_allocation(allocated: Allocated) -> None:
    """Print the policies side by side."""
    out.print(f"The standard, the same for every student under every policy: {allocated.serving.standard.title}.")
    out.print(
        f"{w.plural(len(allocated.offer.students), 'scored student')}, of whom {allocated.expected:,.0f} are expected "
        f"to miss it without support; {w.plural(allocated.seats, 'seat')} in all."
    )
    for sentence in short_sentences(allocated):
        out.print(sentence, soft_wrap=True)
    _show_policies(allocated)
    for sentence in further_sentences(allocated):
        out.print(sentence, soft_wrap=True)
    _show_groups(allocated)
    _show_schools(allocated)
    _show_school(allocated)
    _show_seats(allocated)
    for told in allocated.policies:
        out.print(f"{told.shared.policy.name}: {told.shared.policy.words}", soft_wrap=True)
    _show_proof(allocated)


def show_written(run: Path, page: Path | None, seats: Path | None, students: Path | None) -> None:
    """Say what was written, and what comes next."""
    told = (("The page", page), ("For the desk, with ids", seats), ("Every seat and lot, with ids", students))
    for words, path in told:
        if path is not None:
            out.print(f"{words}: {path}", soft_wrap=True)
    if seats is not None:
        out.print(f"Next: earlywarn publish {run} --people PEOPLE --allocation {seats}", soft_wrap=True)


def _show_policies(allocated: Allocated) -> None:
    columns = (">Seats", ">>Reached", ">>Overlooked", ">>Would have met it", ">>Cost against by need")
    made = table("Policy", *columns)
    for told in allocated.policies:
        spans = map(_span, (told.reached, told.overlooked, told.would_meet, told.cost))
        made.add_row(told.shared.policy.name, f"{told.given.sum():,}", *spans)
    show("What each policy would do; expected students, 95 % intervals", made)
    out.print("Reached: expected to miss the standard without support, and given a seat.")
    _show_hands(allocated)


def _show_hands(allocated: Allocated) -> None:
    """Print who changes hands and what came: apart from what is expected, so that both fit on a screen."""
    known = allocated.basis.outcome is not None
    came = (">Missed it, seated", ">Missed it, no seat", ">Met it, seated", ">Not known, seated") if known else ()
    made = table("Policy", ">New", ">Gone", *came)
    for told in allocated.policies:
        actual = told.actual and (told.actual.reached, told.actual.overlooked, told.actual.met, told.actual.unknown)
        counted = counts(tuple(count.words for count in actual or ()))
        made.add_row(told.shared.policy.name, f"{told.gained:,}", f"{told.lost:,}", *counted)
    show(f"Students with a seat here and not by need (New), or the other way{', and what came' if known else ''}", made)


def _show_groups(allocated: Allocated) -> None:
    each, not_shown = groups_side_by_side(allocated)
    show("Reached, of those expected to miss, by group", _by_group(allocated, each, _reach))
    if allocated.basis.outcome is not None:
        show("Had a seat, of those who did miss it, by group", _by_group(allocated, each, _came))
    for sentence in filter(None, (not_shown, told_alike(allocated))):
        out.print(sentence, soft_wrap=True)
    out.print("Groups measure what a policy does; they never choose a student.")


def _by_group(allocated: Allocated, each: Sequence[tuple[GroupLine, ...]], words: Callable[[GroupLine], str]) -> Table:
    made = table("Group", ">n", *(f">{told.shared.policy.name}" for told in allocated.policies))
    for lines in each:
        cells = counts((lines[0].students.words, *map(words, lines)))
        made.add_row(lines[0].cell.words(allocated.serving.groups), *cells)
    return made


def _reach(line: GroupLine) -> str:
    low, high = (round(100 * end) for end in line.reach.ends or (0.0, 0.0))
    return f"{line.reach.words} ({low}–{high})" if line.reach.ends else line.reach.words


def _came(line: GroupLine) -> str:
    return "" if line.actual is None else line.actual.words


def _show_schools(allocated: Allocated) -> None:
    lines = allocated.policies[0].schools
    if len(lines) > MOST_SCHOOLS:
        out.print(f"By school: {len(lines):,} schools, see the page (--page) or --json.")
        return
    names = (told.shared.policy.name for told in allocated.policies)
    made = table("School", ">n", ">Expected to miss", *(f">{name}" for name in names))
    for each in zip(*(told.schools for told in allocated.policies), strict=True):
        cells = (f"{line.seats:,} ({w.whole(line.reached.value)})" for line in each)
        made.add_row(each[0].school, f"{each[0].students:,}", w.whole(each[0].expected), *cells)
    show("Seats by school, and how many of those expected to miss they reach", made)


def _show_school(allocated: Allocated) -> None:
    out.print("Schools, or students?", style="bold")
    for sentence in school_sentences(allocated.school):
        out.print(sentence, soft_wrap=True)


def _show_seats(allocated: Allocated) -> None:
    made = table(">Seats in all", ">>Reached by need")
    for point in allocated.curve:
        made.add_row(f"{point.seats:,}", _span(point.reached))
    show("With other numbers of seats, of all supports in proportion", made)
    each = (f"{s.name} {_share(span)}" for s, span in zip(allocated.offer.supports, allocated.one_more, strict=True))
    out.print(f"Students reached by one more seat, by need: {', '.join(each)}.", soft_wrap=True)
    if allocated.needed is not None:
        out.print(needed_sentence(allocated.needed), soft_wrap=True)


def _show_proof(allocated: Allocated) -> None:
    for sentence in proof_sentences(allocated):
        out.print(sentence, soft_wrap=True)
    drawn = sum(len(lot.students) for told in allocated.policies for lot in told.shared.lots)
    if any(told.shared.policy.reach_floor is not None for told in allocated.policies):
        out.print(CAUTION, soft_wrap=True)
    if drawn:
        out.print(
            "Students alike in risk, school and what answers them were drawn by a stated hash. Keep the record "
            "(--students): such a lot is the best evidence there is, later, of what a support did.",
            soft_wrap=True,
        )


def _span(span: Span) -> str:
    if span.low is None or span.high is None:
        return f"{w.whole(span.value)} (–)"
    return f"{w.whole(span.value)} ({w.whole(span.low)}{' to ' if span.low < 0 else '–'}{w.whole(span.high)})"


def _share(span: Span) -> str:
    if span.low is None or span.high is None:
        return f"{span.value:.2f}"
    return f"{span.value:.2f} ({span.low:.2f}\N{EN DASH}{span.high:.2f})"
