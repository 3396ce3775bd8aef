"""Project STAR, the full student file, laid out as a district's rosters for experiments 0002 and 0003.

``python -m experiments.star_full --data DIR --out DIR`` reads DIR/star_full/star_students.parquet and writes
0002.csv and 0003.csv, one row per student and school year. It refuses any other file: the notes' figures hold for
this one alone. The columns of the file are told in its user's guide (Finn and others 2007).
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from earlywarn.cli.terminal import guarded
from earlywarn.errors import Fault, RefusedError, UsageError
from earlywarn.files import publish_file, sha256_file

FILE = Path("star_full") / "star_students.parquet"
SHA256 = "da851e6017d77aebc58d7874d2da450c8bdc30f3fb80f2d84688dacc12b5dfba"

GRADES = ("K", "1", "2", "3", "4", "5", "6", "7", "8", "end")
YEARS = dict(zip(GRADES, (*range(1986, 1995), 1998), strict=True))
"""When each school year ended for those who were never held back; ``end`` is the end of high school."""

Column = Callable[[pd.DataFrame], pd.Series]
"""From the student file to one value a student."""


@dataclass(frozen=True)
class Layout:
    """One roster: its grades, its inputs at the grade that is served, and its results by grade."""

    grades: tuple[str, ...]
    served: str
    inputs: Mapping[str, Column]
    results: Mapping[str, Mapping[str, Column]]
    groups: Mapping[str, Column]


def read_star(data: Path) -> pd.DataFrame:
    """Read the student file, 11,601 rows.

    Raises
    ------
    UsageError
        No such file.
    RefusedError
        Another file.
    """
    path = data / FILE
    if not path.is_file():
        raise UsageError(Fault(str(path), "no such file", remedy=f"let --data name the folder that holds {FILE}"))
    if sha256_file(path) != SHA256:
        remedy = "take the file that SOURCE.md beside it describes"
        raise RefusedError(Fault(str(path), "not the file that the notes tell of", f"sha256 {SHA256}", remedy))
    return pd.read_parquet(path)


def roster(raw: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Give one row per student and grade in which the file names a school (at the end: and an outcome)."""
    return pd.concat([_rows(raw, grade, layout) for grade in layout.grades], ignore_index=True)


def main() -> None:
    """Write both rosters."""
    parser = argparse.ArgumentParser(prog="python -m experiments.star_full", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds star_full/")
    parser.add_argument("--out", type=Path, required=True, help="where 0002.csv and 0003.csv go; not the project")
    chosen = parser.parse_args()
    raw = read_star(chosen.data)
    for name, layout in LAYOUTS.items():
        frame = roster(raw, layout)
        publish_file(chosen.out / f"{name}.csv", frame.to_csv(index=False).encode())
        print(f"{chosen.out / name}.csv: {len(frame):,} student-years of {frame['student_id'].nunique():,} students")


def _rows(raw: pd.DataFrame, grade: str, layout: Layout) -> pd.DataFrame:
    school = _school(raw, grade)
    there = raw[school.notna()]
    columns = {"student_id": there["stdntid"], "school_id": school[school.notna()].astype(int)}
    columns |= {name: by_grade[grade](there) for name, by_grade in layout.results.items() if grade in by_grade}
    told = layout.groups | (layout.inputs if grade == layout.served else {})
    columns |= {name: column(there) for name, column in told.items()}
    return pd.DataFrame(columns).assign(school_year=YEARS[grade], grade=grade)


def _school(raw: pd.DataFrame, grade: str) -> pd.Series:
    """Give the school of each student in a grade; for an outcome without a high school, that of grade 8."""
    if grade != "end":
        return raw[f"g{grade.lower()}schid"]
    return raw["hsid"].fillna(raw["g8schid"]).where(raw["hsgrdcol"].notna())


def _is(column: str) -> Column:
    return lambda raw: raw[column]


def _percent(column: str, of: int) -> Column:
    """Give a count of objectives as a percentage, whole as the file's own percentages are."""
    return lambda raw: (100 * raw[column] / of).round()


def _mean(*columns: str) -> Column:
    """Give the mean of what is known."""
    return lambda raw: raw[list(columns)].mean(axis=1)


def _last_known(*columns: Column) -> Column:
    """Give the first of the columns that is known."""

    def last(raw: pd.DataFrame) -> pd.Series:
        found = columns[0](raw)
        for column in columns[1:]:
            found = found.combine_first(column(raw))
        return found

    return last


def _absent(grade: str) -> Column:
    """Give days absent of days enrolled, in percent."""

    def share(raw: pd.DataFrame) -> pd.Series:
        absent, present = raw[f"g{grade}absent"], raw[f"g{grade}present"]
        return (100 * absent / (absent + present)).round(2)

    return share


def _age(raw: pd.DataFrame) -> pd.Series:
    """Give years older (younger: negative) than a child born at the start of 1980."""
    return (1980 - raw["birthyear"] - raw["birthmonth"].map(MONTHS) / 12).round(2)


def _most_absences(raw: pd.DataFrame) -> pd.Series:
    """Give the lower end of the higher of two bands, as English and mathematics teachers told them."""
    return raw[["g8peabsn", "g8pmabsn"]].apply(lambda bands: bands.map(ABSENCES)).max(axis=1)


def _special(raw: pd.DataFrame) -> pd.Series:
    """Give YES if kindergarten or grade 1 recorded special education, NO if they recorded none."""
    return raw[["gkspeced", "g1speced"]].max(axis=1)  # YES sorts after NO


def _graduated(raw: pd.DataFrame) -> pd.Series:
    """Give 1 or 0: the file's own YES is graduated or probably so, its NO all else that it knows."""
    return raw["hsgrdcol"].map({"YES": 1, "NO": 0})


MONTHS = {"JANUARY": 0, "FEBRUARY": 1, "MARCH": 2, "ARPIL": 3, "MAY": 4, "JUNE": 5, "JULY": 6, "AUGUST": 7,
          "SEPTEMBER": 8, "OCTOBER": 9, "NOVEMBER": 10, "DECEMBER": 11}  # fmt: skip
"""Months as the file spells them."""

ABSENCES = {"1-2 ABSENCES": 1, "3-6 ABSENCES": 3, "7 OR MORE ABSENCES": 7}

LAYOUTS = {
    "0002": Layout(
        grades=("K", "1", "2", "3"),
        served="2",
        inputs={
            "reading_before": _is("g1readbsobjpct"),
            "mathematics_before": _is("g1mathbsobjpct"),
            "sat_reading": _is("g2treadss"),
            "sat_mathematics": _is("g2tmathss"),
            "sat_listening": _is("g2tlistss"),
            "sat_word_skills": _is("g2wordskillss"),
            "absent": _last_known(_absent("1"), _absent("k")),
            "age": _age,
            "class_type": _is("g2classtype"),
        },
        # Counts in grade 2: its g2readbsobjpct is the raw score in mathematics, as a percentage of 60, and two
        # values of g2mathbsobjpct are misspelt.
        results={
            "reading": {"1": _is("g1readbsobjpct"), "2": _percent("g2readbsobjraw", 12), "3": _is("g3readbsobjpct")},
            "mathematics": {
                "1": _is("g1mathbsobjpct"),
                "2": _percent("g2mathbsobjraw", 15),
                "3": _is("g3mathbsobjpct"),
            },
        },
        groups={
            "sex": _is("gender"),
            "race": _is("race"),
            "lunch": _is("g2freelunch"),
            "special_education": _special,
        },
    ),
    "0003": Layout(
        grades=GRADES,
        served="8",
        inputs={
            "reading": _is("g8treadss"),
            "mathematics": _is("g8tmathss"),
            "language": _is("g8tlangss"),
            "science": _is("g8sciencess"),
            "social_studies": _is("g8socialsciss"),
            "reading_objectives": _is("g8readbsobjraw"),
            "mathematics_objectives": _is("g8mathbsobjraw"),
            "absences": _most_absences,
            "absent_before": _last_known(_absent("3"), _absent("1"), _absent("k")),
            "effort": _mean("g8peeffr", "g8pmeffr"),
            "initiative": _mean("g8peinit", "g8pminit"),
            "disruption": _mean("g8penonp", "g8pmnonp"),
            "age": _age,
        },
        results={"graduated": {"end": _graduated}},
        groups={
            "sex": _is("gender"),
            "race": _is("race"),
            "lunch": _last_known(_is("g3freelunch"), _is("g2freelunch"), _is("g1freelunch"), _is("gkfreelunch")),
            "special_education": _special,
        },
    ),
}

if __name__ == "__main__":
    raise SystemExit(guarded(main))
