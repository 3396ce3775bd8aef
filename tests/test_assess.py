"""The audit from files to a folder, in its three forms, on the made-up district."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from earlywarn.assess import PUBLISHED, Assessed, Order, audit_model, audit_run, audit_scores
from earlywarn.audit.against import BY_SCHOOL
from earlywarn.config.audit import AuditPlan
from earlywarn.config.load import load_plan
from earlywarn.errors import EvidenceError, UsageError
from earlywarn.examine.registered import Wanted
from earlywarn.registry.store import Registry
from earlywarn.score import Order as ScoreOrder
from earlywarn.score import score
from tests.conftest import AS_OF, TODAY, District

DAY = date(2024, 2, 1)


def quiet(step: str) -> None:
    """Tell nobody."""


def export(folder: Path, students: int = 3000, seed: int = 1) -> tuple[pd.DataFrame, Path, Path]:
    """Write a vendor's export and its groups; gives the rows too."""
    rng = np.random.default_rng(seed)
    school, lunch = rng.integers(0, 40, students), rng.choice(["F", "N"], students)
    logit = rng.normal(size=students) - 1 + 0.5 * (lunch == "F")
    rows = pd.DataFrame(
        {
            "student_id": [f"{number:06d}" for number in range(students)],
            "score": (1 / (1 + np.exp(-logit))).round(6),
            "outcome": (rng.random(students) < 1 / (1 + np.exp(-logit))).astype(int),
            "school_id": [f"S{number}" for number in school],
            "lunch": lunch,
        }
    )
    folder.mkdir(exist_ok=True)
    scores, groups = folder / "vendor.csv", folder / "groups.csv"
    rows.drop(columns="lunch").to_csv(scores, index=False)
    rows[["student_id", "lunch"]].to_csv(groups, index=False)
    return rows, scores, groups


def record(done: Assessed) -> dict[str, object]:
    return json.loads((done.folder / "audit.json").read_bytes())


def value(told: dict[str, object], measure: str, group: str = "all") -> float:
    rows = told["figures"]
    assert isinstance(rows, list)
    return next(r for r in rows if (r["measure"], r["group"], r["cut"]) == (measure, group, "capacity"))["value"]


def test_any_systems_scores_are_audited_and_the_figures_are_those_of_the_rows(tmp_path: Path) -> None:
    rows, scores, groups = export(tmp_path)
    done = audit_scores(scores, groups, AuditPlan(), Order(tmp_path / "audits", DAY), quiet)
    told = record(done)
    listed = rows.sort_values("score", ascending=False).head(600)
    free = rows[rows["lunch"] == "F"]
    assert value(told, "recall") == pytest.approx(listed["outcome"].sum() / rows["outcome"].sum(), abs=1e-3)
    found = listed[listed["lunch"] == "F"]["outcome"].sum() / free["outcome"].sum()
    assert value(told, "recall", "lunch-F") == pytest.approx(found, abs=1e-3)
    assert value(told, "prevalence", "lunch-F") == pytest.approx(free["outcome"].mean(), abs=1e-3)
    assert {path.name for path in done.folder.iterdir()} == {*PUBLISHED, BY_SCHOOL}
    assert (done.folder / BY_SCHOOL).stat().st_mode & 0o077 == 0


def test_the_same_command_gives_the_same_folder_and_the_same_bytes(tmp_path: Path) -> None:
    _, scores, groups = export(tmp_path)
    done = [audit_scores(scores, groups, AuditPlan(), Order(tmp_path / out, DAY), quiet) for out in ("a", "b", "a")]
    assert done[0].folder == done[2].folder
    assert done[0].folder.name == done[1].folder.name
    for name in PUBLISHED:
        assert (done[0].folder / name).read_bytes() == (done[1].folder / name).read_bytes()


def test_without_schools_nothing_is_judged(tmp_path: Path) -> None:
    rows, scores, groups = export(tmp_path)
    rows.drop(columns=["lunch", "school_id"]).to_csv(scores, index=False)
    done = audit_scores(scores, groups, AuditPlan(), Order(tmp_path / "audits", DAY), quiet)
    assert done.audited.verdict is not None
    assert done.audited.verdict.outcome.value == "provisional"
    assert all(figure.estimate is None for figure in done.audited.figures)
    assert "a column school_id would tell" in (done.folder / "audit.html").read_text()


def test_without_outcomes_there_is_a_page_and_no_verdict(tmp_path: Path) -> None:
    rows, scores, groups = export(tmp_path)
    rows.drop(columns=["lunch", "outcome"]).to_csv(scores, index=False)
    done = audit_scores(scores, groups, AuditPlan(), Order(tmp_path / "audits", DAY), quiet)
    assert done.audited.verdict is None
    assert not (done.folder / "verdict.json").exists()
    assert value(record(done), "share_flagged") == pytest.approx(0.2)


def test_no_id_and_no_school_stands_in_what_is_published(tmp_path: Path) -> None:
    rows, scores, groups = export(tmp_path)
    done = audit_scores(scores, groups, AuditPlan(), Order(tmp_path / "audits", DAY, unsuppressed=True), quiet)
    for path in done.folder.iterdir():
        if path.suffix in (".html", ".json"):
            text = path.read_text()
            assert not any(
                f'"{one}"' in text or f">{one}<" in text for one in (*rows["student_id"], *rows["school_id"])
            )


def test_unsuppressed_copies_are_private_and_marked(tmp_path: Path) -> None:
    _, scores, groups = export(tmp_path, 400)
    done = audit_scores(scores, groups, AuditPlan(), Order(tmp_path / "audits", DAY, unsuppressed=True), quiet)
    for name in ("unsuppressed-audit.html", "unsuppressed-audit.json"):
        path = done.folder / name
        assert path.stat().st_mode & 0o077 == 0
        assert "never to be published" in path.read_text()
    assert "never to be published" not in (done.folder / "audit.html").read_text()


def test_two_audits_are_compared(tmp_path: Path) -> None:
    _, scores, groups = export(tmp_path / "one", seed=1)
    first = audit_scores(scores, groups, AuditPlan(), Order(tmp_path / "audits", DAY), quiet)
    _, scores, groups = export(tmp_path / "two", seed=2)
    order = Order(tmp_path / "audits", DAY, against=first.folder)
    second = audit_scores(scores, groups, AuditPlan(), order, quiet)
    told = record(second)
    assert told["changed"]["since"]["day"] == DAY.isoformat()
    assert any(change["difference"] for change in told["changed"]["changes"])
    assert "What changed" in (second.folder / "audit.html").read_text()
    with pytest.raises(UsageError, match=BY_SCHOOL):
        audit_scores(scores, groups, AuditPlan(), Order(tmp_path / "x", DAY, against=tmp_path), quiet)
    assert not (tmp_path / "x").exists()


def test_a_registered_model_is_audited_on_those_who_did_not_teach_it(
    district: District, own_home: Path, tmp_path: Path
) -> None:
    wanted = Wanted(district.history, "made-up", district.home)
    done = audit_model(wanted, Registry(district.home), Order(tmp_path / "audits", TODAY), quiet)
    assert "2023" in done.audited.about.students
    before = {(f.measure, f.cell, f.versus): f.value for f in district.trained.findings.audited.figures if f.is_main}
    now = {(f.measure, f.cell, f.versus): f.value for f in done.audited.figures if f.is_main}
    same = [key for key in before if key[0] in ("recall", "same_risk_gap", "auc", "recall_gain")]
    assert len(same) > 8
    assert [now[key] for key in same] == pytest.approx([before[key] for key in same], abs=1e-9, nan_ok=True)
    told = record(done)
    assert told["origins"]
    assert "Where a gap comes from" in (done.folder / "audit.html").read_text()
    with pytest.raises(EvidenceError, match="did not teach"):
        audit_model(
            Wanted(district.history, "made-up", district.home, year=2021), Registry(district.home),
            Order(tmp_path / "audits", TODAY), quiet,
        )  # fmt: skip
    with pytest.raises(UsageError, match="no model of this name"):
        audit_model(
            Wanted(district.history, "nobody", district.home), Registry(district.home), Order(tmp_path, TODAY), quiet
        )


def test_a_registered_model_is_audited_before_anybody_knows_an_outcome(district: District, tmp_path: Path) -> None:
    wanted = Wanted(district.roster, "made-up", district.home)
    done = audit_model(wanted, Registry(district.home), Order(tmp_path / "audits", TODAY), quiet)
    assert done.audited.verdict is None
    origins = record(done).get("origins", [])
    assert isinstance(origins, list)
    assert {each["gap"] for each in origins} <= {"share_flagged"}
    assert "No outcome is known yet" in (done.folder / "audit.html").read_text()


def test_a_later_audit_of_a_model_stands_in_mlflow_with_a_table_by_group(district: District, tmp_path: Path) -> None:
    import mlflow

    registry = Registry(district.home)
    audit_model(Wanted(district.history, "made-up", district.home), registry, Order(tmp_path, TODAY), quiet)
    client = mlflow.MlflowClient(registry.uri)
    experiment = client.get_experiment_by_name("made-up")
    runs = client.search_runs([experiment.experiment_id], "tags.kind = 'audit'")
    assert runs
    assert any(name.startswith("recall/") for name in runs[0].data.metrics)
    table = client.load_table(experiment.experiment_id, "by_group.json", run_ids=[runs[0].info.run_id])
    assert len(table) > 4


def test_a_score_run_is_audited_before_anybody_knows_an_outcome(district: District, tmp_path: Path) -> None:
    run, _ = score(ScoreOrder(district.roster, tmp_path / "scores", district.home, AS_OF, TODAY), quiet)
    done = audit_run(run.folder, district.home, Order(tmp_path / "audits", TODAY), quiet)
    assert done.audited.verdict is None
    measures = {figure.measure for figure in done.audited.figures}
    assert {"share_flagged", "not_scored_share", "missing:reading"} <= measures
    flagged = pd.read_parquet(run.folder / "scores.parquet")["flagged"].sum()
    everyone = next(f for f in done.audited.figures if f.measure == "share_flagged" and not f.cell.attributes)
    assert everyone.value == pytest.approx(
        flagged / (pd.read_parquet(run.folder / "scores.parquet")["risk"].notna().sum())
    )


def test_the_gate_of_an_experiment_judges_a_vendors_scores(district: District, tmp_path: Path) -> None:
    _, scores, groups = export(tmp_path)
    pd.read_csv(groups, dtype=str).assign(sex="F").to_csv(groups, index=False)
    plan = load_plan(None, district.config)
    done = audit_scores(scores, groups, plan, Order(tmp_path / "audits", DAY), quiet)
    assert done.audited.verdict is not None
    assert {j.rule for j in done.audited.verdict.judgements} >= {"same-risk-gap", "excess-overlooked"}
