"""What the terminal shows of a score run: every row accounted for, the levels, where the list lies."""

from typing import Any

from earlywarn.cli.show_account import show_account
from earlywarn.cli.tables import table
from earlywarn.cli.terminal import out, show
from earlywarn.score import ScoredDistrict
from earlywarn.score_run import FLAGS, QUARANTINE, SUMMARY, StoredRun


def show_score(run: StoredRun, fresh: bool) -> None:
    """Print the account of rows, what stands behind the model, and the paths of list and summary."""
    counts, manifest = run.manifest.counts, run.manifest
    if not fresh:
        out.print("This score run is whole already; it was left as it is.")
    made = table("", ">Rows")
    rows = {
        "scored": counts.scored,
        "not enough data": counts.not_enough_data,
        "out of scope": counts.out_of_scope,
        "merged": counts.merged,
        "quarantined": counts.quarantined,
    }
    for words, count in rows.items():
        made.add_row(words, f"{count:,}")
    made.add_row("rows in", f"{counts.rows_in:,}", style="bold")
    show(f"Score run of {manifest.as_of}, {manifest.name} version {manifest.version}", made)
    out.print(f"{counts.flagged:,} students flagged: they may need support to meet the standard. {manifest.standing}")
    out.print(f"The list      {run.folder / FLAGS}", soft_wrap=True)
    out.print(f"The summary   {run.folder / SUMMARY}", soft_wrap=True)
    if counts.quarantined:
        out.print(f"Refused rows  {run.folder / QUARANTINE}", soft_wrap=True)


def show_scored_district(scored: ScoredDistrict) -> None:
    """Print each band's score run, and the account of the district."""
    for run, fresh in scored.runs:
        show_score(run, fresh)
    show_account(scored.account)
    out.print(f"The account   {scored.path}", soft_wrap=True)
    if scored.account["quarantined_without_a_band"]:
        refused = scored.path.with_name(f"{scored.path.stem}-{QUARANTINE}")
        out.print(f"Refused rows  {refused}", soft_wrap=True)


def run_record(run: StoredRun, fresh: bool) -> dict[str, Any]:
    """Give a score run as plain values: all that a scheduler acts on, nothing of a student."""
    manifest, counts = run.manifest, run.manifest.counts
    return {
        "folder": str(run.folder),
        "written_now": fresh,
        "as_of": manifest.as_of.isoformat(),
        "model": manifest.name,
        "version": manifest.version,
        "counts": vars(counts),
        "quarantined_share": round(counts.quarantined / counts.rows_in, 6) if counts.rows_in else 0.0,
        "verdict": manifest.verdict,
        "standing": manifest.standing,
        "expires": manifest.promotion["expires"],
        "scorecard": manifest.scorecard,
    }


def scored_district_record(scored: ScoredDistrict) -> dict[str, Any]:
    """Give the score runs of a district, its account without the bands, and where the whole account stands."""
    rest = {name: value for name, value in scored.account.items() if name != "bands"}
    return {"runs": [run_record(*each) for each in scored.runs], "account": str(scored.path), **rest}
