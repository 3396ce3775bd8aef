"""Fill a desk as a year of use would: two lists, hostile names, accounts of every role, views, plans and notes.

Run by its path in a process of its own, with EARLYWARN_DESK in its environment. The one argument is a JSON file of what
"About this list" tells. What the tests must know of it goes to `known.json` in the desk's folder.
"""

import json
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

HERE = Path(__file__).parent
HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "formula": '=HYPERLINK("http://example.org","look")',
    "right-to-left": "‮אבגד مرحبا بالعالم",
    "long": "Q" * 10_000,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 Zoë",
}
FIRST, SECOND = date(2026, 8, 29), date(2026, 11, 14)
ALLOCATION = {
    "policy_in_words": "Each seat goes to the student with the highest risk whom the support answers.",
    "approved_by": "The board",
    "supports": [{"name": "Tutoring", "seats": 40, "words": "Three hours a week in groups of four"}],
}
_SHARE = {"share": 0.37, "low": 0.31, "high": 0.42}
FOLLOWED = {
    "score_run": "2025-11-14-0123456789ab",
    "followed_on": "2026-07-01",
    "sentences": ["Among all students, 3 of 3 promises with enough data were not exceeded."],
    "promises": [{"level": "High", "words": "Of 100 such students about 62 were said to miss the standard; 58 did."}],
    "reach": [
        {
            "group": group,
            "stage": stage,
            "students": number,
            "suppressed": number is None,
            "about": True,
            "share": share,
        }
        for group, numbers in (("All students", (540, 510, 190)), ("Girls", (260, 240, None)), ("Other", (None,) * 3))
        for stage, number, share in zip(
            ("missed the standard", "scored", "flagged"), numbers, (None, _SHARE, _SHARE), strict=True
        )
    ],
}
COUNSELORS = {"counselor": "C1", "colleague": "C2"}


def main(told: Path) -> None:
    # The folder of made.py, not the checkout: a package of the same name as our tests lies among the libraries.
    sys.path.insert(0, str(HERE.parent / "review"))
    from earlywarn.review.start import start

    place = start()
    from earlywarn.review.serving import make_ready

    make_ready()
    hostile = _publish(json.loads(told.read_text(encoding="utf-8")))
    _accounts()
    _write()
    (place.folder / "known.json").write_text(json.dumps(_known(hostile)), encoding="utf-8")


def _publish(told: dict[str, Any]) -> dict[str, str]:
    """Publish two lists; whose name is hostile in the newer one."""
    from made import Made, made_ready, made_run, people_of

    from earlywarn.review.load import publish

    papers = told.pop("audit")
    for made in (Made(students=330, seed=5, as_of=FIRST), Made(students=330, seed=7, as_of=SECOND, list_share=0.35)):
        people = people_of(made)
        rows = made_run(made).tables["scores.parquet"].to_pylist()
        flagged = [row["student_id"] for row in rows if row["flagged"] and row["school_id"] == "S1"]
        hostile = dict(zip(flagged, HOSTILE, strict=False))
        for number, kind in hostile.items():
            people[number] = replace(people[number], last_name=HOSTILE[kind])
        handed = {"allocation": ALLOCATION, "followed": FOLLOWED, "supports": dict.fromkeys(flagged[:20], "Tutoring")}
        ready = made_ready(made, people=people, about=told, papers=papers, **(handed if made.as_of == SECOND else {}))
        publish(replace(ready, card=replace(ready.card, serving={"standard": {"title": told["standard"]}})))
    return hostile


def _accounts() -> None:
    from made import made_account

    from earlywarn.review.models import Role

    for name, caseload in COUNSELORS.items():
        made_account(Role.COUNSELOR, name, caseloads=[caseload], first_name=name.title(), last_name="Tester")
    for role in set(Role) - {Role.COUNSELOR}:
        made_account(role, first_name=role.value.title(), last_name="Tester")
    made_account(Role.COUNSELOR, "locked-out")


def _write() -> None:
    """Say what people said, through the pages themselves."""
    from django.test import Client

    from earlywarn.review.models import Account, Student

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(Account.objects.get(username="counselor"))
    seen = Student.objects.filter(entries__counselor="C1", entries__flagged=True, entries__publication__state="current")
    data, agreed, noted, *_ = [student.key for student in seen.order_by("pk")[10:20]]
    _post(client, f"{data}/decide", view="data", words="Two weeks of illness count as absence here.")
    _post(client, f"{agreed}/decide", view="agree", words="Reading has slipped since September.")
    owner = Account.objects.get(username="counselor").pk
    today = date.today()
    plan = {
        "type": "Reading in a small group",
        "tier": "2",
        "goal": "Reads a page aloud and tells what happened in it.",
    }
    _post(client, f"{agreed}/plans/new", **plan, owner=owner, start=today - timedelta(days=14))
    _post(client, f"{noted}/note", words="Talked with the family; they ask for help with reading at home.")
    _post(client, f"{noted}/note", words="For counselors alone: housing is uncertain.", roles="counselor")


def _post(client: Any, path: str, **fields: Any) -> None:
    answer = client.post(f"/students/{path}", {"form": str(uuid4()), **fields})
    if answer.status_code != 302:
        raise SystemExit(f"POST {path}: {answer.status_code}")


def _known(hostile: dict[str, str]) -> list[dict[str, Any]]:
    from earlywarn.review.models import Entry, Note, Plan

    plans = {plan.student_id: plan.pk for plan in Plan.objects.all()}
    noted = set(Note.objects.values_list("student", flat=True))
    entries = Entry.objects.filter(publication__state="current").select_related("student").order_by("pk")
    return [
        {
            "key": str(entry.student.key),
            "number": entry.student.student_id,
            "name": entry.name,
            "hostile": hostile.get(entry.student.student_id, ""),
            "caseload": entry.counselor,
            "flagged": entry.flagged,
            "scored": entry.scored,
            "review": entry.student.review,
            "plan": plans.get(entry.student_id),
            "notes": entry.student_id in noted,
        }
        for entry in entries
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
