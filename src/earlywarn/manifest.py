"""The form of a score run's manifest, from which its JSON Schema is made; refuses what has another form.

``manifest.schema.json`` beside this file is ``schema()`` as text; a test holds the two together.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError, model_validator

FORMAT = "earlywarn-score-run/1"
SCHEMA = "manifest.schema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
Words = Annotated[str, Field(min_length=1)]
Verdict = Literal["pass", "provisional", "fail"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CountsForm(_Part):
    """What became of every row: rows in = scored + not enough data + out of scope + merged + quarantined."""

    rows_in: Count
    scored: Count
    not_enough_data: Count
    out_of_scope: Count
    merged: Count
    quarantined: Count
    flagged: Count

    @property
    def accepted(self) -> int:
        """Rows of scores.parquet."""
        return self.scored + self.not_enough_data + self.out_of_scope

    @model_validator(mode="after")
    def rows_add_up(self) -> Self:
        """Refuse counts of which some row is lost, or more flagged than scored."""
        if self.rows_in != self.accepted + self.merged + self.quarantined:
            raise ValueError("rows in are not scored + not enough data + out of scope + merged + quarantined")
        if self.flagged > self.scored:
            raise ValueError("more students are flagged than scored")
        return self


class WaiverForm(_Part):
    """A failed rule that a person let pass."""

    rule: Words
    by: Words
    reason: Words


class PromotionForm(_Part):
    """The line of promotions.jsonl that put the scorecard in force."""

    name: Words
    version: Annotated[int, Field(ge=1)]
    scorecard: Sha256
    promoted_on: date
    by: str
    verdict: Verdict
    failed_rules: list[Words]
    expires: date | None
    waivers: list[WaiverForm]
    verdict_sha256: Sha256
    audit_sha256: Sha256
    card_sha256: Sha256
    config_sha256: Sha256


class WithdrawalForm(_Part):
    """That the list was found wrong; ``files_before`` has the sha256 of each file that was marked, as it was."""

    on: date
    by: Words
    reason: Words
    files_before: dict[str, Sha256]


Nothing = Annotated[dict[str, JsonValue], Field(max_length=0)]


class ManifestForm(_Part):
    """What a score run was made of and what became of every row."""

    format: Literal["earlywarn-score-run/1"]
    name: Annotated[Words, Field(description="The model's name.")]
    version: Annotated[int, Field(ge=1, description="The model's version.")]
    as_of: Annotated[date, Field(description="The day for which the roster speaks.")]
    scorecard: Annotated[Sha256, Field(description="The sha256 of the scorecard, as it stands in promotions.jsonl.")]
    verdict: Verdict
    standing: Annotated[Words, Field(description="What stands behind the model, in a sentence.")]
    counts: CountsForm
    inputs: Annotated[dict[str, Sha256], Field(min_length=1, description="File name: sha256 of what was read.")]
    files: Annotated[dict[str, Sha256], Field(min_length=1, description="File name: sha256 of what was written.")]
    promotion: PromotionForm
    profile: Annotated[
        dict[str, JsonValue], Field(description="Counts of the roster for the next check; fields may be added.")
    ]
    software: Annotated[dict[str, Words], Field(description="Package: version, of all that decides a byte.")]
    changes: Annotated[
        dict[str, JsonValue], Field(description="What differs from the list before, in totals; fields may be added.")
    ] = {}
    withdrawn: Annotated[
        WithdrawalForm | Nothing, Field(description="Empty, or by whom, when and why the list was withdrawn.")
    ] = {}


def read_form(content: bytes) -> tuple[ManifestForm | None, tuple[str, ...]]:
    """Give the manifest, or all that is wrong with its form; never a value of it."""
    try:
        return ManifestForm.model_validate_json(content), ()
    except ValidationError as error:
        return None, tuple(
            f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        )


def schema() -> dict[str, JsonValue]:
    """Give the JSON Schema of the manifest, draft 2020-12."""
    made = ManifestForm.model_json_schema()
    return {"$schema": DRAFT, "$id": f"{FORMAT}/{SCHEMA}", **made, "title": "Manifest of a score run"}
