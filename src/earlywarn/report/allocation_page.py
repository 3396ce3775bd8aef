"""An allocation as one self-contained HTML page: policies side by side, by group, by school, and other seats."""

from functools import partial

from earlywarn.allocate.allocated import Allocated
from earlywarn.allocate.sums import GroupLine, SchoolLine, Span, Told
from earlywarn.report import words as w
from earlywarn.report.allocation_plot import BAR, HEIGHT, TOP, pictures
from earlywarn.report.house import pages
from earlywarn.report.seats_in_short import short_sentences
from earlywarn.report.seats_in_words import (
    further_sentences,
    groups_side_by_side,
    needed_sentence,
    proof_sentences,
    school_sentences,
    told_alike,
)
from earlywarn.report.tables import Entry, Row, Table, row

NO_DRAW = "No two students alike in all that counts stood at the end of the seats, so no student was drawn."
OF_SCHOOLS = " Seats that do not divide evenly among schools go by the same hash, of the school."


def allocation_page(allocated: Allocated) -> str:
    """Render the page; the same allocation gives the same bytes."""
    policies = [told.shared.policy for told in allocated.policies]
    return (
        pages()
        .get_template("allocation.html.j2")
        .render(
            standard=allocated.serving.standard.title,
            title=allocated.serving.title,
            run=allocated.run.name,
            students=len(allocated.offer.students),
            expected=allocated.expected,
            seats=allocated.seats,
            short=tuple(short_sentences(allocated)),
            further=tuple(further_sentences(allocated)),
            school=tuple(school_sentences(allocated.school)),
            policies=policies,
            pictures=pictures(allocated),
            top=TOP,
            height=HEIGHT,
            bar=BAR,
            side_by_side=_side_by_side(allocated),
            hands=_hands(allocated),
            reach_floor=any(policy.reach_floor is not None for policy in policies),
            by_group=_by_group(allocated),
            not_shown=" ".join(filter(None, (groups_side_by_side(allocated)[1], told_alike(allocated)))),
            by_school=_by_school(allocated),
            curve=_curve(allocated),
            one_more=_one_more(allocated),
            needed="" if allocated.needed is None else needed_sentence(allocated.needed),
            proof=" ".join(proof_sentences(allocated)),
            has_ends=allocated.basis.ends is not None,
            draws=_draws(allocated),
            scorecard=allocated.run.manifest.scorecard,
        )
    )


def _side_by_side(allocated: Allocated) -> Table:
    actual = allocated.basis.outcome is not None
    came = (
        ("Missed it, had a seat", "Missed it, had none", "Met it, had a seat", "Not known, had a seat")
        if actual
        else ()
    )
    columns = ("Policy", "Seats given", "Reached", "Overlooked", "Would have met it", "Costs against by need", *came)
    caption = "Expected students; intervals are 95\u00a0%."
    return Table(caption, columns, tuple(_policy(told) for told in allocated.policies))


def _policy(told: Told) -> Row:
    given, name = int(told.given.sum()), told.shared.policy.name
    came = told.actual
    counted = () if came is None else (came.reached.words, came.overlooked.words, came.met.words, came.unknown.words)
    spans = (_span(span) for span in (told.reached, told.overlooked, told.would_meet, told.cost))
    return row(name, w.count(given), *spans, *counted)


def _hands(allocated: Allocated) -> Table:
    rows = (
        row(told.shared.policy.name, w.count(told.gained), w.count(told.lost), _most_moved(told))
        for told in allocated.policies
        if told is not allocated.by_need
    )
    columns = ("Policy", "Seat here, none by need", "Seat by need, none here", "Schools with most change")
    caption = "Who changes hands; +3 −1: three more students of a school have a seat, one fewer. Who: the data team."
    return Table(caption, columns, tuple(rows))


def _most_moved(told: Told) -> str:
    moved = sorted(told.schools, key=lambda line: (-line.gained - line.lost, line.school))[:3]
    return "; ".join(
        f"School {line.school}: +{line.gained} \N{MINUS SIGN}{line.lost}" for line in moved if line.gained + line.lost
    )


def _by_group(allocated: Allocated) -> Table:
    names = tuple(told.shared.policy.name for told in allocated.policies)
    each, _ = groups_side_by_side(allocated)
    words = allocated.serving.groups
    rows = (
        Row(lines[0].cell.words(words), (Entry(lines[0].students.words), *(_reach(line) for line in lines)))
        for lines in each
    )
    came = "; 'came' is of those who did miss it" if allocated.basis.outcome is not None else ""
    return Table(f"Reached, of those expected to miss the standard{came}.", ("Group", "n", *names), tuple(rows))


def _reach(line: GroupLine) -> Entry:
    ends = [w.span((line.reach.ends[0], line.reach.ends[1]), partial(w.percent, places=0))] if line.reach.ends else []
    came = [] if line.actual is None else [f"came: {line.actual.words}"]
    return Entry(line.reach.words, "; ".join(ends + came))


def _by_school(allocated: Allocated) -> Table:
    names = tuple(told.shared.policy.name for told in allocated.policies)
    rows = (
        row(lines[0].school, w.count(lines[0].students), w.whole(lines[0].expected), *map(_of_school, lines))
        for lines in zip(*(told.schools for told in allocated.policies), strict=True)
    )  # fmt: skip
    columns = ("School", "Scored students", "Expected to miss", *names)
    came = ", and how many who did miss it had one" if allocated.basis.outcome is not None else ""
    caption = f"Seats of each school, and under them how many students they are expected to reach{came}."
    return Table(caption, columns, tuple(rows))


def _of_school(line: SchoolLine) -> Entry:
    ends = "" if line.reached.low is None or line.reached.high is None else f" ({_ends(line.reached)})"
    came = "" if line.came is None else f"; {line.came.words} missed it"
    return Entry(w.count(line.seats), f"reaches {w.whole(line.reached.value)}{ends}{came}")


def _curve(allocated: Allocated) -> Table:
    rows = (row(w.count(point.seats), _span(point.reached)) for point in allocated.curve)
    return Table("By need, seats of all supports in proportion.", ("Seats in all", "Reached"), tuple(rows))


def _one_more(allocated: Allocated) -> Table:
    offer = allocated.offer
    rows = (
        row(support.name, w.count(support.seats), allocated.answered(number).words, _one_seat(span))
        for number, (support, span) in enumerate(zip(offer.supports, allocated.one_more, strict=True))
    )
    columns = ("Support", "Seats", "Students it answers", "One more")
    return Table("How many students one more seat of each support would reach, by need.", columns, tuple(rows))


def _one_seat(span: Span) -> Entry:
    write = partial(w.decimal, places=2)
    ends = "" if span.low is None or span.high is None else w.span((span.low, span.high), write)
    return Entry(write(span.value), ends)


def _draws(allocated: Allocated) -> str:
    lots = [lot for told in allocated.policies for lot in told.shared.lots]
    schools = OF_SCHOOLS if any(told.shared.policy.share != "need" for told in allocated.policies) else ""
    if not lots:
        return NO_DRAW + schools
    return (
        "Where students are alike in risk, school (or grade, for floors by grade) and what answers them, a stated hash "
        f"drew (seed {allocated.offer.seed}): {w.plural(len(lots), 'lot')} over all policies.{schools} Keep the record "
        "that --students writes: a recorded lot is the best evidence there is, later, of what a support did."
    )


def _span(span: Span) -> Entry:
    if span.low is None or span.high is None:
        return Entry(w.whole(span.value), "too little data")
    return Entry(w.whole(span.value), _ends(span))


def _ends(span: Span) -> str:
    """Write an interval that is there."""
    return w.span((span.low or 0.0, span.high or 0.0), w.whole)
