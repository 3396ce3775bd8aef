"""A made-up run, its outcomes and the desk's rows, as frames that a test may change before they are followed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench.follow import card, write_files
from earlywarn import follow as use_case
from earlywarn.score_run import GROUPS, SCORES

DAYS = ("on", "start", "end")


@dataclass
class Made:
    """One run on disk, with everything that can be known of a student in one frame, by student_id."""

    folder: Path
    desk: pd.DataFrame
    results: pd.DataFrame

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def with_rows(self, rows: Iterable[dict[str, object]]) -> pd.DataFrame:
        """Give the desk's rows and more behind them."""
        return pd.concat([self.desk, pd.DataFrame(list(rows), dtype=object)], ignore_index=True)

    @property
    def by_hand(self) -> pd.DataFrame:
        """Give what a person would join: run, groups, results and desk."""
        frame = pd.read_parquet(self.run / SCORES).merge(pd.read_parquet(self.run / GROUPS), on="student_id")
        frame = frame.merge(self.results[["student_id", "read"]], on="student_id", how="left")
        last = self.desk[self.desk["kind"] == "decision"].drop_duplicates("student_id", keep="last")
        frame["view"] = frame["student_id"].map(last.set_index("student_id")["what"])
        helped = set(self.desk.loc[self.desk["kind"] == "support", "student_id"])
        frame["supported"] = frame["student_id"].isin(helped)
        frame["known"], frame["missed"] = frame["read"].notna(), frame["read"] < 500
        return frame

    def write(self, *, with_desk: bool = True) -> list[Path]:
        """Write results and desk, and give what ``follow`` takes."""
        pq.write_table(pa.Table.from_pandas(self.results, preserve_index=False), self.folder / "results.parquet")
        self.desk.to_csv(self.folder / "desk.csv", index=False)
        return [self.run, self.folder / "results.parquet", self.folder, *([self.folder / "desk.csv"] * with_desk)]

    def follow(self, *, with_desk: bool = True) -> use_case.Followed:
        return use_case.follow(*self.write(with_desk=with_desk))


def made(folder: Path, students: int = 6000, schools: int = 30) -> Made:
    """Write a run and read its results and desk back as frames of text."""
    write_files(folder, students, schools)
    desk = pd.read_parquet(folder / "decisions.parquet").astype(dict.fromkeys(DAYS, "object"))
    return Made(folder, desk, pd.read_parquet(folder / "results.parquet"))


def row(student: str, **said: object) -> dict[str, object]:
    """Give one row of the desk; what is not said is a decision of this run to plan support."""
    usual = {"run": "run", "kind": "decision", "what": "agree", "on": date(2026, 9, 1), "by_role": "counselor"}
    return {"student_id": student, **usual, "tier": None, "start": None, "end": None, **said}


def chosen(count: int, seed: int, share: float) -> np.ndarray:
    """Draw a share of so many rows."""
    return np.random.default_rng(seed).random(count) < share


__all__ = ["Made", "card", "chosen", "made", "row"]
