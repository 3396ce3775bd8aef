"""A folder appears whole or not at all."""

import errno
import fcntl
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from earlywarn.errors import BusyError, MachineError
from earlywarn.files import canonical_json, locked, publish_file, publish_folder, row_json, sweep


def test_a_folder_is_published_whole(tmp_path: Path) -> None:
    publish_folder(tmp_path / "run", lambda folder: (folder / "a").write_text("x") and None)
    assert [path.name for path in tmp_path.rglob("*")] == ["run", "a"]


def test_a_failure_while_filling_leaves_nothing(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "a").write_text("x")
        raise RuntimeError("cut")

    with pytest.raises(RuntimeError):
        publish_folder(tmp_path / "run", fill)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_failing_disk_leaves_nothing_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(MachineError, match=r"No space left on device.*run the same command again"):
        publish_folder(tmp_path / "run", lambda folder: (folder / "a").write_text("x") and None)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole_or_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_file(tmp_path / "f", b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    with pytest.raises(MachineError):
        publish_file(tmp_path / "f", b"new")
    monkeypatch.undo()
    assert (tmp_path / "f").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_a_second_writer_is_told_to_try_again(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(BusyError, match="try again") as caught, locked(tmp_path):
        pass
    assert caught.value.exit_code == 75
    assert re.search(r"writing here( \(process \d+\))?, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", str(caught.value))


@pytest.mark.skipif(not Path("/proc/locks").is_file(), reason="this kernel does not tell who holds a lock")
def test_who_holds_the_lock_is_told_by_the_kernel(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(BusyError) as caught, locked(tmp_path):
        pass
    assert f"(process {os.getpid()})" in str(caught.value)


def test_a_lock_that_is_free_again_is_taken(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    with locked(tmp_path):
        assert (tmp_path / ".lock").is_file()


def test_a_file_system_without_locks_is_no_other_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", refuse(errno.ENOLCK))
    with pytest.raises(MachineError, match="No locks available") as caught, locked(tmp_path):
        pass
    assert caught.value.exit_code == 3


def test_a_sweep_takes_what_a_killed_command_left_and_leaves_what_is_being_written(tmp_path: Path) -> None:
    for name in (".dead.partial-a", ".dead.partial-b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scores.parquet").write_text("half")
    (tmp_path / ".file.partial-c").write_text("half")

    def fill(folder: Path) -> None:
        sweep(tmp_path)
        (folder / "a").write_text("x")

    publish_folder(tmp_path / "run", fill)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_that_appears_while_it_is_written_is_left_as_it_is(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "a").write_text("ours")
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "a").write_text("theirs")

    with pytest.raises(BusyError, match=r"appeared here.*run the same command again"):
        publish_folder(tmp_path / "run", fill)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "a").read_text() == "theirs"


def test_a_rename_that_cannot_be_made_to_last_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def fail_above(handle: int) -> None:
        refuse(errno.EIO)() if os.readlink(f"/proc/self/fd/{handle}") == str(tmp_path) else real(handle)

    monkeypatch.setattr(os, "fsync", fail_above)
    with pytest.raises(MachineError, match="Input/output error"):
        publish_folder(tmp_path / "run", lambda folder: (folder / "a").write_text("x") and None)
    assert list(tmp_path.iterdir()) == []


def refuse(number: int) -> Callable[..., None]:
    """Give a call that fails as the kernel would."""

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_canonical_json_has_one_spelling_and_refuses_nan() -> None:
    assert canonical_json({"b": 1.0, "a": "ü"}) == '{"a":"ü","b":1.0}'.encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))


def test_json_in_rows_is_the_same_value_with_a_line_a_record() -> None:
    value = {"b": [{"y": 1.5, "x": None}, {"x": "ü"}], "a": {"c": [1, 2], "d": {}, "e": []}}
    text = row_json(value).decode()
    assert json.loads(text) == value
    assert text == row_json(json.loads(text)).decode()
    assert '    {"x": null, "y": 1.5},\n    {"x": "ü"}' in text
    assert text.index('"a"') < text.index('"b"')


def test_json_refuses_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        row_json({"a": [{"b": float("nan")}]})
