"""The style sheet keeps to WCAG 2.2 AA in light and dark, and what a first page fetches is small."""

import re
from pathlib import Path

import brotli
import pytest

STATIC = Path(__file__).parents[2] / "src" / "earlywarn" / "review" / "static" / "desk"
STYLE = (STATIC / "desk.css").read_text("utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block))
    for block in re.findall(r":root {(.*?)}", STYLE, re.DOTALL)[:2]
)
GROUNDS = ("paper", "panel", "mark", "field")
TEXT = [(ink, ground) for ink in ("ink", "soft", "accent", "accent-deep") for ground in GROUNDS]
TEXT += [("accent-ink", "accent"), ("accent-ink", "accent-deep")]
# Edges of controls, shapes, bars and the ring of focus; WCAG 1.4.11.
SHAPES = [(edge, ground) for edge in ("soft", "accent", "ink") for ground in GROUNDS]


def luminance(colour: str) -> float:
    """Give the relative luminance of WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def packed(path: Path) -> int:
    content = path.read_bytes()
    return len(content) if path.suffix == ".woff2" else len(brotli.compress(content))


def test_black_on_white_has_the_contrast_of_the_standard() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_in_light_and_dark(scheme: dict[str, str]) -> None:
    thin = {pair: contrast(scheme[pair[0]], scheme[pair[1]]) for pair in TEXT}
    assert {pair: ratio for pair, ratio in thin.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_and_shapes_can_be_seen_in_light_and_dark(scheme: dict[str, str]) -> None:
    assert [pair for pair in SHAPES if contrast(scheme[pair[0]], scheme[pair[1]]) < 3] == []


def test_the_style_sheet_has_no_colour_outside_its_palette() -> None:
    rules = re.sub(r"--[\w-]+:[^;]+;", "", STYLE)
    assert re.findall(r":[^;{}]*(#[0-9a-f]{3,8}|rgba?\(|hsla?\()", rules) == []


def test_every_font_and_licence_lies_beside_the_style_sheet() -> None:
    named = set(re.findall(r"url\(([^)]+)\)", STYLE))
    assert len(named) == 4
    assert [name for name in named if not (STATIC / name).is_file()] == []
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "LICENSE.txt").read_text("utf-8")
    assert "Zero-Clause BSD" in (STATIC / "htmx.LICENSE.txt").read_text("utf-8")


def test_what_a_first_page_fetches_leaves_five_kilobytes_for_the_page_itself() -> None:
    fetched = [
        "desk.css",
        "htmx.min.js",
        "desk.js",
        "icon.svg",
        *(f"fonts/atkinson-hyperlegible-latin-{w}-normal.woff2" for w in (400, 700)),
    ]
    assert packed(STATIC / "desk.css") < 4_000
    assert sum(packed(STATIC / name) for name in fetched) < 60_000 - 5_000
