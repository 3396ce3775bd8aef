"""The house keeps its word: what is locked, what the repository may not hold, what its front door offers."""

import importlib
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = {
    "requirements.lock": PROJECT["dependencies"],
    "requirements-dev.lock": [*PROJECT["dependencies"], *EXTRAS["demo"], *EXTRAS["bench"], *EXTRAS["dev"]],
}
# In two halves, so that this file does not find itself.
INDEX_HOSTS = ("py" + "pi.org", "python" + "hosted.org")


@pytest.mark.parametrize("lock", WANTED)
def test_every_line_of_a_lock_is_a_pin_or_its_hash_and_never_an_address(lock: str) -> None:
    pin = re.compile(r"[a-z0-9-]+==[^\s;]+( ; .+)? \\")
    sha256 = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    assert lines
    assert [line for line in lines if not pin.fullmatch(line) and not sha256.fullmatch(line)] == []
    unhashed = [
        line
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if pin.fullmatch(line) and not sha256.fullmatch(below)
    ]
    assert unhashed == []


@pytest.mark.parametrize("lock", WANTED)
def test_a_lock_holds_all_that_the_project_asks_for(lock: str) -> None:
    pins = _pins(lock)
    wanted = [Requirement(line) for line in WANTED[lock]]
    unmet = [str(each) for each in wanted if not _meets(pins.get(canonicalize_name(each.name)), each)]
    assert unmet == []


def test_both_locks_name_the_same_versions() -> None:
    assert _pins("requirements.lock").items() <= _pins("requirements-dev.lock").items()


def test_the_build_backend_is_locked() -> None:
    (backend,) = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    assert backend in EXTRAS["dev"]


def test_no_file_names_this_machine_or_a_package_index() -> None:
    banned = (str(ROOT), *INDEX_HOSTS)
    found = [f"{path}: {word}" for path, text in _texts_of_the_repository() for word in banned if word in text]
    assert found == []


def test_make_help_lists_every_target() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {line.split()[1] for line in shown.stdout.splitlines()} == targets
    assert {"demo", "test", "check", "bench", "lock", "clean"} <= targets


@pytest.mark.parametrize("command", PROJECT["scripts"])
def test_a_command_of_the_project_has_its_function(command: str) -> None:
    module, function = PROJECT["scripts"][command].split(":")
    assert callable(getattr(importlib.import_module(module), function))


def _meets(pin: str | None, requirement: Requirement) -> bool:
    return pin is not None and pin in requirement.specifier


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))


def _texts_of_the_repository() -> list[tuple[str, str]]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing tells the project's files from others")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    texts = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            texts.append((name, content.decode("utf-8")))
    assert texts
    return texts
