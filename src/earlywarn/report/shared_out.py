"""An allocation as plain values, for ``allocate --json``: every policy in figures; no student, no exact small count."""

from itertools import combinations
from typing import Any

from earlywarn.allocate.allocated import Allocated
from earlywarn.allocate.capacity import Needed
from earlywarn.allocate.problem import UNIT
from earlywarn.allocate.schools import SchoolsPart
from earlywarn.allocate.sums import Actual, GroupLine, SchoolLine, Span, Told
from earlywarn.audit.rounding import Count, Rate

PLACES = 1
ENDS = ("value", "low95", "high95")


def allocation_record(allocated: Allocated) -> dict[str, Any]:
    """Give all policies, what other numbers of seats would do, and what the figures rest on."""
    supports = allocated.offer.supports
    return {
        "score_run": allocated.run.name,
        "standard": allocated.serving.standard.title,
        "students": len(allocated.offer.students),
        "expected_to_miss": round(allocated.expected, PLACES),
        "supports": [
            {
                "name": support.name,
                "seats": support.seats,
                "students_answered": _count(allocated.answered(number)),
            }
            for number, support in enumerate(supports)
        ],
        "policies": [_policy(allocated, told) for told in allocated.policies],
        "change_hands": [
            {
                "one": one.shared.policy.name,
                "other": other.shared.policy.name,
                "one_alone": int((one.shared.reached & ~other.shared.reached).sum()),
                "other_alone": int((other.shared.reached & ~one.shared.reached).sum()),
            }
            for one, other in combinations(allocated.policies, 2)
        ],
        "school_part": _school_part(allocated.school),
        "results_left_out": _left_out(allocated),
        "one_more_by_need": {
            support.name: _span(span, 3) for support, span in zip(supports, allocated.one_more, strict=True)
        },
        "curve": [{"seats": point.seats, "reached": _span(point.reached)} for point in allocated.curve],
        "needed": _needed(allocated.needed),
    }


def _school_part(part: SchoolsPart) -> dict[str, Any]:
    between = part.between and (part.between.value, *part.between.interval(0.95))
    return {
        "risk_between_schools": between and dict(zip(ENDS, (round(end, 2) for end in between), strict=True)),
        "whole_schools_reach": _span(part.whole),
        "picking_reaches_more": _span(part.gain),
        "more_than_half_expected_to_miss": list(part.most),
    }


def _left_out(allocated: Allocated) -> dict[str, int] | None:
    came = allocated.came
    return None if came is None else {"of_others": came.unmatched, "early": came.early, "refused": allocated.refused}


def _policy(allocated: Allocated, told: Told) -> dict[str, Any]:
    shared, supports = told.shared, allocated.offer.supports
    return {
        "name": shared.policy.name,
        "words": shared.policy.words,
        "rules": shared.policy.model_dump(mode="json"),
        "seats": {
            support.name: {
                "given": int(told.given[number]),
                "empty": support.seats - int(told.given[number]),
            }
            for number, support in enumerate(supports)
        },
        "answer_the_heaviest_reason": shared.fits,
        "reached": _span(told.reached),
        "overlooked": _span(told.overlooked),
        "would_have_met": _span(told.would_meet),
        "cost_against_by_need": _span(told.cost),
        "gained": told.gained,
        "lost": told.lost,
        "actual": None if told.actual is None else _actual(told.actual),
        "proved_gap": shared.proof.gap / UNIT,
        "seats_moved_for": list(shared.moved_for),
        "draws": {
            "hash": "sha256 of seed:student_id, the lowest first",
            "seed": allocated.offer.seed,
            "students": [len(lot.students) for lot in shared.lots],
            "seated": [int(lot.seated.sum()) for lot in shared.lots],
        },
        "schools": [_school(line) for line in told.schools],
        "groups_told_as": told.like or None,
        "groups": [_group(line) for line in told.groups],
    }


def _span(span: Span, places: int = PLACES) -> dict[str, float | None]:
    ends = (None if end is None else round(end, places) for end in (span.low, span.high))
    return dict(zip(ENDS, (round(span.value, places), *ends), strict=True))


def _actual(actual: Actual) -> dict[str, Any]:
    kinds = {"reached": actual.reached, "overlooked": actual.overlooked, "met": actual.met, "unknown": actual.unknown}
    return {name: _count(count) for name, count in kinds.items()}


def _count(count: Count) -> dict[str, Any]:
    return {"number": count.number, "words": count.words}


def _rate(rate: Rate | None) -> dict[str, Any] | None:
    return None if rate is None else {"value": rate.value, "ends95": list(rate.ends), "words": rate.words}


def _school(line: SchoolLine) -> dict[str, Any]:
    whole = {name: getattr(line, name) for name in ("school", "students", "seats", "gained", "lost")}
    came = line.came and _count(line.came)
    return {**whole, "expected": round(line.expected, PLACES), "reached": _span(line.reached), "actual": came}


def _group(line: GroupLine) -> dict[str, Any]:
    return {
        "group": line.cell.slug,
        "students": _count(line.students),
        "reach": _rate(line.reach),
        "actual_reach": _rate(line.actual),
    }


def _needed(needed: Needed | None) -> dict[str, Any] | None:
    if needed is None:
        return None
    return {
        "reach": needed.reach,
        "seats": needed.seats,
        "surely": needed.surely,
        "most": round(needed.most, 2),
        "hardest_group": needed.hardest,
    }
