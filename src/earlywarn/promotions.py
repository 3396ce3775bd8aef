"""What may score: scorecards by sha256, and the record of who promoted them, on which verdict, and why.

Local files alone. A scorecard whose sha256 does not stand in the record, or does not fit its bytes,
is refused; tags and aliases elsewhere only point, they never prove.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from earlywarn.columns import Outcome
from earlywarn.errors import Fault, GateError, MachineError, ScorecardError, UsageError
from earlywarn.files import canonical_json, machine_faults, publish_file, sha256_of
from earlywarn.scorecard.table import Scorecard, from_bytes

RECORD = "promotions.jsonl"
EXPIRY = "expiry"
"""The name under which the expiry of a provisional verdict is waived."""

A_DAY = timedelta(days=1)
"""How far the days of two time zones may lie apart."""


@dataclass(frozen=True)
class Waived:
    """One rule that a person let pass, by name and with a reason."""

    rule: str
    by: str
    reason: str


@dataclass(frozen=True)
class Promotion:
    """One line of the record; shas are of the registered papers, before card and page tell of this promotion."""

    name: str
    version: int
    scorecard: str
    promoted_on: date
    by: str
    verdict: Outcome
    failed_rules: tuple[str, ...]
    expires: date | None
    waivers: tuple[Waived, ...]
    verdict_sha256: str
    audit_sha256: str
    card_sha256: str
    config_sha256: str

    @property
    def standing(self) -> str:
        """Say in a sentence what stands behind this model."""
        waived = " ".join(f"Waived by {w.by} ({w.rule}): {w.reason.rstrip('.')}." for w in self.waivers)
        return f"{self._verdict_words} {waived}".rstrip()

    @property
    def _verdict_words(self) -> str:
        if self.verdict is Outcome.PASS:
            return "The gate passed it for every group."
        if self.verdict is Outcome.PROVISIONAL:
            return f"Provisional until {_in_words(self.expires)}: for some groups the evidence does not yet decide."
        return f"The gate failed it ({', '.join(self.failed_rules)})."

    def to_json(self) -> dict[str, Any]:
        """Give the line's content."""
        return json.loads(json.dumps(asdict(self), default=str))  # type: ignore[no-any-return]


def _in_words(day: date | None) -> str:
    return "" if day is None else f"{day.day} {day:%B %Y}"


def promoted_folder(home: Path, sha256: str) -> Path:
    """Give the folder of what was promoted with a scorecard."""
    return home / "promoted" / sha256


def read_record(home: Path) -> tuple[Promotion, ...]:
    """Read every promotion, oldest first; an empty home has none.

    Raises
    ------
    ScorecardError
        A line that is not a promotion.
    """
    path = home / RECORD
    if not path.is_file():
        return ()
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            found.append(_promotion(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            raise ScorecardError(
                Fault(
                    f"{path}: line {number}",
                    "not a promotion",
                    remedy="restore the file from a backup, or take that line out",
                )
            ) from None
    return tuple(found)


def champion(home: Path, name: str | None = None) -> Promotion:
    """Give the promotion in force for a model; without a name, of the only model there is.

    Raises
    ------
    UsageError
        No such model, or several and no name.
    """
    record = read_record(home)
    names = tuple(dict.fromkeys(promotion.name for promotion in record))
    if not names:
        raise UsageError(
            Fault(str(home), "nothing has been promoted here", remedy="run 'earlywarn promote', or give --home")
        )
    if name is None and len(names) > 1:
        raise UsageError(Fault(str(home), "several models are promoted here", ", ".join(names), "give --model NAME"))
    chosen = [promotion for promotion in record if promotion.name == (name or names[0])]
    if not chosen:
        raise UsageError(
            Fault(str(home), f"no promoted model is called '{name}'", ", ".join(names), "give one of these")
        )
    return chosen[-1]


def load_scorecard(home: Path, sha256: str) -> Scorecard:
    """Read a promoted scorecard whose bytes fit its name.

    Raises
    ------
    ScorecardError
        The sha256 stands in no promotion, the file is gone, or one byte differs.
    """
    path = home / "scorecards" / f"{sha256}.json"
    if all(promotion.scorecard != sha256 for promotion in read_record(home)):
        remedy = "promote it first, or give the --home in which it was promoted"
        raise ScorecardError(Fault(str(home / RECORD), "this scorecard was never promoted", remedy=remedy))
    if not path.is_file():
        raise ScorecardError(Fault(str(path), "the promoted scorecard is gone", remedy="restore it, or promote again"))
    content = path.read_bytes()
    if sha256_of(content) != sha256:
        raise ScorecardError(
            Fault(str(path), "its bytes are not those that were promoted", f"sha256 {sha256}",
                  "restore the file from a backup, or promote again")
        )  # fmt: skip
    return from_bytes(content, str(path))


def check_in_force(promotion: Promotion, today: date) -> None:
    """Refuse what the gate forbids: a fail without waivers, a provisional verdict that has expired.

    A clock set back would give an expired verdict a new life, so a day before that of the promotion is refused too.

    Raises
    ------
    GateError
        With what would lift it.
    MachineError
        The clock is wrong, here or where it was promoted.
    """
    if promotion.promoted_on > today + A_DAY:
        found = f"promoted on {promotion.promoted_on}, which by this machine's clock ({today}) is still to come"
        raise MachineError(Fault(promotion.name, found, remedy="set the clock, then run the same command again"))
    waived = {waiver.rule for waiver in promotion.waivers}
    covered = promotion.failed_rules and set(promotion.failed_rules) <= waived
    if promotion.verdict is Outcome.FAIL and not covered:
        rules = ", ".join(sorted(set(promotion.failed_rules) - waived)) or "for no rule that is named"
        raise GateError(
            Fault(promotion.name, f"the gate failed it: {rules}", remedy="mend the model, or waive by name")
        )
    if expired(promotion, today):
        raise GateError(
            Fault(promotion.name, f"its provisional verdict expired on {promotion.expires}",
                  remedy=f"train and audit anew with later outcomes, or promote with --waive {EXPIRY}")
        )  # fmt: skip


def check_papers(home: Path, promotion: Promotion) -> None:
    """Refuse a line of the record that does not fit the verdict on which it stands.

    Raises
    ------
    ScorecardError
        The promoted verdict is gone, altered, or says something else than the line.
    """
    path = promoted_folder(home, promotion.scorecard) / "verdict.json"
    content = path.read_bytes() if path.is_file() else b""
    fits = sha256_of(content) == promotion.verdict_sha256
    if not fits or json.loads(content)["outcome"] != promotion.verdict.value:
        raise ScorecardError(
            Fault(
                str(path),
                "not the verdict on which this model was promoted",
                f"sha256 {promotion.verdict_sha256}",
                "restore it from a backup, or promote again",
            )
        )


def expired(promotion: Promotion, today: date) -> bool:
    """Tell whether a provisional verdict is over and its expiry is not waived."""
    waived = any(waiver.rule == EXPIRY for waiver in promotion.waivers)
    return promotion.expires is not None and today > promotion.expires and not waived


def append(home: Path, promotion: Promotion, card: Scorecard, files: dict[str, bytes]) -> None:
    """Keep the scorecard and its papers, then the line that puts it in force; the line comes last.

    The caller holds the home's lock.
    """
    read_record(home)  # a damaged record must be mended first: a line after it would be lost
    folder = promoted_folder(home, promotion.scorecard)
    for name, content in files.items():
        publish_file(folder / name, content)
    publish_file(home / "scorecards" / f"{promotion.scorecard}.json", card.to_bytes())
    path = home / RECORD
    with machine_faults(str(path)):
        before = path.read_bytes() if path.is_file() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    publish_file(path, before + canonical_json(promotion.to_json()) + b"\n")


def uncovered(failed_rules: Sequence[str], waivers: Sequence[Waived]) -> tuple[str, ...]:
    """Give the failed rules that no waiver names."""
    return tuple(rule for rule in failed_rules if rule not in {waiver.rule for waiver in waivers})


def _promotion(raw: dict[str, Any]) -> Promotion:
    waivers = tuple(Waived(**waiver) for waiver in raw["waivers"])
    return Promotion(
        **{
            **raw,
            "promoted_on": date.fromisoformat(raw["promoted_on"]),
            "expires": date.fromisoformat(raw["expires"]) if raw["expires"] else None,
            "verdict": Outcome(raw["verdict"]),
            "failed_rules": tuple(raw["failed_rules"]),
            "waivers": waivers,
        }
    )
