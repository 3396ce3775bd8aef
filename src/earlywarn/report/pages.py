"""The audit as one self-contained HTML page, and its figures as files.

The first screen answers in plain words; tables with every figure, interval and reason follow. A page
asks for nothing from outside, runs no script, and reads on paper, in black and white, and on a phone.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from earlywarn.candidates.catalogue import Role
from earlywarn.promotions import Promotion
from earlywarn.report import accounts, captions, curves
from earlywarn.report import group_tables as groups
from earlywarn.report import model_tables as model
from earlywarn.report import sentences as say
from earlywarn.report import words as w
from earlywarn.report.findings import Findings
from earlywarn.report.forest import Forest, gap_forest, recall_forest
from earlywarn.report.house import pages
from earlywarn.report.reading import Reading, is_open
from earlywarn.report.tables import Table

PROMOTION_GOES_HERE = "<!-- promotion -->"


@dataclass(frozen=True)
class Answered:
    """One of the four questions with its figure and its answers."""

    question: say.Question
    answers: tuple[say.Said, ...]
    forest: Forest
    limit: str


def audit_page(findings: Findings, today: date | None = None) -> str:
    """Render audit.html.

    Parameters
    ----------
    today
        The day of a promotion: then a provisional verdict says until when it holds. Without it the
        page has no date, so that the same findings give the same bytes.
    """
    reading = Reading(findings.audited, findings.rules)
    context = _front(findings, reading, today) | _tables(findings, reading) | _model(findings)
    return pages().get_template("audit.html.j2").render(context)


def with_promotion(page: str, promotion: Promotion) -> str:
    """Put who promoted this, on which verdict and with which waivers at the top of an audit page."""
    banner = pages().get_template("promotion.html.j2").render(promotion=promotion)
    return page.replace(PROMOTION_GOES_HERE, banner, 1)


def figure_files(findings: Findings) -> dict[str, str]:
    """Give every figure of the audit as a stand-alone SVG, by file name."""
    reading = Reading(findings.audited, findings.rules)
    draw: Any = pages().get_template("figures.svg.j2").module
    forests = [recall_forest(reading), *(gap_forest(reading, question) for question in say.QUESTIONS)]
    files = {f"{forest.name}.svg": draw.forest(forest.layouts[0], alone=True) for forest in forests}
    plot = curves.reliability(findings.chosen.test.reliability)
    files["reliability.svg"] = draw.reliability(plot, alone=True)
    for points in curves.points_figures(findings.card.tables):
        files[f"points_{points.name}.svg"] = draw.points(points, alone=True)
    return {name: str(text).strip() + "\n" for name, text in files.items()}


def _front(findings: Findings, reading: Reading, today: date | None) -> dict[str, Any]:
    verdict = findings.verdict
    return {
        "findings": findings,
        "experiment": findings.experiment,
        "today": today,
        "headline": say.verdict_headline(reading, today),
        "sentences": say.verdict_sentences(reading),
        "known": reading.figure("prevalence").students,
        "open": _if_rows(groups.open_table(reading, [j for j in verdict.judgements if is_open(j)], captions.OPEN)),
        "questions": tuple(_answered(reading, q) for q in say.QUESTIONS if reading.judged(q.measure)),
        "list": accounts.list_words(reading),
        "ceilings": findings.tried_as(Role.CEILING),
        "aware": findings.tried_as(Role.AWARE),
        "blindness": accounts.blindness(reading, findings.reached),
        "hidden": groups.unseen_groups(reading),
        "attributes": tuple(attribute.title for attribute in findings.experiment.groups.attributes.values()),
        "level": w.percent(findings.experiment.gate.confidence, 0),
    }


def _answered(reading: Reading, question: say.Question) -> Answered:
    answers = say.gain_answers(reading) if question.measure == "recall_gain" else say.answers(reading, question)
    judged = reading.judged(question.measure)
    limit = say.limit_words(judged[0]) if judged else ""
    return Answered(question, answers, gap_forest(reading, question), limit)


def _tables(findings: Findings, reading: Reading) -> dict[str, Any]:
    singles, crossed = (groups.shown_cells(reading, 0) + reading.singles), _intersections(reading)
    held = tuple(cell for cell in crossed if cell not in reading.discretion.hidden)
    return {
        "recall": recall_forest(reading),
        "single_tables": (
            groups.found_table(reading, singles, captions.FOUND),
            groups.right_table(reading, singles, captions.RIGHT),
            groups.gaps_table(reading, singles, groups.JUDGED_GAPS, captions.JUDGED_GAPS),
            groups.gaps_table(reading, singles, groups.RAW_GAPS, captions.RAW),
        ),
        "crossed_tables": (
            groups.found_table(reading, held, captions.CROSSED[0]),
            groups.right_table(reading, held, captions.CROSSED[1]),
            groups.gaps_table(reading, held, groups.JUDGED_GAPS, captions.CROSSED[2]),
        ),
        "crossed_hidden": w.listed(reading.words(cell) for cell in crossed if cell not in held),
        "judgements": groups.judgements_table(reading, findings.verdict, captions.JUDGEMENTS),
        "rule_judgements": groups.judgements_table(reading, findings.rule_verdict, captions.RULES),
        "rule_failed": findings.rule_verdict.failed_rules,
        "outcomes": groups.outcomes_table(reading, captions.OUTCOMES),
        "unknown": accounts.unknown_differences(reading),
        "reached": groups.reached_table(reading, findings.reached, captions.REACHED),
        "minimum": reading.discretion.minimum,
    }


def _model(findings: Findings) -> dict[str, Any]:
    test = findings.chosen.test
    return {
        "reliability": curves.reliability(test.reliability),
        "reliability_table": model.reliability_table(test.reliability, captions.RELIABILITY),
        "candidates": model.candidates_table(findings, captions.CANDIDATES),
        "later": model.later_table(findings, captions.LATER),
        "lists": model.lists_table(findings, captions.LISTS),
        "levels": model.levels_table(findings.card.levels, captions.LEVELS),
        "points": curves.points_figures(findings.card.tables),
    }


def _intersections(reading: Reading) -> tuple[Any, ...]:
    return tuple(cell for cell in reading.cells if cell.depth > 1)


def _if_rows(table: Table) -> Table | None:
    return table if table.rows else None
