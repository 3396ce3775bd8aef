"""What a spreadsheet would run is made harmless, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn import arrow
from earlywarn.formula import formula_safe, formula_safe_column


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert formula_safe(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "small = good", "1-2", "'=", "Peña"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert formula_safe(text) == text


@given(st.lists(st.text(st.sampled_from("ab1=+-@\t\r ﻿＝é​'"), max_size=5), max_size=12))
def test_a_whole_column_is_made_harmless_as_its_cells_are(texts: list[str]) -> None:
    assert formula_safe_column(arrow.strings(texts)).to_pylist() == [formula_safe(text) for text in texts]
