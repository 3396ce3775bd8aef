"""An audit as one self-contained HTML page, whoever made the scores, and its figures as files.

The first screen answers in plain words; tables with every figure, interval and reason follow. A page
asks for nothing from outside, runs no script, and reads on paper, in black and white, and on a phone.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from earlywarn.audit.sheets import NOT_SCORED
from earlywarn.candidates.catalogue import Role
from earlywarn.gate import Verdict
from earlywarn.groups import EVERYONE, Cell
from earlywarn.promotions import Promotion
from earlywarn.report import accounts, captions, curves, judged, unjudged
from earlywarn.report import group_tables as groups
from earlywarn.report import model_tables as model
from earlywarn.report import sentences as say
from earlywarn.report import words as w
from earlywarn.report.beside import NOTHING_BESIDE, Beside
from earlywarn.report.coverage import coverage
from earlywarn.report.crossed import crossed, pooled
from earlywarn.report.findings import UNSUPPRESSED, Audited, Findings
from earlywarn.report.forest import Forest
from earlywarn.report.forests import gap_forest, recall_forest
from earlywarn.report.house import pages
from earlywarn.report.mirrors import judged_once, mirror_note
from earlywarn.report.mitigation import on_purpose
from earlywarn.report.questions import QUESTIONS, Question, question_of
from earlywarn.report.reading import Reading, is_open
from earlywarn.report.refused import refused_groups
from earlywarn.report.tables import Table
from earlywarn.report.verdict_words import verdict_headline, verdict_words
from earlywarn.report.ways import ways

PROMOTION_GOES_HERE = "<!-- promotion -->"
HEADLINE = "Does it work for every group?"
NOT_OF_RANKS = (
    "These scores only put students in order. So nobody can say whether a score comes true, nor whether a group is "
    "overlooked or flagged in vain more than its students\u2019 own risks explain.",
)
"""What cannot be said of scores that are no risks."""


@dataclass(frozen=True)
class Answered:
    """One question with its answers in sentences, its figure, and how the figure reads."""

    title: str
    answers: tuple[say.Said, ...]
    forest: Forest
    caption: str


def audit_page(audited: Audited, beside: Beside = NOTHING_BESIDE) -> str:
    """Render audit.html; the same audit gives the same bytes."""
    reading = Reading(audited)
    context = _front(reading, beside) | _groups(reading) | _beside(reading, beside)
    return _marked(pages().get_template("audit.html.j2").render(context), audited)


def with_promotion(page: str, promotion: Promotion) -> str:
    """Put who promoted this, on which verdict and with which waivers at the top of an audit page."""
    banner = pages().get_template("promotion.html.j2").render(promotion=promotion)
    return page.replace(PROMOTION_GOES_HERE, banner, 1)


def figure_files(audited: Audited, beside: Beside = NOTHING_BESIDE) -> dict[str, str]:
    """Give every figure of the audit as a stand-alone SVG, by file name."""
    reading, findings = Reading(audited), beside.findings
    draw: Any = pages().get_template("figures.svg.j2").module
    forests = [question.forest for question in _questions(reading) if question.forest.lines]
    forests += [recall_forest(reading)] if audited.has_outcomes else []
    files = {f"{forest.name}.svg": draw.forest(forest.layouts[0], alone=True) for forest in forests}
    if findings is not None:
        plot = curves.reliability(findings.chosen.test.reliability)
        files["reliability.svg"] = draw.reliability(plot, alone=True)
        for points in curves.points_figures(findings.card.tables):
            files[f"points_{points.name}.svg"] = draw.points(points, alone=True)
    if beside.mitigation is not None:
        paint: Any = pages().get_template("frontier.svg.j2").module
        plots = beside.mitigation.plots
        files |= {f"{plot.name}.svg": paint.frontier(plot, plot.layouts[0], alone=True) for plot in plots}
    return {name: str(text).strip() + "\n" for name, text in files.items()}


def _marked(page: str, audited: Audited) -> str:
    """Say at the head of every part that a page is unsuppressed, whoever wrote the part."""
    if not audited.unsuppressed:
        return page
    note = f'<p class="unsuppressed" role="note">{UNSUPPRESSED}</p>'
    return re.sub(r'<section class="part"[^>]*>', lambda head: head[0] + note, page)


def _front(reading: Reading, beside: Beside) -> dict[str, Any]:
    audited = reading.audited
    judged_at_all = audited.verdict is not None
    return {
        "audited": audited,
        "about": audited.about,
        "gate": audited.gate,
        "titled": audited.about.titled,
        "headline": HEADLINE if judged_at_all else unjudged.HEADLINE,
        "students": _students(reading),
        "verdict": verdict_headline(reading, beside.today) if judged_at_all else "",
        "said": verdict_words(reading) if judged_at_all else None,
        "ways": ways(reading, beside),
        "not_said": _not_said(audited),
        "questions": _questions(reading),
        "list": accounts.list_words(reading) if audited.has_outcomes else None,
        "hidden": groups.unseen_groups(reading),
        "mirrors": mirror_note(reading),
        "refused": refused_groups(reading),
        "attributes": tuple(attribute.title for attribute in audited.groups.attributes.values()),
        "level": w.percent(audited.gate.confidence, 0),
        "unsuppressed": UNSUPPRESSED,
    }


def _not_said(audited: Audited) -> tuple[str, tuple[str, ...]] | None:
    """Say what an audit of this form cannot say, under a heading."""
    if audited.verdict is None:
        return "What cannot be said yet", unjudged.NOT_YET
    return None if audited.is_risk else ("What cannot be said", NOT_OF_RANKS)


def _students(reading: Reading) -> str:
    """Say how many students the figures rest on."""
    if not reading.audited.has_outcomes:
        return f"{reading.size(EVERYONE)} students with a score"
    return f"{reading.known(EVERYONE)} students with a known outcome"


def _questions(reading: Reading) -> tuple[Answered | unjudged.Asked, ...]:
    if reading.audited.verdict is None:
        return unjudged.asked(reading)
    asked = (question_of(q.measure, is_risk=reading.audited.is_risk) for q in QUESTIONS if reading.judged(q.measure))
    return tuple(_answered(reading, question) for question in asked)


def _answered(reading: Reading, question: Question) -> Answered:
    limit = say.rule_limit(reading, question.measure)
    caption = f"Limit: {limit}, shaded. {question.lead}" if limit else question.lead
    forest = gap_forest(reading, question)
    if question.measure == NOT_SCORED and say.everyone_scored(reading):
        forest = replace(forest, lines=())
    return Answered(question.title, say.answered(reading, question), forest, caption)


def _groups(reading: Reading) -> dict[str, Any]:
    singles = groups.shown_cells(reading, 0) + reading.singles
    found = _with_outcomes(reading, singles) if reading.audited.has_outcomes else _without_outcomes(reading, singles)
    return found | {
        "coverage": coverage(reading, (captions.SCORED, captions.INPUTS)),
        "cuts": tuple(_at_cut(reading, singles, cut) for cut in reading.cuts),
        "compared_tables": tuple((title, table) for title, table in _compared(reading, singles) if table.rows),
        "crossed": crossed(reading, captions.CROSSED),
        "pooled": pooled(reading, captions.POOLED),
    }


def _at_cut(reading: Reading, cells: tuple[Cell, ...], cut: str) -> tuple[str, Table]:
    return captions.cut_title(cut), groups.cut_table(reading, cells, cut, captions.at_cut(cut))


def _compared(reading: Reading, cells: tuple[Cell, ...]) -> tuple[tuple[str, Table], ...]:
    return (
        ("As so many times the reference’s", groups.ratios_table(reading, cells, captions.RATIOS)),
        ("As differences to all students", groups.everyone_table(reading, cells, captions.EVERYONE)),
    )


def _with_outcomes(reading: Reading, cells: tuple[Cell, ...]) -> dict[str, Any]:
    verdict = reading.verdict
    tables = (
        groups.found_table(reading, cells, captions.FOUND),
        groups.right_table(reading, cells, captions.RIGHT),
        groups.within_table(reading, cells, captions.WITHIN_RISKS if reading.audited.is_risk else captions.WITHIN),
        groups.gaps_table(reading, cells, groups.JUDGED_GAPS, captions.JUDGED_GAPS),
        groups.gaps_table(reading, cells, groups.RAW_GAPS, captions.RAW),
    )
    waiting = [judgement for judgement in judged_once(reading, verdict.judgements) if is_open(judgement)]
    return {
        "recall": recall_forest(reading),
        "single_tables": tuple(table for table in tables if table.rows),
        "open": _if_rows(judged.open_table(reading, waiting, captions.OPEN)),
        "judgements": judged.judgements_table(reading, verdict, captions.JUDGEMENTS),
        "outcomes": groups.outcomes_table(reading, captions.OUTCOMES),
        "unknown": accounts.unknown_differences(reading),
    }


def _without_outcomes(reading: Reading, cells: tuple[Cell, ...]) -> dict[str, Any]:
    tables = (groups.listed_table(reading, cells, captions.LISTED),)
    return {
        "recall": None, "single_tables": tables, "open": None, "judgements": None, "outcomes": None, "unknown": (),
    }  # fmt: skip


def _beside(reading: Reading, beside: Beside) -> dict[str, Any]:
    findings, rules = beside.findings, beside.rules
    return {
        "findings": findings,
        "may_serve": beside.may_serve,
        "origins": beside.origins,
        "mitigation": beside.mitigation,
        "changed": beside.changed,
        "rules": None if rules is None or rules.verdict is None else _rules(reading, rules.verdict),
        **({} if findings is None else _model(reading, findings)),
    }


def _rules(reading: Reading, verdict: Verdict) -> dict[str, Any]:
    table = judged.judgements_table(reading, verdict, captions.RULES)
    return {"outcome": verdict.outcome.value, "failed": verdict.failed_rules, "table": table}


def _model(reading: Reading, findings: Findings) -> dict[str, Any]:
    test, on_test = findings.chosen.test, accounts.test_n(reading)
    taught = f"Out of fold: n {w.count(findings.train_students)}."
    return {
        "experiment": findings.experiment,
        "on_purpose": on_purpose(findings),
        "ceilings": findings.tried_as(Role.CEILING),
        "blindness": accounts.blindness(reading, findings.reached),
        "reached": model.reached_table(reading, findings.reached, captions.REACHED),
        "reliability": curves.reliability(test.reliability),
        "reliability_table": model.reliability_table(test.reliability, captions.RELIABILITY),
        "candidates": replace(model.candidates_table(findings, captions.CANDIDATES), n=f"{on_test} {taught}"),
        "later": replace(model.later_table(findings, captions.LATER), n=on_test),
        "lists": replace(model.lists_table(findings, captions.LISTS), n=on_test),
        "levels": model.levels_table(findings.card.levels, captions.LEVELS),
        "points": curves.points_figures(findings.card.tables),
    }


def _if_rows(table: Table) -> Table | None:
    return table if table.rows else None
