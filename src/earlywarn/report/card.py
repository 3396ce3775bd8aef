"""The model card: one Markdown page for a board, parents and whoever checks the model by hand.

It holds the whole table of points, so the model can be read, and everything that the audit found.
"""

import re
from typing import Any

from markupsafe import Markup

from earlywarn.candidates.catalogue import Role
from earlywarn.promotions import Promotion
from earlywarn.report import accounts, captions, judged, mitigation
from earlywarn.report import group_tables as groups
from earlywarn.report import model_tables as model
from earlywarn.report import sentences as say
from earlywarn.report import words as w
from earlywarn.report.crossed import crossed
from earlywarn.report.findings import UNSUPPRESSED, Findings, Tried
from earlywarn.report.house import cards, in_markdown
from earlywarn.report.mirrors import judged_once
from earlywarn.report.questions import QUESTIONS
from earlywarn.report.reading import Reading, is_open
from earlywarn.report.tables import Table, difference, gap, markdown, plain, share
from earlywarn.report.verdict_words import verdict_headline, verdict_sentences
from earlywarn.scorecard.levels import meaning


def model_card(findings: Findings) -> str:
    """Render card.md; the same findings give the same bytes."""
    reading = Reading(findings.audited)
    card = _tidy(cards().get_template("card.md.j2").render(_context(findings, reading)))
    return (
        re.sub(r"^##? .*$", rf"\g<0>\n\n**{UNSUPPRESSED}**", card, flags=re.M)
        if findings.audited.unsuppressed
        else card
    )


def with_waivers(card: str, promotion: Promotion) -> str:
    """Append who promoted this, when, on which verdict, and every waiver by rule, name and reason."""
    section = cards().get_template("promotion.md.j2").render(promotion=promotion)
    return card.rstrip("\n") + "\n\n" + _tidy(section)


def table_in_markdown(table: Table) -> Markup:
    """Give a table with its caption."""
    return Markup(f"*{in_markdown(table.caption)}*\n\n{markdown(table, in_markdown)}\n")


def _context(findings: Findings, reading: Reading) -> dict[str, Any]:
    unseen, seen = findings.unseen.figures, findings.chosen.test.figures
    return {
        "findings": findings,
        "experiment": findings.experiment,
        "card": findings.card,
        "headline": verdict_headline(reading, findings.audited.about.day),
        "sentences": verdict_sentences(reading),
        "questions": [(q, say.answered(reading, q)) for q in QUESTIONS if reading.judged(q.measure)],
        "within": accounts.within_words(reading),
        "crossed": crossed(reading, captions.CROSSED),
        "attributes": [attribute.title for attribute in findings.experiment.groups.attributes.values()],
        "simplest_first": _titles(findings),
        "list": accounts.list_words(reading),
        "known": reading.figure("prevalence").students,
        "ceilings": [_ceiling(tried) for tried in findings.tried_as(Role.CEILING)],
        "blindness": accounts.blindness(reading, findings.reached),
        "unknown": accounts.unknown_differences(reading),
        "hidden": groups.unseen_groups(reading),
        "meanings": [(level.name, meaning(level)) for level in findings.card.levels],
        "seen": share(seen["recall_at_capacity"]).line,
        "unseen": share(unseen["recall_at_capacity"]).line,
        "minimum": reading.discretion.minimum,
        "level": w.percent(findings.experiment.gate.confidence, 0),
        "mitigation": mitigation.mitigated(reading, findings.frontier),
        "on_purpose": mitigation.on_purpose(findings),
        "table": table_in_markdown,
        **_tables(findings, reading),
    }


def _tables(findings: Findings, reading: Reading) -> dict[str, Any]:
    single = (*groups.shown_cells(reading, 0), *reading.singles)
    waiting = [judgement for judgement in judged_once(reading, findings.verdict.judgements) if is_open(judgement)]
    return {
        "standard": model.standard_table(findings.experiment.standard, "One cut for everyone. Below it: missed."),
        "points": [(each.spec.title, model.points_table(each)) for each in findings.card.tables],
        "candidates": model.candidates_table(findings, captions.CANDIDATES),
        "later": model.later_table(findings, captions.LATER),
        "lists": model.lists_table(findings, captions.LISTS),
        "reliability": model.reliability_table(findings.chosen.test.reliability, captions.RELIABILITY),
        "levels": model.levels_table(findings.card.levels, captions.LEVELS),
        "audits": (
            judged.judgements_table(reading, findings.verdict, captions.JUDGEMENTS),
            groups.found_table(reading, single, captions.FOUND),
            groups.right_table(reading, single, captions.RIGHT),
            groups.gaps_table(reading, single, groups.RAW_GAPS, captions.RAW),
        ),
        "open": judged.open_table(reading, waiting, captions.OPEN),
        "rules": judged.judgements_table(reading, findings.rule_verdict, captions.RULES),
        "outcomes": groups.outcomes_table(reading, captions.OUTCOMES),
        "reached": model.reached_table(reading, findings.reached, captions.REACHED),
    }


def _titles(findings: Findings) -> list[str]:
    titles = {tried.name: tried.title for tried in findings.tried}
    return [titles.get(name, name) for name in findings.experiment.candidates.simplest_first]


def _ceiling(tried: Tried) -> tuple[str, str, str, str]:
    auc = plain(tried.test.figures["auc"]).line
    return tried.title, auc, difference(tried.auc_gain).line, gap(tried.gain).line


def _tidy(text: str) -> str:
    """Give Markdown with single blank lines and one newline at the end."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept) + "\n"
