"""What "About this list" shows is what was promoted, or nothing."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import earlywarn
from earlywarn.columns import Outcome
from earlywarn.errors import ScorecardError
from earlywarn.files import sha256_of
from earlywarn.promotions import Promotion, append, promoted_folder
from earlywarn.report.beside import training
from earlywarn.report.card import model_card, with_waivers
from earlywarn.report.findings import Findings
from earlywarn.report.pages import audit_page, with_promotion
from earlywarn.review.about import About, about
from tests.report.conftest import experiment, findings, promotion  # noqa: F401 (fixtures of a made-up district)


@pytest.fixture
def kept(tmp_path: Path, findings: Findings, promotion: Promotion) -> Promotion:  # noqa: F811
    """Promote the made-up district's model into a home, which is ``tmp_path``."""
    page, card = audit_page(findings.audited, training(findings)), model_card(findings)
    papers = {
        "verdict.json": json.dumps({"outcome": "fail"}).encode(),
        "audit.json": b'{"audit": 1}',
        "config.toml": (Path(earlywarn.__file__).parent / "demo.toml").read_bytes(),
    }
    shas = {f"{name.split('.')[0]}_sha256": sha256_of(content) for name, content in papers.items()}
    line = replace(promotion, card_sha256=sha256_of(card.encode()), **shas)
    told = {"card.md": with_waivers(card, line).encode(), "audit.html": with_promotion(page, line).encode()}
    append(tmp_path, line, findings.card, papers | told)
    return line


def test_it_holds_the_standard_who_promoted_and_every_waiver(
    tmp_path: Path,
    kept: Promotion,
    findings: Findings,  # noqa: F811
) -> None:
    found = about(tmp_path, kept, findings.card)
    assert found.standard == "reading and mathematics at grade level by the end of the next grade"
    assert (found.by, found.promoted_on, found.verdict) == ("A. Ruiz", date(2026, 11, 20), Outcome.FAIL)
    assert found.waivers == kept.waivers
    assert found.standing == kept.standing
    assert found.sections[1].title == "What it is not for"
    assert "Does it work for every group?" in found.audit.first


def test_it_is_read_back_from_json_as_it_was(
    tmp_path: Path,
    kept: Promotion,
    findings: Findings,  # noqa: F811
) -> None:
    found = about(tmp_path, kept, findings.card)
    assert About.from_json(json.loads(json.dumps(found.to_json()))) == found
    provisional = replace(found, expires=date(2027, 1, 9))
    assert About.from_json(json.loads(json.dumps(provisional.to_json()))) == provisional


@pytest.mark.parametrize("name", ["verdict.json", "audit.json", "config.toml", "card.md", "audit.html"])
def test_a_paper_that_is_gone_or_altered_is_refused(
    tmp_path: Path,
    kept: Promotion,
    findings: Findings,  # noqa: F811
    name: str,
) -> None:
    path = promoted_folder(tmp_path, kept.scorecard) / name
    path.write_bytes(path.read_bytes().replace(findings.card.sha256.encode(), b"0" * 64).replace(b"a", b"b", 1))
    with pytest.raises(ScorecardError, match=name):
        about(tmp_path, kept, findings.card)
    path.unlink()
    with pytest.raises(ScorecardError, match=name):
        about(tmp_path, kept, findings.card)
