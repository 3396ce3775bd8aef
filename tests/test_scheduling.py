"""The nightly script of the docs runs as it says, and the units are sound."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from torture.place import EXPERIMENT, Place, make_place

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "scheduling.md").read_text("utf-8")
UNITS = dict(re.findall(r"^```ini\n# /etc/systemd/system/(\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
def district(tmp_path: Path) -> Place:
    """A folder as the script wants it: script, roster, experiment, home."""
    (script,) = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    place = make_place(tmp_path / "district", 200)
    shutil.copy(EXPERIMENT, tmp_path / "district" / "experiment.toml")
    path = tmp_path / "district" / "nightly.sh"
    path.write_text(script)
    path.chmod(0o755)
    return place


def night(place: Place, as_of: str, roster: Path) -> subprocess.CompletedProcess[str]:
    """Run the script once, keeping one run."""
    own = {"AS_OF": as_of, "KEEP": "1", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    folder = place.home.parent
    command = ["./nightly.sh", roster.name]
    return subprocess.run(command, cwd=folder, env=os.environ | own, capture_output=True, text=True, check=False)


def test_the_nightly_script_checks_scores_verifies_and_keeps_the_newest(district: Place) -> None:
    folder = district.home.parent
    for as_of, roster in (("2023-06-29", district.earlier), ("2023-06-30", district.roster)):
        done = night(district, as_of, roster)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        told = json.loads((folder / "run.json").read_text())
        assert told["written_now"] is True
        assert (told["as_of"], told["model"], told["verdict"], told["expires"]) == (as_of, "hand-made", "pass", None)
        assert told["quarantined_share"] == round(2 / 202, 6)
        assert json.loads((folder / "verify.json").read_text())["holds"] is True
        assert sorted(path.name for path in (folder / "scores").iterdir()) == [".lock", Path(told["folder"]).name]
    (folder / "bad.csv").write_text("student_id\n1\n")
    refused = night(district, "2023-06-30", folder / "bad.csv")
    assert refused.returncode == 1
    assert "no column" in refused.stderr
    assert len([*(folder / "scores").glob("2*")]) == 1


def test_the_units_have_their_sections_and_name_each_other(tmp_path: Path) -> None:
    assert sorted(UNITS) == ["earlywarn-failed@.service", "earlywarn-nightly.service", "earlywarn-nightly.timer"]
    parsed = {name: configparser.RawConfigParser(strict=True) for name in UNITS}
    for name, unit in UNITS.items():
        parsed[name].read_string(unit)
    service = parsed["earlywarn-nightly.service"]
    assert service["Unit"]["OnFailure"] == "earlywarn-failed@%n.service"
    assert service["Service"]["RestartPreventExitStatus"].split() == ["1", "2", "129", "130", "143"]
    if shutil.which("systemd-analyze"):
        for name, unit in UNITS.items():
            # Only what is on every machine can be looked for here.
            here = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit, flags=re.MULTILINE)
            (tmp_path / name).write_text(here)
        files = [str(tmp_path / name) for name in UNITS]
        done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
        assert not re.search("earlywarn", done.stderr), done.stderr
