"""What "About this list" shows of a promoted model: its standard, who let it serve, its card and its audit.

It refuses papers that are not those of the promotion. Made once, when a list is published, and kept as one JSON.
"""

import tomllib
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from earlywarn.columns import Outcome
from earlywarn.errors import Fault, ScorecardError
from earlywarn.files import sha256_of
from earlywarn.promotions import Promotion, Waived, check_papers, promoted_folder
from earlywarn.review.audit_page import AuditPage, audit_page
from earlywarn.review.model_card import Section, plain_sections
from earlywarn.scorecard.table import Scorecard

PROMOTION = "\n\n## Promotion\n"
"""Where the kept card tells of its promotion; all before it is the registered card."""


@dataclass(frozen=True)
class About:
    """Everything that the page shows but its own words.

    Attributes
    ----------
    title, standard
        Of the model and of the one standard, as the config has them.
    standing
        What stands behind the model, in a sentence.
    sections
        Of the model card, in plain words.
    """

    model: str
    version: int
    title: str
    standard: str
    promoted_on: date
    by: str
    verdict: Outcome
    expires: date | None
    standing: str
    waivers: tuple[Waived, ...]
    sections: tuple[Section, ...]
    audit: AuditPage

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON, dates as ISO texts."""
        expires = self.expires.isoformat() if self.expires else None
        return asdict(self) | {"promoted_on": self.promoted_on.isoformat(), "expires": expires}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "About":
        """Read what :meth:`to_json` gave; the desk's own database is trusted."""
        kept: dict[str, Any] = {
            "promoted_on": date.fromisoformat(raw["promoted_on"]),
            "expires": date.fromisoformat(raw["expires"]) if raw["expires"] else None,
            "verdict": Outcome(raw["verdict"]),
            "waivers": tuple(Waived(**waiver) for waiver in raw["waivers"]),
            "sections": tuple(Section(**section) for section in raw["sections"]),
            "audit": AuditPage(**raw["audit"]),
        }
        return cls(**raw | kept)


def about(home: Path, promotion: Promotion, card: Scorecard) -> About:
    """Read the promoted papers of a model.

    Verdict, audit.json, config and card must be those of the promotion, to the byte. No sha256 of audit.html stands in
    the record: it must name this scorecard, and hold nothing that the desk may not show.

    Raises
    ------
    ScorecardError
        A paper is gone, altered, of another model or of another form.
    """
    folder = promoted_folder(home, promotion.scorecard)
    check_papers(home, promotion)
    _paper(folder / "audit.json", promotion.audit_sha256)
    config = tomllib.loads(_paper(folder / "config.toml", promotion.config_sha256).decode("utf-8-sig"))
    page = _page(folder / "audit.html", card)
    return About(
        model=promotion.name,
        version=promotion.version,
        title=config["title"],
        standard=config["standard"]["title"],
        promoted_on=promotion.promoted_on,
        by=promotion.by,
        verdict=promotion.verdict,
        expires=promotion.expires,
        standing=promotion.standing,
        waivers=promotion.waivers,
        sections=plain_sections(_card(folder / "card.md", promotion), str(folder / "card.md")),
        audit=audit_page(page, str(folder / "audit.html")),
    )


def _paper(path: Path, sha256: str) -> bytes:
    content = path.read_bytes() if path.is_file() else b""
    if sha256_of(content) != sha256:
        raise _altered(path, f"sha256 {sha256}")
    return content


def _card(path: Path, promotion: Promotion) -> str:
    """Give the registered card: the kept one without what promotion wrote under it."""
    kept = path.read_bytes() if path.is_file() else b""
    registered = kept.rpartition(PROMOTION.encode())[0] + b"\n"
    if sha256_of(registered) != promotion.card_sha256:
        raise _altered(path, f"sha256 {promotion.card_sha256} before '{PROMOTION.strip()}'")
    return registered.decode()


def _page(path: Path, card: Scorecard) -> bytes:
    content = path.read_bytes() if path.is_file() else b""
    if card.sha256.encode() not in content:
        raise _altered(path, f"the audit of scorecard {card.sha256}")
    return content


def _altered(path: Path, allowed: str) -> ScorecardError:
    found = "not what was promoted with this model" if path.is_file() else "no longer there"
    return ScorecardError(Fault(str(path), found, allowed, "restore it from a backup, or promote again"))
