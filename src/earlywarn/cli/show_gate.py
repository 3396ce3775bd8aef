"""The gate's rules on the terminal, in plain words."""

from rich.text import Text

from earlywarn.cli.terminal import out
from earlywarn.config.sections import Gate, Groups
from earlywarn.report.explained import explain


def show_gate(gate: Gate, groups: Groups | None) -> None:
    """Print every rule, how sure one must be, and what each verdict means."""
    for section in explain(gate, groups):
        out.print()
        out.print(Text(section.title, style="bold"))
        for sentence in section.sentences:
            out.print(Text(sentence))
