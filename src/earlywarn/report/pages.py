"""The audit as one self-contained HTML page, and its figures as files.

The first screen answers in plain words; tables with every figure, interval and reason follow. A page
asks for nothing from outside, runs no script, and reads on paper, in black and white, and on a phone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from earlywarn.candidates.catalogue import Role
from earlywarn.promotions import Promotion
from earlywarn.report import curves
from earlywarn.report import group_tables as groups
from earlywarn.report import model_tables as model
from earlywarn.report import sentences as say
from earlywarn.report import words as w
from earlywarn.report.findings import Findings
from earlywarn.report.forest import Forest, gap_forest, recall_forest
from earlywarn.report.house import pages
from earlywarn.report.reading import Reading, is_open
from earlywarn.report.tables import Table, share

PROMOTION_GOES_HERE = "<!-- promotion -->"


@dataclass(frozen=True)
class Answered:
    """One of the four questions with its figure and its answers."""

    question: say.Question
    answers: tuple[say.Said, ...]
    forest: Forest
    limit: str


@dataclass(frozen=True)
class ListWords:
    """What the list did, in counts of students."""

    missed: int
    found: int
    overlooked: int
    flagged: int
    met: int

    @property
    def unknown(self) -> int:
        """Flagged students whose outcome nobody knows."""
        return self.flagged - self.found - self.met


def audit_page(findings: Findings, today: date | None = None) -> str:
    """Render audit.html.

    Parameters
    ----------
    today
        The day of a promotion: then a provisional verdict says until when it holds. Without it the
        page has no date, so that the same findings give the same bytes.
    """
    reading = Reading(findings)
    context = _front(reading, today) | _tables(reading) | _model(findings)
    return pages().get_template("audit.html.j2").render(context)


def with_promotion(page: str, promotion: Promotion) -> str:
    """Put who promoted this, on which verdict and with which waivers at the top of an audit page."""
    banner = pages().get_template("promotion.html.j2").render(promotion=promotion)
    return page.replace(PROMOTION_GOES_HERE, banner, 1)


def figure_files(findings: Findings) -> dict[str, str]:
    """Give every figure of the audit as a stand-alone SVG, by file name."""
    reading = Reading(findings)
    draw: Any = pages().get_template("figures.svg.j2").module
    forests = [recall_forest(reading), *(gap_forest(reading, question) for question in say.QUESTIONS)]
    files = {f"{forest.name}.svg": draw.forest(forest.layouts[0], alone=True) for forest in forests}
    plot = curves.reliability(findings.chosen.test.reliability)
    files["reliability.svg"] = draw.reliability(plot, alone=True)
    for points in curves.points_figures(findings.card.tables):
        files[f"points_{points.name}.svg"] = draw.points(points, alone=True)
    return {name: str(text).strip() + "\n" for name, text in files.items()}


def list_words(reading: Reading) -> ListWords:
    """Count what the list did for all students."""
    recall, precision = reading.figure("recall"), reading.figure("precision")
    return ListWords(
        missed=recall.events + recall.non_events,
        found=recall.events,
        overlooked=recall.non_events,
        flagged=reading.figure("share_flagged").events,
        met=precision.non_events,
    )


def blindness(reading: Reading) -> tuple[tuple[str, int], ...]:
    """Give (group, students found more if groups were inputs), from most to fewest; small groups are left out."""
    minimum = reading.discretion.minimum
    held = [line for line in reading.findings.reached if line.missed >= minimum and line.cell.depth == 1]
    moved = [(reading.words(line.cell), line.aware - line.chosen) for line in held]
    return tuple(sorted(moved, key=lambda pair: -pair[1]))


def unknown_differences(reading: Reading) -> tuple[str, ...]:
    """Say for which groups outcomes are unknown more or less often than for their reference, surely."""
    said = []
    for cell in reading.singles:
        gap = reading.gap("unknown_share", cell)
        if gap is None or gap.estimate is None or cell in reading.discretion.hidden:
            continue
        low, high = gap.estimate.interval(0.95)
        if low > 0 or high < 0:
            own = reading.figure("unknown_share", cell)
            said.append(
                f"{reading.words(cell)}: the outcome is unknown for {share(own.estimate).line}, against "
                f"{w.percent(own.value - gap.value)} of {reading.against(gap.versus)}; {w.of_hundred(gap.value)} in 100 "
                f"({w.span((low, high), w.of_hundred)})"
            )
    return tuple(said)


def _front(reading: Reading, today: date | None) -> dict[str, Any]:
    findings = reading.findings
    verdict = findings.verdict
    return {
        "findings": findings,
        "experiment": findings.experiment,
        "today": today,
        "headline": say.verdict_headline(reading, today),
        "sentences": say.verdict_sentences(reading),
        "known": reading.figure("prevalence").students,
        "open": _if_rows(groups.open_table(reading, [j for j in verdict.judgements if is_open(j)], OPEN_CAPTION)),
        "questions": tuple(_answered(reading, question) for question in say.QUESTIONS),
        "list": list_words(reading),
        "ceilings": findings.tried_as(Role.CEILING),
        "aware": findings.tried_as(Role.AWARE),
        "blindness": blindness(reading),
        "hidden": groups.unseen_groups(reading),
        "attributes": tuple(attribute.title for attribute in findings.experiment.groups.attributes.values()),
        "level": w.percent(findings.experiment.gate.confidence, 0),
    }


def _answered(reading: Reading, question: say.Question) -> Answered:
    answers = say.gain_answers(reading) if question.measure == "recall_gain" else say.answers(reading, question)
    judged = reading.judged(question.measure)
    limit = say.limit_words(judged[0]) if judged else ""
    return Answered(question, answers, gap_forest(reading, question), limit)


def _tables(reading: Reading) -> dict[str, Any]:
    findings = reading.findings
    singles, crossed = (groups.shown_cells(reading, 0) + reading.singles), _intersections(reading)
    held = tuple(cell for cell in crossed if cell not in reading.discretion.hidden)
    return {
        "recall": recall_forest(reading),
        "single_tables": (
            groups.found_table(reading, singles, FOUND_CAPTION),
            groups.right_table(reading, singles, RIGHT_CAPTION),
            groups.gaps_table(reading, singles, groups.JUDGED_GAPS, JUDGED_GAPS_CAPTION),
            groups.gaps_table(reading, singles, groups.RAW_GAPS, RAW_CAPTION),
        ),
        "crossed_tables": (
            groups.found_table(reading, held, "Intersections: size, on the list, found and overlooked."),
            groups.right_table(reading, held, "Intersections: flagged in vain, right when flagged, outcomes."),
            groups.gaps_table(reading, held, groups.JUDGED_GAPS, "Intersections: gaps that are judged for single groups."),
        ),
        "crossed_hidden": w.listed(reading.words(cell) for cell in crossed if cell not in held),
        "judgements": groups.judgements_table(reading, findings.verdict, JUDGEMENTS_CAPTION),
        "rule_judgements": groups.judgements_table(reading, findings.rule_verdict, RULES_CAPTION),
        "rule_failed": findings.rule_verdict.failed_rules,
        "outcomes": groups.outcomes_table(reading, OUTCOMES_CAPTION),
        "unknown": unknown_differences(reading),
        "reached": groups.reached_table(reading, REACHED_CAPTION),
        "minimum": reading.discretion.minimum,
    }


def _model(findings: Findings) -> dict[str, Any]:
    test = findings.chosen.test
    return {
        "reliability": curves.reliability(test.reliability),
        "reliability_table": model.reliability_table(test.reliability, RELIABILITY_CAPTION),
        "candidates": model.candidates_table(findings, CANDIDATES_CAPTION),
        "later": model.later_table(findings, LATER_CAPTION),
        "lists": model.lists_table(findings, LISTS_CAPTION),
        "levels": model.levels_table(findings.card.levels, LEVELS_CAPTION),
        "points": curves.points_figures(findings.card.tables),
    }


def _intersections(reading: Reading) -> tuple[Any, ...]:
    return tuple(cell for cell in reading.cells if cell.depth > 1)


def _if_rows(table: Table) -> Table | None:
    return table if table.rows else None


OPEN_CAPTION = "What the evidence does not decide, and what would. A number holds only while the gap stays as it is."
FOUND_CAPTION = "Who is on the list, and of those who missed the standard, who was found and who was overlooked; 95\u00a0% intervals."
RIGHT_CAPTION = "How often a place on the list was in vain, how often it was right, and what is known of outcomes."
JUDGED_GAPS_CAPTION = "Gaps that compare like with like, in students of 100, with 95\u00a0% intervals."
RAW_CAPTION = "Raw gaps, in students of 100; with 95\u00a0% intervals; reported and never judged."
JUDGEMENTS_CAPTION = "Every rule of the gate for every group: the judgement, and the interval it rests on (students in 100)."
RULES_CAPTION = "The indicator rules under the same gate; the rules about a gain over them are left out."
OUTCOMES_CAPTION = "What is known of the students of the test year. An unknown outcome is never read as met."
REACHED_CAPTION = "Students who missed the standard, found by this list and by one that knows the groups, at equal length."
RELIABILITY_CAPTION = "Students of similar risk: the risk stated, and the share who missed the standard."
CANDIDATES_CAPTION = "All candidates; the choice was made on the loss out of fold, before the test was looked at."
LATER_CAPTION = "The chosen candidate on students a year later; schools at the right taught it nothing."
LISTS_CAPTION = "The chosen candidate at several lengths of the list, tested on the later year."
LEVELS_CAPTION = "What came of the students of each level in the untouched later test."


def captions() -> Iterable[str]:
    """Give every caption, for a test of their words."""
    return tuple(value for name, value in globals().items() if name.endswith("_CAPTION"))
