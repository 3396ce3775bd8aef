"""What a page tells beside the audit itself; every part of it may be absent, and then nothing is said of it."""

from dataclasses import dataclass
from datetime import date

from earlywarn.report.findings import Audited, Findings
from earlywarn.report.mitigation import Mitigated, mitigated
from earlywarn.report.origins import origins_told
from earlywarn.report.reading import Reading
from earlywarn.report.told import Told


@dataclass(frozen=True)
class Beside:
    """The optional parts of an audit's page.

    Attributes
    ----------
    findings
        The run of an experiment that the audit belongs to: then the page shows the model too.
    rules
        The indicator rules under the same gate.
    today
        The day from which a provisional verdict counts, where what was audited may come to serve.
    origins
        Where gaps come from, one a gap.
    mitigation
        What mitigation would buy and cost.
    changed
        What changed since an earlier audit.
    """

    findings: Findings | None = None
    rules: Audited | None = None
    today: date | None = None
    origins: tuple[Told, ...] = ()
    mitigation: Mitigated | None = None
    changed: tuple[Told, ...] = ()

    @property
    def may_serve(self) -> bool:
        """Whether what was audited may come to serve, so that a verdict can expire or be waived."""
        return self.findings is not None or self.today is not None


NOTHING_BESIDE = Beside()


def training(findings: Findings) -> Beside:
    """Give what stands beside the audit of a training run."""
    reading = Reading(findings.audited)
    return Beside(
        findings=findings,
        rules=findings.rules,
        today=findings.audited.about.day,
        origins=origins_told(reading, findings.origins),
        mitigation=mitigated(reading, findings.frontier),
    )
