"""The record's files are loaded into the database in groups; a line is loaded once, whoever loads and whenever."""

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from earlywarn.review.models import RecordedStudent, RecordFile, RecordLine
from earlywarn.review.record.file import Line, read

GROUP = 4 * 2**20
"""Bytes read at a time, and the rest of the line that they end in."""


def load(folder: Path) -> int:
    """Load what was added since, and give how many lines that were.

    How far a file was loaded is kept in the same transaction as its lines, on a row that is locked meanwhile: two
    that load at once load nothing twice, and one that is killed has loaded a group whole or not at all.
    """
    return sum(_load_file(path) for path in sorted(folder.glob("record-*.jsonl")))


def _load_file(path: Path) -> int:
    count, more = 0, True
    RecordFile.objects.get_or_create(name=path.name)
    while more:
        with transaction.atomic():
            known = RecordFile.objects.select_for_update().get(name=path.name)
            group = _group(path, known.loaded)
            lines = [read(content) for content in group.split(b"\n") if content]
            _insert([line for line in lines if line is not None])
            known.loaded += len(group)
            known.damaged += sum(line is None for line in lines)
            if group:
                known.save()
        count, more = count + len(lines), bool(group)
    return count


def _group(path: Path, start: int) -> bytes:
    """Give whole lines only; one that is being written has no end yet."""
    with path.open("rb") as file:
        file.seek(start)
        content = file.read(GROUP) + file.readline()
    return content[: content.rfind(b"\n") + 1]


def _insert(lines: list[Line]) -> None:
    made = RecordLine.objects.bulk_create([_line(line) for line in lines], batch_size=1000)
    RecordedStudent.objects.bulk_create(_students(made, lines), batch_size=4000)


def _line(line: Line) -> RecordLine:
    return RecordLine(
        at=line.at,
        request=line.request,
        account=line.account,
        username=_fit(line.username, 150),
        what=_fit(line.what, 60),
        method=_fit(line.method, 10),
        status=line.status,
        denied=line.denied,
        words=_fit(line.words),
    )


def _fit(text: str, most: int | None = None) -> str:
    """Give as much as every database takes: an address or a method that a browser made up must not stop the loading."""
    return text.encode(errors="replace").decode().replace("\0", "")[:most]


def _students(made: list[RecordLine], lines: list[Line]) -> Iterator[RecordedStudent]:
    for row, line in zip(made, lines, strict=True):
        for number in dict.fromkeys(line.students):
            yield RecordedStudent(line=row, student=number)
