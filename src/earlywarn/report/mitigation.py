"""All that a page tells of mitigation: sentences, figures and tables; nothing where none was tried."""

from dataclasses import dataclass, replace

from earlywarn.frontier.lists import Frontier, Kind
from earlywarn.report import captions
from earlywarn.report.accounts import test_n
from earlywarn.report.findings import Findings
from earlywarn.report.frontier_plot import Plot, frontier_plots
from earlywarn.report.mitigation_tables import frontier_table, gap_tables, students_table
from earlywarn.report.mitigation_words import mitigation_sentences, offer, pooled_words
from earlywarn.report.reading import Reading
from earlywarn.report.tables import Table


@dataclass(frozen=True)
class Mitigated:
    """What stands in the section; ``mixtures`` and ``bounds`` say whether their reasons must be told.

    ``offer`` says it in a sentence or two, for the head of the page.
    """

    attribute: str
    sentences: tuple[str, ...]
    pooled: str
    offer: str
    plots: tuple[Plot, ...]
    frontier: Table
    students: Table
    gaps: tuple[Table, ...]
    mixtures: bool
    bounds: bool


def mitigated(reading: Reading, frontier: Frontier | None) -> Mitigated | None:
    """Tell of a frontier; None where the config asks for no mitigation."""
    if frontier is None:
        return None
    return Mitigated(
        attribute=reading.audited.groups.attributes[frontier.attribute].title,
        sentences=mitigation_sentences(reading, frontier),
        pooled=pooled_words(reading, frontier),
        offer=offer(reading, frontier),
        plots=frontier_plots(reading, frontier),
        frontier=replace(frontier_table(reading, frontier, captions.FRONTIER), n=test_n(reading)),
        students=students_table(reading, frontier, captions.TRADED),
        gaps=tuple(replace(table, n=test_n(reading)) for table in gap_tables(reading, frontier, captions.MOVED)),
        mixtures=bool(frontier.of(Kind.MIXTURE)),
        bounds=bool(frontier.of(Kind.BOUND)),
    )


def on_purpose(findings: Findings) -> str:
    """Say that the config named the candidate, in place of which one, and why; "" where it was chosen by itself."""
    asked = findings.experiment.candidates
    if asked.use is None:
        return ""
    titles = {tried.name: tried.title for tried in findings.tried}
    instead = f"in place of {titles[findings.automatic]}" if findings.automatic else "as it would have been by itself"
    return f"{findings.chosen.title} was taken on purpose, {instead}. Reason given: {asked.reason}"
