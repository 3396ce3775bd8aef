"""What the terminal shows of registered versions and promotions."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from earlywarn.cli.tables import table
from earlywarn.cli.terminal import out, show
from earlywarn.promotions import Promotion, expired
from earlywarn.registry.store import Version


def show_models(versions: Sequence[Version], record: Sequence[Promotion], today: date) -> None:
    """Print each version with its verdict; what is in force by the record is marked."""
    if not versions and record:
        out.print(
            "The MLflow store is gone or empty, though models were promoted here: restore mlflow.db and artifacts/."
        )
        _show_standing(record, today)
        return
    if not versions:
        out.print("No model is registered here yet: run 'earlywarn train'.")
        return
    force = _in_force(record)
    made = table("", "Model", ">Version", "Candidate", "Verdict", "In force since", "By")
    for version in versions:
        promotion = force.get(version.name)
        mine = promotion is not None and promotion.version == version.version
        since = (str(promotion.promoted_on), promotion.by) if promotion is not None and mine else ("", "")
        made.add_row(
            "●" if mine else "",
            version.name,
            str(version.version),
            version.candidate,
            version.verdict,
            *since,
        )
    show("Models", made)
    _show_standing(record, today)


def _show_standing(record: Sequence[Promotion], today: date) -> None:
    for name, promotion in _in_force(record).items():
        ended = " It has expired: it does not score until a new audit or a waiver." if expired(promotion, today) else ""
        out.print(f"{name}: {promotion.standing}{ended}")


def models_record(versions: Sequence[Version], record: Sequence[Promotion]) -> list[dict[str, Any]]:
    """Give all versions as plain values, with the promotion of the one in force."""
    force = _in_force(record)
    found = []
    for version in versions:
        promotion = force.get(version.name)
        mine = promotion is not None and promotion.version == version.version
        found.append(
            vars(version) | {"in_force": mine, "promotion": promotion.to_json() if promotion and mine else None}
        )
    return found


def _in_force(record: Sequence[Promotion]) -> dict[str, Promotion]:
    return {promotion.name: promotion for promotion in record}
