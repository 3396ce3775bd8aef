"""Where gaps come from, in words: no fraction finer than its interval, nothing divided that may be nothing."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.audit.origins import Gap, Origin, Part, Source
from earlywarn.estimate import Estimate
from earlywarn.groups import Cell
from earlywarn.report.captions import LACKED, ORIGINS
from earlywarn.report.findings import Findings
from earlywarn.report.house import in_markdown
from earlywarn.report.origins import ABOUT, fraction, missing_table, origin_sentence, origins_table
from earlywarn.report.reading import Reading
from earlywarn.report.tables import markdown
from tests.conftest import District

LUNCH, NOBODY = Cell(("lunch",), ("F",)), Cell(("lunch",), ("(not recorded)",))
TITLES = {"reading": "Reading result", "age": "Age", "class_type": "Class type <b> | *", "": ""}
SHARES = {"reading": (0.66, 0.02), "age": (0.31, 0.02), "class_type": (-0.15, 0.03), "": (0.18, 0.02)}


def origin(gap: Gap = Gap.SHARE_FLAGGED, size: float = 0.2, shares: bool = True) -> Origin:
    parts = tuple(_part(name, *share, size, shares) for name, share in SHARES.items())
    missing = (replace(parts[3], input="reading", title="Reading result"),)
    cut = Part(Source.CUT, "", "", Estimate(0.0, 0.0, 40), Estimate(0.0, 0.0, 40) if shares else None)
    return Origin(gap, LUNCH, "lunch-N", Estimate(size, 0.01, 40), (*parts, cut), missing)


def _part(name: str, share: float, se: float, size: float, shares: bool) -> Part:
    source = Source.INPUT if name else Source.MISSING
    return Part(
        source, name, TITLES[name], Estimate(share * size, 0.01, 40), Estimate(share, se, 40) if shares else None
    )


@pytest.fixture
def reading(findings: Findings) -> Reading:
    return Reading(findings.audited)


@given(st.floats(-0.5, 1.5), st.floats(0, 0.5), st.integers(3, 200))
def test_no_fraction_is_finer_than_its_interval(value: float, se: float, df: int) -> None:
    share = Estimate(value, se, df)
    low, high = share.interval(0.95)
    said = fraction(share)
    if low <= 0:
        assert said is None
    else:
        assert said.low <= low
        assert high <= said.high


def test_a_wider_interval_takes_wider_words() -> None:
    assert [fraction(Estimate(0.66, se, 40)).words for se in (0.01, 0.05, 0.10, 0.20, 0.32)] == [
        "about two thirds",
        "between half and four fifths",
        "between two fifths and nine tenths",
        "at least a quarter",
        "part",
    ]


def test_a_share_beyond_all_of_it_is_said_so() -> None:
    assert fraction(Estimate(1.3, 0.05, 40)).words == "at least all"


def test_each_fraction_stands_for_what_lies_around_it() -> None:
    for said, centre in ABOUT:
        assert said.low < centre < said.high
        assert fraction(Estimate(centre, 1e-6, 40)).words == said.words


def test_the_sentence_names_the_heaviest_inputs_and_those_that_work_the_other_way(reading: Reading) -> None:
    assert origin_sentence(reading, origin()).line == (
        "Free lunch: more often on the list than No free lunch, by 20.0 in 100 (+18.0 to +22.0). "
        "About two thirds of this difference comes from \u201cReading result\u201d, about a third from \u201cAge\u201d "
        "and about a fifth from missing inputs. "
        "The other way works \u201cClass type <b> | *\u201d."
    )


@pytest.mark.parametrize(
    ("gap", "size", "clause"),
    (
        (Gap.SHARE_FLAGGED, -0.2, "less often on the list than"),
        (Gap.FALSE_ALARMS, 0.2, "flagged in vain more often than"),
        (Gap.OVERLOOKED, -0.2, "overlooked less often than"),
    ),
)
def test_each_gap_has_its_words(reading: Reading, gap: Gap, size: float, clause: str) -> None:
    assert clause in origin_sentence(reading, origin(gap, size)).lead


def test_a_gap_that_may_be_none_is_not_divided(reading: Reading) -> None:
    told = origin_sentence(reading, origin(size=0.005, shares=False)).line
    assert told.endswith("(\u22121.5 to +2.5). There may be no difference, so there is nothing to divide.")


def test_where_every_part_is_unsure_no_input_is_named(reading: Reading) -> None:
    unsure = [replace(part, share=Estimate(0.3, 0.4, 40)) for part in origin().parts]
    told = origin_sentence(reading, replace(origin(), parts=tuple(unsure))).line
    assert told.endswith("No input by itself stands out.")


def test_too_little_data_is_told_in_the_sentence_and_in_the_table(reading: Reading) -> None:
    lacking = Origin(Gap.OVERLOOKED, LUNCH, "lunch-N", None, reason="too little data: fewer than 10 events")
    told = origin_sentence(reading, lacking).line
    assert told == "Free lunch, compared with No free lunch: too little data: fewer than 10 events."
    table = origins_table(reading, [origin(), lacking], ORIGINS)
    assert table.total.entries[1].under == "too little data: fewer than 10 events"
    assert {row.entries[1].nothing for row in table.rows} == {True}


def test_the_table_holds_every_part_the_heaviest_input_first(reading: Reading) -> None:
    table = origins_table(reading, [origin(), origin(Gap.OVERLOOKED)], ORIGINS)
    assert [row.head for row in table.rows] == [*list(TITLES.values())[:3], "Missing inputs", "The cut"]
    assert table.columns == ("Where it comes from", "On the list", "Overlooked")
    assert table.rows[0].entries[0].text == "+13.2"
    assert table.total.entries[0].line == "+20.0 (+18.0 to +22.0)"


def test_missing_inputs_have_a_table_of_their_own() -> None:
    table = missing_table([origin()], LACKED)
    assert [(row.head, row.entries[0].text) for row in table.rows] == [("Reading result", "+3.6")]


def test_tables_of_origins_print_as_markdown(reading: Reading) -> None:
    lines = markdown(origins_table(reading, [origin()], ORIGINS), in_markdown).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == 8


def test_a_training_run_says_where_its_gaps_come_from(district: District) -> None:
    papers = district.trained.papers
    record = json.loads((papers / "audit.json").read_text("utf-8"))
    assert {told["gap"] for told in record["origins"]} == {"share_flagged", "false_alarm_rate", "overlooked_share"}
    assert 'id="origins"' in (papers / "audit.html").read_text("utf-8")
    assert record["refused"][0]["rows_in"] > 0
