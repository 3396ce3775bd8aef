"""Counts in the words that a page may show."""

from earlywarn.groups import EVERYONE
from earlywarn.report.privacy import Discretion, nearest


def test_a_small_part_hides_the_exact_whole() -> None:
    found = Discretion(10, frozenset(), frozenset())
    assert found.counts(EVERYONE, 1000, 996, 4) == ("about 1,000", "about 1,000", "fewer than 10")
    assert found.counts(EVERYONE, 1000, 900, 100) == ("1,000", "900", "100")


def test_nearest_ten() -> None:
    assert [nearest(number) for number in (484, 485, 494, 10)] == [480, 490, 490, 10]
