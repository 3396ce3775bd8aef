"""Texts from outside are shown on one short line, whatever they hold."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.config.sections import Attribute, Groups
from earlywarn.groups import Cell
from earlywarn.printable import ISOLATE, MOST, POP, one_line, short

ANY = st.text(st.characters(exclude_categories=()), max_size=200)


@given(ANY)
def test_one_line_holds_no_break_no_control_and_no_mark_of_direction(text: str) -> None:
    told = one_line(text)
    assert len(told.splitlines()) <= 1
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in told)
    told.encode("utf-8")
    assert one_line(told) == told


@given(ANY)
def test_a_short_text_has_at_most_forty_letters(text: str) -> None:
    assert len(short(text).strip(ISOLATE + POP)) <= MOST


def test_a_plain_text_is_left_as_it_is_and_a_long_one_keeps_both_ends() -> None:
    assert short("Free lunch") == "Free lunch"
    assert short("a" * 50 + "2024.csv") == "a" * 29 + "\u2026" + "aa2024.csv"


def test_letters_from_right_to_left_turn_nothing_around_them() -> None:
    assert short("\u0627\u0644") == f"{ISOLATE}\u0627\u0644{POP}"


@pytest.mark.parametrize("code", ["x" * 300, "a\nb", "\u202eevil", "\ud800"])
def test_a_group_code_that_nobody_declared_is_shown_short(code: str) -> None:
    groups = Groups(attributes={"race": Attribute(column="race", title="Race")})
    told = Cell(("race",), (code,)).words(groups)
    assert told.startswith("Race '")
    assert len(told) <= MOST + len("Race ''")
    assert told.isprintable()
