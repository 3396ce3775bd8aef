"""What the terminal shows of an audit: whose scores, the groups, the verdict with its reasons, where the files lie."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.text import Text

from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.audit.subject import RECALL_DRIFT, RECALL_GAIN, SAME_RISK_GAP
from earlywarn.cli.groups import Column, groups_table, interval, roughly
from earlywarn.cli.terminal import out, show
from earlywarn.groups import EVERYONE
from earlywarn.printable import one_line
from earlywarn.report.accounts import unknown_differences
from earlywarn.report.findings import UNSUPPRESSED, Audited
from earlywarn.report.reading import Reading
from earlywarn.report.refused import refused_sentences
from earlywarn.report.told import Told
from earlywarn.report.unjudged import HEADLINE, asked
from earlywarn.report.verdict_words import verdict_headline, verdict_sentences

HEADS = {
    SAME_RISK_GAP: ">Same-risk gap",
    "excess_overlooked": ">Excess overlooked",
    "excess_false_alarms": ">Excess false alarms",
    RECALL_GAIN: ">Above the rules",
    RECALL_DRIFT: ">Above the model in use",
    NOT_SCORED: ">Not scored",
}
"""What the gate may judge, in the order in which it is shown; a screen has room for a few."""

MOST_COLUMNS = 3

MOST_CHANGES = 5
"""Figures that differ from another audit's, on one screen."""


def show_audit(audited: Audited, files: Mapping[str, Path], changed: Sequence[Told] = ()) -> None:
    """Print an audit; ``files`` are what was written, by what each is, ``changed`` what differs from another audit."""
    show_about(audited)
    if audited.verdict is None:
        _show_unjudged(audited)
    else:
        _show_judged(audited)
    for told in changed:
        _show_changed(told)
    width = max(map(len, files), default=0)
    for what, path in files.items():
        out.print(f"{what:<{width}}   {one_line(str(path))}", soft_wrap=True)


def show_about(audited: Audited) -> None:
    """Print whose scores were audited, on whom, and that it is unsuppressed if it is."""
    about, reading = audited.about, Reading(audited)
    out.print(Text(f"{about.name}: {about.what}", style="bold"))
    size = f"{reading.known(EVERYONE)} outcomes known" if audited.has_outcomes else f"{reading.size(EVERYONE)} scored"
    schools = f"; {about.schools:,} schools" if about.schools else "; schools not known"
    out.print(f"{about.students}; {about.list}; {size}{schools}.")
    if about.beside:
        out.print(f"{about.beside[:1].upper()}{about.beside[1:]}.")
    for sentence in refused_sentences(reading):
        out.print(sentence)
    if audited.unsuppressed:
        out.print(Text(UNSUPPRESSED, style="bold"))


def show_unknown(audited: Audited) -> None:
    """Say where unknown outcomes differ by group: they are never read as met."""
    for line in unknown_differences(Reading(audited)):
        out.print(line)


def show_verdict(audited: Audited, lead: str = "") -> None:
    """Print the verdict in a sentence and its reasons."""
    reading = Reading(audited)
    out.print(f"{lead}{verdict_headline(reading, None)}", style="bold")
    for sentence in verdict_sentences(reading):
        out.print(f"  {sentence}")


def audited_record(audited: Audited, files: Mapping[str, Path]) -> dict[str, Any]:
    """Give what a machine wants to know of an audit."""
    verdict = audited.verdict
    return {
        "name": audited.about.name,
        "verdict": None if verdict is None else verdict.outcome.value,
        "failed_rules": [] if verdict is None else list(verdict.failed_rules),
        "unsuppressed": audited.unsuppressed,
        "files": {what: str(path) for what, path in files.items()},
    }


def _show_changed(told: Told) -> None:
    """Print how many figures differ from the other audit, and the first few that do by more than noise."""
    out.print(told.title, style="bold")
    for sentence in told.sentences:
        out.print(f"  {sentence}")
    rows = told.table.rows if told.table else ()
    for row in rows[:MOST_CHANGES]:
        figure, versus, there, here, difference = row.entries
        against = "" if versus.nothing else f", against {versus.text}"
        out.print(f"  {row.head}: {figure.text}{against}: {there.text} there, {here.text} here, {difference.line}")
    if len(rows) > MOST_CHANGES:
        out.print(f"  and {len(rows) - MOST_CHANGES} more, in audit.html")


def _show_judged(audited: Audited) -> None:
    confidence = audited.gate.confidence
    judged = [measure for measure in HEADS if _is_judged(audited, measure)][:MOST_COLUMNS]
    columns = (Column(">>Recall", "recall", interval()), *(_column(measure, confidence) for measure in judged))
    _show_groups(audited, columns, f"{confidence:.0%} intervals for what the gate judges, 95 % for recall")
    if not audited.about.schools:
        out.print("~ rough: intervals that know no schools are too narrow; nothing is judged by them.")
    show_unknown(audited)
    show_verdict(audited)


def _show_unjudged(audited: Audited) -> None:
    columns = (Column(">>On the list", "share_flagged", interval()), Column(">>Not scored", NOT_SCORED, interval()))
    _show_groups(audited, columns, "95 % intervals")
    out.print(HEADLINE, style="bold")
    for question in asked(Reading(audited)):
        out.print(f"  {question.title} {' '.join(said.line for said in question.answers)}")
    out.print("  No outcome is known yet: nothing is judged.")


def _show_groups(audited: Audited, columns: Sequence[Column], intervals: str) -> None:
    if not audited.about.schools:
        columns = [replace(column, write=roughly(column.write)) for column in columns]
    made = groups_table(audited.figures, audited.groups, Reading(audited).suppression, columns)
    show(f"Groups, for the audit only; {intervals}", made)


def _is_judged(audited: Audited, measure: str) -> bool:
    assert audited.verdict is not None, "only what was judged is shown so"
    return any(judgement.measure == measure for judgement in audited.verdict.judgements)


def _column(measure: str, confidence: float) -> Column:
    head = HEADS[measure]
    return Column(
        head, measure, interval(signed=True, confidence=confidence), measure not in (RECALL_GAIN, RECALL_DRIFT)
    )
