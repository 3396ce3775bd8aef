"""The manifest's schema is that of the form, takes every real manifest and refuses every spoilt one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from earlywarn import manifest, score_run
from earlywarn.files import readable_json
from earlywarn.manifest import SCHEMA, read_form, schema
from earlywarn.score import score
from torture.place import make_place

PUBLISHED = Path(manifest.__file__).parent / SCHEMA


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest of a score run."""
    folder = tmp_path_factory.mktemp("manifest")
    run, _ = score(make_place(folder / "place", 200).order(folder / "out"), lambda step: None)
    return json.loads((run.folder / score_run.MANIFEST).read_text())


def test_the_published_schema_is_the_forms() -> None:
    # To write it anew: earlywarn.files.publish_file(PUBLISHED, readable_json(schema()))
    assert PUBLISHED.read_bytes() == readable_json(schema())
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_form_names_the_format_that_score_writes(real: dict[str, Any]) -> None:
    assert manifest.FORMAT == score_run.FORMAT == real["format"]


def test_a_real_manifest_is_taken_by_schema_and_form(real: dict[str, Any]) -> None:
    jsonschema.validate(real, schema(), jsonschema.Draft202012Validator)
    form, faults = read_form(json.dumps(real).encode())
    assert faults == ()
    assert form is not None
    assert form.counts.rows_in == real["counts"]["rows_in"]


def spoilt(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any] | Any]]:
    """Give the manifest with each field left out, of another kind, or one too many, with its place."""
    for key in value:
        place = (*at, key)
        if key not in ("changes", "withdrawn"):  # which runs of before do not have
            yield place, {name: held for name, held in value.items() if name != key}
        yield place, value | {key: 7.5 if not isinstance(value[key], float) else "text"}
        if isinstance(value[key], dict) and key in ("counts", "promotion"):
            yield from ((deeper, value | {key: inner}) for deeper, inner in spoilt(value[key], place))
    yield (*at, "one_more"), value | {"one_more": 1}


def test_every_field_that_is_gone_surplus_or_of_another_kind_is_refused_by_both(real: dict[str, Any]) -> None:
    validator, tried = jsonschema.Draft202012Validator(schema()), 0
    for place, value in spoilt(real):
        tried += 1
        assert not validator.is_valid(value), place
        form, faults = read_form(json.dumps(value).encode())
        assert form is None, place
        assert any(place[-1] in fault for fault in faults), (place, faults)
    assert tried > 60


@pytest.mark.parametrize(
    "change",
    [{"verdict": "splendid"}, {"scorecard": "0" * 63}, {"scorecard": "G" * 64}, {"files": {}}, {"inputs": {"a": "b"}},
     {"version": 0}, {"format": "earlywarn-score-run/2"}, {"as_of": 20230630}],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused_by_both(real: dict[str, Any], change: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(schema()).is_valid(real | change)
    assert read_form(json.dumps(real | change).encode())[0] is None


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff", b'{"format": NaN}'])
def test_what_is_no_manifest_at_all_is_refused_without_its_text(content: bytes) -> None:
    form, faults = read_form(content)
    assert form is None
    assert faults


def test_a_manifest_may_say_that_its_run_was_withdrawn(real: dict[str, Any]) -> None:
    withdrawn = real | {"withdrawn": {"on": "2026-07-02", "by": "A. Person", "reason": "why", "files_before": {}}}
    jsonschema.validate(withdrawn, schema(), jsonschema.Draft202012Validator)
    assert read_form(json.dumps(withdrawn).encode())[1] == ()
