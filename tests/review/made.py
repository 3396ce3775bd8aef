"""A made-up desk for tests: a small scorecard, a score run in memory, and accounts of every role."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn.columns import Direction, InputSpec, InputType, Outcome, Person
from earlywarn.files import sha256_of
from earlywarn.inputs import Values
from earlywarn.promotions import Promotion
from earlywarn.review.about import About
from earlywarn.review.audit_page import AuditPage
from earlywarn.review.load import Published, Ready, publish
from earlywarn.review.model_card import Section
from earlywarn.review.models import Account, Role
from earlywarn.score_run import INPUTS, SCORES, Counts, Manifest, StoredRun
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import score
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard

PASSWORD = "a long enough word for tests"
AS_OF = date(2026, 11, 14)


def made_card() -> Scorecard:
    """Three inputs a school can change and one it cannot."""
    cuts = dict.fromkeys("123", (500.0, 40.0))
    specs = (
        InputSpec("reading", "read", InputType.RESULT, "Reading result", "points", Direction.LOWER, True, cuts),
        InputSpec("absent", "absent", InputType.NUMBER, "Days absent", "% of days", Direction.HIGHER, True),
        InputSpec("moves", "moves", InputType.NUMBER, "Schools this year", "schools", Direction.HIGHER),
        InputSpec("class_type", "class", InputType.CATEGORY, "Class type", changeable=True),
    )
    tables = (
        PointsTable(specs[0], Kind.PIECES, (-2.0, 0.0, 2.0), (1.5, 0.2, -1.5), 0.3, 0.4),
        PointsTable(specs[1], Kind.STEPS, (5.0, 10.0, 15.0), (-0.4, 0.1, 0.7, 1.4), None, 5.0),
        PointsTable(specs[2], Kind.STEPS, (2.0,), (-0.1, 0.5), None, 1.0),
        PointsTable(specs[3], Kind.CATEGORIES, ("regular", "small"), (0.05, -0.1), None, "regular"),
    )
    levels = (
        LevelMeaning("High", 0.5, 900, 0.61, 0.57, 0.65),
        LevelMeaning("Moderate", 0.25, 1400, 0.31, 0.28, 0.34),
        LevelMeaning("Low", 0.0, 4000, 0.08, 0.07, 0.1),
    )
    return Scorecard("made", "piecewise", -0.8, tables, levels)


@dataclass(frozen=True)
class Made:
    """How many students, in how many schools; the seed draws their values."""

    students: int = 60
    schools: int = 3
    seed: int = 7
    as_of: date = AS_OF
    list_share: float = 0.3


def student_ids(made: Made) -> list[str]:
    """Leading zeros belong to an id."""
    return [f"{number:05d}" for number in range(1, made.students + 1)]


def school_of(place: int, made: Made) -> str:
    return f"S{place % made.schools + 1}"


def people_of(made: Made, names: Sequence[str] = ()) -> dict[str, Person]:
    """One counselor a school: C1 has the students of S1. ``names`` take the place of the first last names."""
    people = {}
    for place, number in enumerate(student_ids(made)):
        last = names[place] if place < len(names) else f"Last{place} (made up)"
        school = school_of(place, made)
        people[number] = Person(
            number, f"First{place}", last, "", date(2018, 1, 1 + place % 28), f"C{school[1:]}", f"Counselor {school}"
        )
    return people


def made_run(made: Made = Made(), folder: Path = Path("made-run")) -> StoredRun:
    """A score run whose tables are in memory; every tenth student has not enough data."""
    card, rng, count = made_card(), np.random.default_rng(made.seed), made.students
    columns: dict[str, Any] = {
        "reading": np.round(rng.normal(0.3, 1, count), 2),
        "absent": np.round(rng.gamma(2, 3, count), 1),
        "moves": 1.0 + (rng.random(count) < 0.1),
        "class_type": ["small" if draw < 0.3 else "regular" for draw in rng.random(count)],
    }
    columns["reading"][rng.random(count) < 0.1] = np.nan
    scored = score(card, _values(columns))
    enough = np.arange(count) % 10 != 9
    order = np.argsort(np.where(enough, -scored.points, np.inf), kind="stable")
    rank = np.empty(count, int)
    rank[order] = np.arange(1, count + 1)
    listed = int(enough.sum() * made.list_share)
    levels = level_of(scored.risk, card.levels).texts()
    names = [spec.name for spec in card.specs]
    rows = [
        {
            "student_id": number,
            "school_id": school_of(place, made),
            "grade": str(1 + place % 3),
            "status": "scored" if enough[place] else "not enough data",
            "risk": float(scored.risk[place]) if enough[place] else None,
            "points": float(scored.points[place]) if enough[place] else None,
            "level": levels[place] if enough[place] else None,
            "rank": int(rank[place]) if enough[place] else None,
            "flagged": bool(enough[place] and rank[place] <= listed),
            "reasons": [names[i] for i in scored.reasons[place] if i >= 0] if enough[place] else [],
            "strengths": [names[i] for i in scored.strengths[place] if i >= 0] if enough[place] else [],
            "missing_inputs": ["reading"] if np.isnan(columns["reading"][place]) else [],
        }
        for place, number in enumerate(student_ids(made))
    ]
    values = [
        {
            "student_id": number,
            **{
                name: None if isinstance(column[place], float) and np.isnan(column[place]) else _plain(column[place])
                for name, column in columns.items()
            },
        }
        for place, number in enumerate(student_ids(made))
    ]
    manifest = Manifest(
        name="made",
        version=1,
        as_of=made.as_of,
        scorecard=card.sha256,
        verdict="provisional",
        standing="",
        counts=Counts(count, int(enough.sum()), int((~enough).sum()), 0, 0, 0, listed),
        inputs={"roster.csv": "0" * 64},
        files={SCORES: "0" * 64, INPUTS: "1" * 64},
        promotion={},
        profile={},
        software={},
    )
    name = folder.with_name(f"{made.as_of}-{made.seed:012d}")
    return StoredRun(name, manifest, {SCORES: pa.Table.from_pylist(rows), INPUTS: pa.Table.from_pylist(values)})


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else float(value)


def _values(columns: dict[str, Any]) -> Values:
    from earlywarn.columns import Coded

    codes = np.array([0 if text == "regular" else 1 for text in columns["class_type"]], dtype=np.int32)
    numbers = {name: column for name, column in columns.items() if name != "class_type"}
    return {**numbers, "class_type": Coded(codes, ("regular", "small"))}


def made_promotion(verdict: Outcome = Outcome.PROVISIONAL, expires: date | None = date(2099, 6, 30)) -> Promotion:
    return Promotion(
        name="made",
        version=1,
        scorecard=made_card().sha256,
        promoted_on=date(2026, 9, 1),
        by="A. Board",
        verdict=verdict,
        failed_rules=(),
        expires=expires,
        waivers=(),
        verdict_sha256="0" * 64,
        audit_sha256="0" * 64,
        card_sha256="0" * 64,
        config_sha256="0" * 64,
    )


def made_about() -> dict[str, Any]:
    """What "About this list" tells."""
    sections = (Section("What it is for", "<p>To look, talk and offer support.</p>"),)
    told = About(
        "made", 1, "A made-up model", "reading at grade level", date(2026, 9, 1), "A. Board", Outcome.PROVISIONAL,
        date(2099, 6, 30), made_promotion().standing, (), sections, AuditPage("", "", ""),
    ).to_json()  # fmt: skip
    told.pop("audit")
    return told


AUDIT = "<!doctype html><html><head><title>Audit</title></head><body><p>All of it</p></body></html>"


def made_ready(made: Made = Made(), names: Sequence[str] = (), **more: Any) -> Ready:
    """All that one publication needs."""
    run = made_run(made)
    given: dict[str, Any] = {
        "digest": sha256_of(f"{made} {names} {sorted(more)}".encode()),
        "by": "data team",
        "people": people_of(made, names),
        "about": made_about(),
        "papers": {"css": "p { margin: 0 }", "first": "<p>First page</p>", "whole": AUDIT},
    }
    return Ready(run, made_card(), more.pop("promotion", made_promotion()), **(given | {"made_up": True} | more))


def made_desk(made: Made = Made(), names: Sequence[str] = ()) -> Published:
    """Publish a made-up list."""
    return publish(made_ready(made, names))


def made_account(role: Role, username: str = "", **reach: Any) -> Account:
    """An account of a role; a counselor has C1's caseload and a lead S1 unless told otherwise."""
    usual: dict[Role, dict[str, Any]] = {Role.COUNSELOR: {"caseloads": ["C1"]}, Role.LEAD: {"schools": ["S1"]}}
    fields = usual.get(role, {}) | reach
    return Account.objects.create_user(username or role.value, password=PASSWORD, role=role, **fields)


def plain_manifest(withdrawn: dict[str, object]) -> dict[str, object]:
    """The manifest of a run that may have been withdrawn, as JSON."""
    counts = dict.fromkeys(
        ("rows_in", "scored", "not_enough_data", "out_of_scope", "merged", "quarantined", "flagged"), 0
    )
    return {
        "format": "earlywarn-score-run/1", "name": "made", "version": 1, "as_of": "2026-11-14", "scorecard": "0" * 64,
        "verdict": "pass", "standing": "", "counts": counts, "inputs": {}, "files": {}, "promotion": {}, "profile": {},
        "software": {}, "withdrawn": withdrawn, "changes": {},
    }  # fmt: skip
