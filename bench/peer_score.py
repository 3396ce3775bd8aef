"""The usual way to score a small roster: a pickled pipeline, pandas in, pandas out. Fitted on the first call."""

import sys
from pathlib import Path

import joblib
import pandas as pd

INPUTS = ["read", "math", "read_before", "math_before", "age"]


def main(out: Path, roster: Path, folder: Path) -> None:
    """Score ``roster`` into a CSV; fit once from the demo's files where no pipeline lies there yet."""
    kept = folder / "pipeline.joblib"
    if not kept.exists():
        _fit(pd.read_csv(out / "history.csv"), kept)
    model = joblib.load(kept)
    frame = pd.read_csv(roster, dtype={"student_id": str, "school_id": str})
    frame["risk"] = model.predict_proba(frame[INPUTS])[:, 1]
    frame.sort_values("risk", ascending=False).to_csv(folder / "peer.csv", index=False)


def _fit(history: pd.DataFrame, kept: Path) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline

    missed = (history["read"] < 557).astype(int)
    joblib.dump(
        make_pipeline(HistGradientBoostingClassifier(max_iter=150, max_leaf_nodes=8)).fit(history[INPUTS], missed),
        kept,
    )


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
