"""What the terminal shows of a training run: candidates, groups, the verdict with its reasons."""

from typing import Any

from earlywarn.audit.subject import SAME_RISK_GAP
from earlywarn.candidates.catalogue import Role
from earlywarn.cli.groups import Column, groups_table, interval
from earlywarn.cli.show_audit import show_unknown, show_verdict
from earlywarn.cli.tables import number, table, with_interval
from earlywarn.cli.terminal import out, show
from earlywarn.report.findings import Findings, Tried
from earlywarn.report.mitigation import on_purpose
from earlywarn.report.mitigation_words import mitigation_sentences
from earlywarn.report.reading import Reading
from earlywarn.train import Trained

JUDGED = interval(signed=True, confidence=0.90)
COLUMNS = (
    Column(">>Recall", "recall", interval()),
    Column(">Same-risk gap", SAME_RISK_GAP, JUDGED, compared=True),
    Column(">Excess overlooked", "excess_overlooked", JUDGED, compared=True),
    Column(">Excess false alarms", "excess_false_alarms", JUDGED, compared=True),
)


def show_train(trained: Trained, more: str = "") -> None:
    """Print candidates, groups, verdict, and where the papers lie; ``more`` are options that the next command needs."""
    findings = trained.findings
    show_candidates(findings)
    show_groups(findings)
    show_unknown(findings.audited)
    show_verdict(findings.audited)
    show_verdict(findings.rules, "The indicator rules, judged by the same gate: ")
    show_mitigation(findings)
    name = findings.experiment.name
    out.print(f"\nRegistered as {name} version {trained.version}. Its papers: {trained.papers}")
    out.print(
        f"Next: read {trained.papers / 'audit.html'}, then earlywarn promote {name} {trained.version}{more}",
        soft_wrap=True,
    )


def show_candidates(findings: Findings) -> None:
    """Print every candidate with its intervals, the chosen one marked."""
    share = findings.experiment.capacity.share
    made = table(
        "", "Candidate", ">>Log loss, out of fold", ">>AUC", ">>Recall at capacity", ">Chosen finds more by",
    )  # fmt: skip
    for tried in findings.compared:
        mark = "●" if tried is findings.chosen else ""
        made.add_row(mark, tried.title, *_candidate_cells(tried), style="bold" if mark else None)
    show(
        f"Candidates on the test: {_students(findings)}, list of {share:.0%}; 95 % intervals over schools",
        made,
    )
    out.print(on_purpose(findings) or _why_chosen(findings.chosen))
    prices = {
        Role.CEILING: "readable instead of full boosting",
        Role.AWARE: "blind to groups instead of aware",
    }
    for role, words in prices.items():
        for tried in findings.tried_as(role):
            out.print(f"To be {words}: AUC {with_interval(tried.auc_gain, signed=True)}.")
    schools = findings.chosen.test.figures["skill_within_schools"]
    out.print(f"In schools that taught nothing: AUC {with_interval(findings.unseen.figures['auc'])}.")
    out.print(f"Skill within schools, beyond knowing the school: {with_interval(schools)} (.5 is none).")


def show_groups(findings: Findings) -> None:
    """Print recall, false alarms and the judged comparisons of every single-attribute group."""
    audited = findings.audited
    made = groups_table(audited.figures, audited.groups, Reading(audited).suppression, COLUMNS)
    show("Groups, for the audit only; 90 % intervals for what the gate judges, 95 % for recall", made)


def show_mitigation(findings: Findings) -> None:
    """Say what mitigation narrows and at whose cost, where the config asks for some."""
    if findings.frontier is not None:
        out.print("What would narrow the gaps, and who pays for it", style="bold")
        for sentence in mitigation_sentences(Reading(findings.audited), findings.frontier):
            out.print(f"  {sentence}")


def train_record(trained: Trained) -> dict[str, Any]:
    """Give what a machine wants to know of a training run."""
    findings = trained.findings
    return {
        "name": findings.experiment.name,
        "version": trained.version,
        "candidate": findings.card.candidate,
        "scorecard": findings.card.sha256,
        "verdict": findings.verdict.outcome.value,
        "failed_rules": list(findings.verdict.failed_rules),
        "papers": str(trained.papers),
    }


def _why_chosen(chosen: Tried) -> str:
    why = chosen.behind
    if why is None or why.value <= 0:
        return "Chosen: the least log loss out of fold among those that may be promoted."
    return (
        f"Chosen: the simplest within one standard error of the best ({number(why.value, 4)} behind, "
        f"standard error {number(why.se, 4)}, paired by school)."
    )


def _students(findings: Findings) -> str:
    everyone = findings.audited.counted[0]
    known = everyone.missed + everyone.met
    return f"{everyone.students:,} students in {findings.test_schools} schools, {known:,} outcomes known"


def _candidate_cells(tried: Tried) -> tuple[str, ...]:
    figures = tried.test.figures
    return (
        with_interval(tried.loss),
        with_interval(figures["auc"]),
        with_interval(figures["recall_at_capacity"]),
        with_interval(tried.gain, signed=True) if tried.gain else "",
    )
