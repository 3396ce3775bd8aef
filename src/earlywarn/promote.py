"""Put a registered version in force: the verdict is read, waivers are written down, the record comes last."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from earlywarn.columns import Outcome
from earlywarn.errors import Fault, GateError, ScorecardError, UsageError
from earlywarn.files import locked, sha256_of
from earlywarn.promotions import EXPIRY, Promotion, Waived, append, read_record, uncovered
from earlywarn.registry.store import Registry
from earlywarn.report.card import with_waivers
from earlywarn.report.pages import with_promotion
from earlywarn.scorecard.table import Scorecard, from_bytes


@dataclass(frozen=True)
class Request:
    """Who asks for which version, on which day, with which waivers."""

    name: str
    version: int
    by: str
    today: date
    waivers: tuple[Waived, ...] = ()


def promote(request: Request, home: Path, registry: Registry) -> Promotion:
    """Promote one version of a model, or refuse.

    Raises
    ------
    UsageError
        No such version, or a waiver that names no failed rule.
    ScorecardError
        The registered papers do not belong together.
    GateError
        The gate failed it and a failed rule is not waived.
    """
    papers = registry.papers(request.name, request.version)
    card = from_bytes(papers["scorecard.json"], f"{request.name} version {request.version}")
    verdict = _verdict(papers, card)
    _check_local(request, home, papers, registry)
    _check_model(request, card, registry)
    failed = tuple(verdict["failed_rules"])
    _check(request, Outcome(verdict["outcome"]), failed)
    _check_expiry(request, _expires(verdict))
    with locked(home):
        promotion = _promotion(request, card, verdict, papers)
        before = [line for line in read_record(home) if line.name == promotion.name]
        _check_earlier(promotion, before)
        if before and replace(before[-1], promoted_on=promotion.promoted_on) == promotion:
            promotion = before[-1]  # in force already: nothing to add
        else:
            append(home, promotion, card, _kept(papers, promotion))
    registry.point(request.name, request.version)
    return promotion


def _verdict(papers: dict[str, bytes], card: Scorecard) -> dict[str, Any]:
    """Read the verdict; one that was given on another scorecard, or that contradicts itself, is refused."""
    try:
        verdict: dict[str, Any] = json.loads(papers["verdict.json"])
        judged = [(Outcome(j["outcome"]), j["rule"]) for j in verdict["judgements"] if j["moves_verdict"]]
        same_card, outcome = verdict["scorecard"] == card.sha256, Outcome(verdict["outcome"])
        failed, days = set(verdict["failed_rules"]), int(verdict["provisional_days"])
    except (ValueError, KeyError, TypeError):
        raise _altered("not a verdict") from None
    if not same_card:
        raise _altered("this verdict was given on another scorecard")
    found = {judgement for judgement, _ in judged}
    decided = Outcome.PASS if found == {Outcome.PASS} else Outcome.PROVISIONAL
    worst = Outcome.FAIL if Outcome.FAIL in found else decided
    if outcome is not worst or failed != {rule for judgement, rule in judged if judgement is Outcome.FAIL} or days < 1:
        raise _altered("this verdict contradicts its own judgements")
    return verdict


def _altered(found: str) -> ScorecardError:
    return ScorecardError(Fault("verdict.json", found, remedy="train and audit the model again"))


def _check_model(request: Request, card: Scorecard, registry: Registry) -> None:
    """Refuse a version whose model, which others load by its alias, is not the scorecard that was judged."""
    if sha256_of(registry.model_bytes(request.name, request.version)) != card.sha256:
        raise ScorecardError(
            Fault(
                f"{request.name} version {request.version}",
                "its model in the registry is not the scorecard that was judged",
                remedy="find out who changed it; train and audit the model again",
            )
        )


def _check_local(request: Request, home: Path, papers: dict[str, bytes], registry: Registry) -> None:
    """Refuse papers that differ from those that training left in this home; the store can be edited by many.

    With a registry elsewhere the papers may have been trained elsewhere too: then there is nothing to compare.
    """
    folder = home / "papers" / f"{request.name}-{request.version}"
    if not folder.is_dir() and not registry.local:
        return
    changed = [name for name in papers if _bytes(folder / name) != papers[name]]
    if changed:
        raise ScorecardError(
            Fault(
                f"{request.name} version {request.version}",
                f"{', '.join(changed)} in the registry: not what training wrote to {folder}",
                remedy="find out who changed which; train and audit the model again",
            )
        )


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _check(request: Request, outcome: Outcome, failed: Sequence[str]) -> None:
    allowed = (*failed, EXPIRY) if outcome is Outcome.PROVISIONAL else tuple(failed)
    surplus = [waiver.rule for waiver in request.waivers if waiver.rule not in allowed]
    if surplus:
        raise UsageError(
            Fault(f"--waive {', '.join(surplus)}", "no such rule failed", ", ".join(allowed) or "nothing to waive",
                  "leave the waiver out")
        )  # fmt: skip
    left = uncovered(failed, request.waivers)
    if left:
        raise GateError(
            Fault(f"{request.name} version {request.version}", f"the gate failed it: {', '.join(left)}",
                  remedy="mend the model; or let it pass by name: "
                  + " ".join(f"--waive {rule}" for rule in left) + " --by NAME --reason TEXT")
        )  # fmt: skip


def _expires(verdict: dict[str, Any]) -> date | None:
    """Give the last day of a provisional verdict; it counts from the audit, so promoting again renews nothing."""
    if Outcome(verdict["outcome"]) is not Outcome.PROVISIONAL:
        return None
    return date.fromisoformat(verdict["audited_on"]) + timedelta(days=int(verdict["provisional_days"]))


def _check_expiry(request: Request, expires: date | None) -> None:
    if expires is not None and request.today > expires and EXPIRY not in {waiver.rule for waiver in request.waivers}:
        raise GateError(
            Fault(
                f"{request.name} version {request.version}",
                f"its provisional verdict expired on {expires}",
                remedy=f"train and audit anew with later outcomes, or --waive {EXPIRY} --by NAME --reason TEXT",
            )
        )


def _promotion(request: Request, card: Scorecard, verdict: dict[str, Any], papers: dict[str, bytes]) -> Promotion:
    outcome = Outcome(verdict["outcome"])
    promotion = Promotion(
        name=request.name,
        version=request.version,
        scorecard=card.sha256,
        promoted_on=request.today,
        by=request.by,
        verdict=outcome,
        failed_rules=tuple(verdict["failed_rules"]),
        expires=_expires(verdict),
        waivers=request.waivers,
        verdict_sha256=sha256_of(papers["verdict.json"]),
        audit_sha256=sha256_of(papers["audit.json"]),
        card_sha256=sha256_of(papers["card.md"]),
        config_sha256=sha256_of(papers["config.toml"]),
    )
    return promotion


def _check_earlier(promotion: Promotion, before: Sequence[Promotion]) -> None:
    """Refuse a version that was promoted before on another verdict."""
    same = [line for line in before if line.version == promotion.version and line.scorecard == promotion.scorecard]
    if any(line.verdict_sha256 != promotion.verdict_sha256 for line in same):
        raise _altered("this version was promoted before on another verdict")


def _kept(papers: dict[str, bytes], promotion: Promotion) -> dict[str, bytes]:
    """Give what is kept beside the scorecard; card and audit page tell of the promotion and its waivers."""
    kept = {name: papers[name] for name in ("audit.json", "verdict.json", "config.toml")}
    page, card = (papers[name].decode() for name in ("audit.html", "card.md"))
    return kept | {
        "audit.html": with_promotion(page, promotion).encode(),
        "card.md": with_waivers(card, promotion).encode(),
    }
