"""MLflow holds history and pointers, a model that anyone may load, and nothing personal."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from earlywarn.errors import GateError, ScorecardError, UsageError
from earlywarn.promote import Request, promote
from earlywarn.promotions import Waived, read_record
from earlywarn.registry.pyfunc import _load_pyfunc
from earlywarn.registry.store import PAPERS, Registry
from earlywarn.score_run import SCORES
from tests.conftest import TODAY, District
from tests.test_score import scored


@pytest.fixture
def model(district: District) -> object:
    """The registered champion, loaded as anyone would."""
    import mlflow

    uri = f"sqlite:///{district.home / 'mlflow.db'}"
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow.pyfunc.load_model("models:/made-up@champion")


def _roster(district: District) -> pd.DataFrame:
    return pd.read_csv(district.roster, dtype={"student_id": str, "grade": str})


def test_the_registered_model_scores_as_the_score_run_does(district: District, model: object, tmp_path: Path) -> None:
    table = pd.read_parquet(scored(district, tmp_path).folder / SCORES)
    found = model.predict(_roster(district))
    held = (table["status"] == "scored").to_numpy()
    assert (found["status"] == table["status"].astype(str)).all()
    assert found["risk"][held].to_numpy() == pytest.approx(table["risk"][held].to_numpy(), abs=1e-12)
    assert (found["level"][held].to_numpy() == table["level"][held].astype(str).to_numpy()).all()


def test_numbers_may_be_text_object_or_integers(district: District, model: object) -> None:
    plain = _roster(district)
    expected = model.predict(plain)["risk"]
    for frame in (
        plain.astype(str).replace("nan", None),
        plain.astype(object),
        plain.assign(absent=plain["absent"].astype("int64")),
    ):
        pd.testing.assert_series_equal(model.predict(frame)["risk"], expected)


def test_a_category_is_refused_with_its_remedy(district: District, model: object) -> None:
    frame = _roster(district)
    with pytest.raises(UsageError, match=r"column 'track': a pandas category.*astype\(str\)"):
        model.predict(frame.assign(track=frame["track"].astype("category")))


def test_absent_columns_and_words_in_numbers_are_told_at_once_without_values(district: District, model: object) -> None:
    frame = _roster(district).drop(columns="read").assign(math="zebra")
    with pytest.raises(UsageError, match="column 'read'") as caught:
        model.predict(frame)
    assert "column 'math'" in str(caught.value)
    assert "zebra" not in str(caught.value)


@pytest.mark.parametrize("kind", ["int64", "float64", object, str])
def test_grades_may_be_numbers_or_text(district: District, model: object, kind: object) -> None:
    frame = _roster(district)
    found = model.predict(frame.assign(grade=frame["grade"].astype(int).astype(kind)))
    assert (found["status"] == "scored").sum() > 400


def test_a_grade_that_is_not_served_is_out_of_scope_and_an_unknown_one_is_told(
    district: District, model: object
) -> None:
    frame = _roster(district)
    assert set(model.predict(frame.assign(grade="4"))["status"]) == {"out of scope"}
    with pytest.raises(UsageError, match="column 'grade': grades that the standard does not name"):
        model.predict(frame.assign(grade="three"))


@pytest.mark.parametrize("value", [float("inf"), True, "2024-01-01"])
def test_what_is_no_finite_number_is_refused(district: District, model: object, value: object) -> None:
    frame = _roster(district)
    column = pd.to_datetime([value] * len(frame)) if value == "2024-01-01" else [value] * len(frame)
    with pytest.raises(UsageError, match="column 'absent': not finite numbers alone"):
        model.predict(frame.assign(absent=column))


def test_blank_text_and_the_rosters_own_words_are_missing(district: District, model: object) -> None:
    frame = _roster(district)
    missing = model.predict(frame.assign(read=None))["risk"]
    for word in ("", "NA", "."):
        assert np.allclose(model.predict(frame.assign(read=word))["risk"], missing, equal_nan=True)


def test_an_unseen_category_scores_as_missing(district: District, model: object) -> None:
    frame = _roster(district)
    unseen, missing = frame.assign(track="violet"), frame.assign(track=None)
    assert np.allclose(model.predict(unseen)["risk"], model.predict(missing)["risk"], equal_nan=True)


def test_the_loader_runs_no_code_from_the_artifact(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path(tmp_path / "ran").touch, ())

    path = tmp_path / "scorecard.json"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ScorecardError):
        _load_pyfunc(str(path))
    assert not (tmp_path / "ran").exists()


def test_no_id_no_row_and_no_input_example_reaches_mlflow(district: District) -> None:
    ids = [name.encode() for name in _roster(district)["student_id"].astype(str).head(3)]
    history = pd.read_csv(district.history, dtype=str)
    rows = [",".join(row).encode() for row in history[["student_id", "school_id"]].head(50).to_numpy()]
    places = [
        district.home / "mlflow.db",
        *(p for p in (district.home / "artifacts").rglob("*") if p.is_file()),
    ]
    assert len(places) > 10
    for path in places:
        content = path.read_bytes()
        assert not [row for row in rows if row in content], path.name
        if path.suffix in {".json", ".md", ".html", ".toml"}:
            assert not [one for one in ids if b'"' + one + b'"' in content], path.name
        assert "input_example" not in path.name


def test_a_parent_run_a_child_a_candidate_and_all_papers(district: District) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{district.home / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("made-up")
    runs = client.search_runs([experiment.experiment_id])
    children = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    (parent,) = [run for run in runs if run not in children]
    assert len(children) == 8
    assert {"config_sha256", "roster_sha256", "candidate"} <= set(parent.data.params)
    assert parent.data.tags["verdict"] == district.promotion.verdict.value
    assert parent.data.metrics["recall/lunch-F"] != parent.data.metrics["recall/lunch-N"]
    assert {item.path for item in client.list_artifacts(parent.info.run_id, "papers")} == {
        f"papers/{name}" for name in PAPERS
    }
    assert client.list_artifacts(parent.info.run_id, "figures")


def test_the_champion_alias_points_at_what_was_promoted(district: District) -> None:
    (version,) = Registry(district.home).versions("made-up")
    assert version.champion
    assert version.version == district.promotion.version


def test_a_version_that_is_not_there_is_wrong_use(own_home: Path) -> None:
    with pytest.raises(UsageError, match="made-up version 9: not in the registry"):
        promote(Request("made-up", 9, "A", TODAY), own_home, Registry(own_home))


class _Papers:
    """A registry of one version with papers of our making."""

    def __init__(self, papers: dict[str, bytes]) -> None:
        self._papers = papers
        self.pointed = False
        self.local = False

    def model_bytes(self, name: str, version: int) -> bytes:
        return self._papers["scorecard.json"]

    def papers(self, name: str, version: int) -> dict[str, bytes]:
        return self._papers

    def point(self, name: str, version: int) -> None:
        self.pointed = True


def _failed(district: District) -> dict[str, bytes]:
    import json

    papers = {name: (district.trained.papers / name).read_bytes() for name in PAPERS}
    verdict = json.loads(papers["verdict.json"]) | {"outcome": "fail", "failed_rules": ["same-risk-gap"]}
    for judgement in verdict["judgements"]:
        failed = judgement["rule"] == "same-risk-gap" and judgement["group"] == "lunch-F"
        judgement["outcome"] = "fail" if failed else "pass"
    return papers | {"verdict.json": json.dumps(verdict).encode()}


def test_a_fail_is_refused_and_nothing_is_written(district: District, tmp_path: Path) -> None:
    registry = _Papers(_failed(district))
    with pytest.raises(GateError, match="--waive same-risk-gap --by NAME --reason TEXT") as caught:
        promote(Request("made-up", 1, "A", TODAY), tmp_path, registry)
    assert caught.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []
    assert not registry.pointed


def test_a_waiver_by_name_lets_it_pass_and_stays_on_card_and_record(district: District, tmp_path: Path) -> None:
    waiver = Waived("same-risk-gap", "B. Board", "a trial with a human review of every flag")
    promotion = promote(Request("made-up", 1, "A", TODAY, (waiver,)), tmp_path, _Papers(_failed(district)))
    assert read_record(tmp_path) == (promotion,)
    card = (tmp_path / "promoted" / promotion.scorecard / "card.md").read_text()
    assert "B. Board" in card
    assert "a trial with a human review of every flag" in card
    run = scored(district, tmp_path / "out", home=tmp_path)
    assert "B. Board" in (run.folder / "summary.html").read_text()
    assert "B. Board" in run.manifest.standing


def test_a_waiver_of_a_rule_that_did_not_fail_is_refused(district: District, tmp_path: Path) -> None:
    wrong = Waived("excess-overlooked", "B", "r")
    with pytest.raises(UsageError, match="no such rule failed"):
        promote(Request("made-up", 1, "A", TODAY, (wrong,)), tmp_path, _Papers(_failed(district)))


@pytest.mark.parametrize(
    "change", [{"failed_rules": []}, {"outcome": "pass"}, {"judgements": []}, {"provisional_days": -1}]
)
def test_a_verdict_that_was_edited_is_refused(district: District, tmp_path: Path, change: dict[str, object]) -> None:
    import json

    papers = _failed(district)
    papers["verdict.json"] = json.dumps(json.loads(papers["verdict.json"]) | change).encode()
    with pytest.raises(ScorecardError, match=r"verdict\.json"):
        promote(Request("made-up", 1, "A", TODAY), tmp_path, _Papers(papers))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_what_is_no_verdict_is_refused(district: District, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ScorecardError, match="not a verdict"):
        promote(Request("made-up", 1, "A", TODAY), tmp_path, _Papers(_failed(district) | {"verdict.json": content}))


def test_papers_that_differ_from_those_of_training_are_refused(district: District, own_home: Path) -> None:
    papers = {name: (district.trained.papers / name).read_bytes() for name in PAPERS}
    with pytest.raises(ScorecardError, match=r"card\.md in the registry: not what"):
        promote(Request("made-up", 1, "A", TODAY), own_home, _Papers(papers | {"card.md": b"# better"}))


def test_a_model_that_is_not_the_judged_scorecard_is_refused(district: District, tmp_path: Path) -> None:
    registry = _Papers(_failed(district))
    registry.model_bytes = lambda name, version: b"{}"
    with pytest.raises(ScorecardError, match="is not the scorecard that was judged"):
        promote(Request("made-up", 1, "A", TODAY), tmp_path, registry)


def test_papers_that_are_gone_from_a_local_home_are_told(district: District, tmp_path: Path) -> None:
    registry = _Papers(_failed(district))
    registry.local = True
    with pytest.raises(ScorecardError, match="not what training wrote"):
        promote(Request("made-up", 1, "A", TODAY), tmp_path, registry)


def test_promoting_what_is_in_force_adds_no_line(district: District, tmp_path: Path) -> None:
    waivers = (Waived("same-risk-gap", "B", "c"),)
    promoted = [promote(Request("made-up", 1, "A", TODAY, waivers), tmp_path, _Papers(_failed(district))) for _ in "ab"]
    assert promoted[0] == promoted[1]
    assert len(read_record(tmp_path)) == 1


def test_a_home_that_was_copied_says_so_and_touches_nothing(district: District, own_home: Path) -> None:
    before = set((district.home / "artifacts").rglob("*"))
    with pytest.raises(UsageError, match="it was moved or copied"):
        promote(Request("made-up", 1, "A", TODAY), own_home, Registry(own_home))
    assert set((district.home / "artifacts").rglob("*")) == before


def test_a_provisional_verdict_is_not_renewed_by_promoting_again(district: District, tmp_path: Path) -> None:
    import json
    from datetime import timedelta

    papers = {name: (district.trained.papers / name).read_bytes() for name in PAPERS}
    verdict = json.loads(papers["verdict.json"])
    late = TODAY + timedelta(days=verdict["provisional_days"] + 1)
    if verdict["outcome"] != "provisional":
        pytest.fail("the made-up district is meant to be provisional")
    with pytest.raises(GateError, match="expired"):
        promote(Request("made-up", 1, "A", late), tmp_path, _Papers(papers))
    waived = promote(Request("made-up", 1, "A", late, (Waived("expiry", "B", "c"),)), tmp_path, _Papers(papers))
    assert waived.expires < late
    assert "Waived by B (expiry): c." in waived.standing


def test_a_verdict_on_another_scorecard_is_refused(district: District, tmp_path: Path) -> None:
    papers = _failed(district)
    papers["scorecard.json"] = papers["scorecard.json"].replace(b'"intercept":', b'"intercept":1', 1)
    with pytest.raises(ScorecardError):
        promote(Request("made-up", 1, "A", TODAY), tmp_path, _Papers(papers))


def test_the_table_by_group_is_read_back_as_mlflow_keeps_tables(district: District) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{district.home / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("made-up").experiment_id
    table = client.load_table(experiment, "by_group.json")
    audited = district.trained.findings.audited
    assert list(table["group"]) == list(dict.fromkeys(figure.cell.slug for figure in audited.figures))
    everyone = next(f for f in audited.figures if f.measure == "recall" and f.cell.depth == 0 and f.is_main)
    assert table["recall"][0] == pytest.approx(everyone.value, abs=1e-6)
