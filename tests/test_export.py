"""The exported query says of a roster what its score run says, reads no group, and is refused when scoring is."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import psycopg
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from earlywarn.errors import GateError, ScorecardError, UsageError
from earlywarn.export import Order, export_sql
from earlywarn.files import sha256_of
from earlywarn.promotions import RECORD
from earlywarn.score import Order as ScoreOrder
from earlywarn.score import score
from earlywarn.score_run import SCORES
from earlywarn.scorecard.sql.dialects import Warehouse
from tests.conftest import AS_OF, TODAY, District
from tests.scorecard.sql.engines import Table, in_duckdb, parsed, rows_of_duckdb, rows_of_postgres

NUMBERS = ("read", "math", "absent")


def order(district: District, warehouse: Warehouse, **changes: object) -> Order:
    return replace(Order(district.home, warehouse, "roster", AS_OF, TODAY), **changes)


@pytest.fixture(scope="module")
def spoilt(district: District, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A roster with rows of every status, a category that nobody knows, and gaps."""
    lines = district.roster.read_text("utf-8").splitlines()
    head = lines[0].split(",")
    rows = [dict(zip(head, line.split(","), strict=True)) for line in lines[1:]]
    for place, row in enumerate(rows):
        row["grade"] = "4" if place % 41 == 0 else row["grade"]
        row["school_year"] = "2022" if place % 43 == 0 else row["school_year"]
        row["track"] = ("violet", "RED", "")[place % 3] if place % 7 == 0 else row["track"]
        row["absent"] = "" if place % 11 == 0 else row["absent"]
        for name in ("read", "math"):
            row[name] = "" if place % 29 == 0 else row[name]
    path = tmp_path_factory.mktemp("spoilt") / "roster.csv"
    path.write_text("\n".join([",".join(head), *(",".join(row.values()) for row in rows)]) + "\n", encoding="utf-8")
    return path


def roster_table(path: Path) -> Table:
    """Read a roster as a warehouse holds it, groups and all."""
    kinds = dict.fromkeys(pc.read_csv(path).column_names, "text") | dict.fromkeys(NUMBERS, "number")
    kinds["school_year"] = "year"
    types = {"text": "string", "number": "double", "year": "int32"}
    options = pc.ConvertOptions(column_types={n: types[k] for n, k in kinds.items()}, strings_can_be_null=True)
    return Table(pc.read_csv(path, convert_options=options).to_pydict(), kinds)


def in_form(row: dict[str, object]) -> dict[str, object]:
    """Give a row of scores.parquet in the query's columns."""
    kept = {name: row[name] for name in ("student_id", "school_id", "grade", "status", "risk", "points", "level")}
    for side in ("reason", "strength"):
        named = list(row[f"{side}s"] or [])
        kept |= {f"{side}_{turn}": (named + [None] * 3)[turn - 1] for turn in (1, 2, 3)}
    return kept


@pytest.mark.parametrize("warehouse", Warehouse)
def test_the_query_says_what_the_score_run_says(
    district: District, spoilt: Path, postgres: psycopg.Connection, tmp_path: Path, warehouse: Warehouse
) -> None:
    run, _ = score(ScoreOrder(spoilt, tmp_path, district.home, AS_OF, TODAY), lambda step: None)
    wanted = {row["student_id"]: in_form(row) for row in pq.read_table(run.folder / SCORES).to_pylist()}
    assert {row["status"] for row in wanted.values()} == {"scored", "not enough data", "out of scope"}
    query, table = export_sql(order(district, warehouse)), roster_table(spoilt)
    if warehouse is Warehouse.POSTGRES:
        found = rows_of_postgres(query, table, postgres)
    else:
        found = rows_of_duckdb(query if warehouse is Warehouse.DUCKDB else in_duckdb(query, warehouse), table)
    assert len(found) == len(wanted) == 480
    for row in found:
        other = wanted[row["student_id"]]
        risk, others = row.pop("risk"), other.pop("risk")
        assert (risk is None and others is None) or abs(risk - others) <= 1e-9
        assert row == other


@pytest.mark.parametrize("warehouse", Warehouse)
def test_nothing_but_keys_and_inputs_is_read_and_no_group_is_named(district: District, warehouse: Warehouse) -> None:
    query = export_sql(order(district, warehouse, table="district.roster"))
    steps = {cte.alias: cte.this for cte in parsed(query, warehouse).find_all(exp.CTE)}
    base = [step for step in steps.values() if any(table.db for table in step.find_all(exp.Table))]
    assert len(base) == 1
    read = {column.name for column in base[0].find_all(exp.Column)}
    assert read == {"student_id", "school_id", "school_year", "grade", "read", "math", "absent", "track"}
    assert not any(star.find_ancestor(exp.CTE).this is base[0] for star in parsed(query, warehouse).find_all(exp.Star))
    tables = {table.name for table in parsed(query, warehouse).find_all(exp.Table)}
    assert tables == {"roster", *steps}
    words = query.lower()
    assert not [word for word in ("sex", "lunch", "girls", "boys") if word in words]


def altered_home(home: Path, **serving: object) -> Path:
    """Promote by hand a scorecard whose first input reads another column."""
    record = home / RECORD
    line = json.loads(record.read_text("utf-8").splitlines()[-1])
    card = json.loads((home / "scorecards" / f"{line['scorecard']}.json").read_bytes())
    card["tables"][0]["spec"] |= serving
    content = json.dumps(card).encode()
    sha256 = sha256_of(content)
    (home / "scorecards" / f"{sha256}.json").write_bytes(content)
    (home / "promoted" / line["scorecard"]).rename(home / "promoted" / sha256)
    record.write_text(json.dumps(line | {"scorecard": sha256}) + "\n", encoding="utf-8")
    return home


@pytest.mark.parametrize("column", ["sex", "lunch", "home_address"])
def test_a_scorecard_that_reads_a_group_or_anything_but_its_features_is_refused(
    district: District, own_home: Path, column: str
) -> None:
    home = altered_home(own_home, column=column)
    with pytest.raises(ScorecardError, match="no feature of its config"):
        export_sql(order(district, Warehouse.DUCKDB, home=home))


def test_a_title_that_breaks_the_line_does_not_end_its_comment(district: District, own_home: Path) -> None:
    home = altered_home(own_home, title="Reading\n; DROP TABLE roster; --\u2028*/", unit="points\r\nDELETE")
    query = export_sql(order(district, Warehouse.DUCKDB, home=home))
    assert all(line.lstrip().startswith("--") for line in query.splitlines() if "DROP" in line or "DELETE" in line)
    rows_of_duckdb(query, roster_table(district.roster))


def test_what_is_not_in_force_is_not_exported(district: District, own_home: Path) -> None:
    record = own_home / RECORD
    line = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps(line | {"expires": "2024-01-01", "waivers": []}) + "\n", encoding="utf-8")
    with pytest.raises(GateError):
        export_sql(order(district, Warehouse.DUCKDB, home=own_home, today=date(2024, 1, 16)))


def test_an_altered_scorecard_is_not_exported(district: District, own_home: Path) -> None:
    path = own_home / "scorecards" / f"{district.promotion.scorecard}.json"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ScorecardError, match="not those that were promoted"):
        export_sql(order(district, Warehouse.DUCKDB, home=own_home))


def test_a_verdict_that_was_altered_is_not_exported(district: District, own_home: Path) -> None:
    (own_home / "promoted" / district.promotion.scorecard / "verdict.json").write_text("{}")
    with pytest.raises(ScorecardError, match="not the verdict"):
        export_sql(order(district, Warehouse.DUCKDB, home=own_home))


@pytest.mark.parametrize("table", ["", ".", "a.", "a..b", "a\nb", "earlywarn_values", "Earlywarn_x"])
def test_a_table_without_a_name_or_with_one_of_ours_is_refused(district: District, table: str) -> None:
    with pytest.raises(UsageError, match="--table"):
        export_sql(order(district, Warehouse.DUCKDB, table=table))


def test_a_table_may_have_any_name_else(district: District) -> None:
    name = 'ros"ter; DROP TABLE x --'
    query = export_sql(order(district, Warehouse.DUCKDB, table=name))
    assert len(rows_of_duckdb(query, replace(roster_table(district.roster), name=name))) == 480
    qualified = export_sql(order(district, Warehouse.DUCKDB, table="my state.earlywarn_values"))
    with duckdb.connect() as connection:
        connection.register("found", roster_table(district.roster).arrow())
        connection.execute('CREATE SCHEMA "my state"; CREATE TABLE "my state".earlywarn_values AS FROM found')
        assert len(connection.execute(qualified).fetchall()) == 480


def test_the_head_says_what_it_is_what_stands_behind_it_and_what_it_leaves_out(
    district: District, own_home: Path
) -> None:
    record = own_home / RECORD
    waiver = {"rule": "expiry", "by": "B. Board\n-- x", "reason": "until May"}
    line = json.loads(record.read_text("utf-8")) | {"expires": "2024-06-30"}
    record.write_text(json.dumps(line) + "\n", encoding="utf-8")
    query = export_sql(order(district, Warehouse.POSTGRES, home=own_home))
    head = query[: query.index("WITH\n")]
    assert all(line.startswith("--") for line in head.splitlines())
    told = " ".join(line.removeprefix("--").strip() for line in head.splitlines())
    for words in (
        "made-up, version 1",
        district.promotion.scorecard,
        "reading and mathematics at grade level by the end of the next grade",
        "2023-06-30, so rows of school year 2023 in grades 1, 2, 3",
        "After 2024-06-30 do not run this query",
        "It does not judge rows",
        "It does not make the list",
        "It reads no group",
    ):
        assert words in told
    record.write_text(json.dumps(line | {"waivers": [waiver]}) + "\n", encoding="utf-8")
    waived = export_sql(order(district, Warehouse.POSTGRES, home=own_home))
    assert "do not run" not in waived
    assert "Waived by B. Board -- x (expiry): until May." in " ".join(waived.replace("\n-- ", " ").split())
    assert waived[waived.index("WITH\n") :] == query[query.index("WITH\n") :]


def test_the_same_order_gives_the_same_text(district: District) -> None:
    for warehouse in Warehouse:
        assert export_sql(order(district, warehouse)) == export_sql(order(district, warehouse, today=date(2024, 2, 1)))


def test_as_of_says_which_school_year_is_scored(district: District) -> None:
    query = export_sql(order(district, Warehouse.DUCKDB, as_of=date(2023, 7, 1)))
    found = rows_of_duckdb(query, roster_table(district.roster))
    assert {row["status"] for row in found} == {"out of scope"}
    assert {row["risk"] for row in found} == {None}
