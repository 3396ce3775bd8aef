"""``python -m bench desk``: the desk with 100,000 students in 200 schools, served as in use, the record on.

Every process is its own: one scores, one publishes, ``earlywarn serve`` answers, and its CPU is read from the kernel.
"""

import gzip
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench.measure import QUIET, Row, against, tool
from bench.scoring import AS_OF, TODAY, make_home, write_roster
from earlywarn.columns import Person

STUDENTS, SCHOOLS = 100_000, 200
REQUESTS = 200
PASSWORD = "one-long-word-for-the-bench"
MOST_BYTES, MOST_SECONDS = 60_000, 0.040


def desk() -> Iterator[Row]:
    """Give the rows of the bench: publishing, CPU of the two pages, bytes of a first page."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        published = _published(folder)
        goal = "reported"
        name = f"publish {STUDENTS:,} students"
        yield against(f"{name}: CPU", published["seconds"], "CPU-s", "none", None, goal, True)
        yield against(f"{name}: the switch", published["switch"], "s", "none", None, goal, True)
        with _served(folder) as browser:
            browser.sign_in()
            yield _first_page(browser)
            paths = [browser.path_of(place) for place in range(20)]
            yield _page("list", browser, ["/students/", "/students/?page=2", "/students/?reason=x03"])
            yield _page("student", browser, paths)
            yield _page("search of a name", browser, ["/students/find?q=last1"])


def _published(folder: Path) -> dict[str, float]:
    home = make_home(folder / "models")
    roster = write_roster(folder / "roster.csv", STUDENTS, SCHOOLS)
    command = [sys.executable, "-m", "bench.desk", "publish", str(folder), str(home), str(roster)]
    return dict(json.loads(_run(command, folder).splitlines()[-1]))


def _page(name: str, browser: "Browser", paths: list[str]) -> Row:
    for path in paths[:3] * 10:
        browser.get(path)
    before = browser.cpu()
    for turn in range(REQUESTS):
        browser.get(paths[turn % len(paths)])
    figure = (browser.cpu() - before) / REQUESTS
    goal = f"under {MOST_SECONDS * 1000:.0f} ms of server CPU"
    return against(f"{name} page, record on", figure * 1000, "CPU-ms", "none", None, goal, figure < MOST_SECONDS)


def _first_page(browser: "Browser") -> Row:
    """Count all bytes on the wire of a first look at the list, headers too."""
    _, page, size = browser.fetch("/students/")
    css = ""
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        _, content, more = browser.fetch(path)
        size, css = size + more, css + (content if path.endswith(".css") else "")
    for font in sorted(set(re.findall(r'url\("?([^")]+latin-[47][^")]+woff2)', css))):
        size += browser.fetch(f"/static/desk/{font}" if not font.startswith("/") else font)[2]
    goal = f"under {MOST_BYTES:,} with everything"
    return against("first page on the wire", size, "bytes", "none", None, goal, size < MOST_BYTES)


# ── a browser, as far as it counts ──────────────────────────────────────────────────────────────────


@dataclass
class Browser:
    """Keeps cookies, and reads the CPU of the server's processes."""

    port: int
    server: int
    cookies: dict[str, str]

    def fetch(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, int]:
        """Ask for a page; give status, text and bytes on the wire."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        head = {"Accept-Encoding": "br, gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form is None:
            connection.request("GET", path, headers=head)
        else:
            head |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{self.port}/"}
            connection.request("POST", path, urlencode(form), head)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        content = answer.read()
        size = len(content) + sum(len(name) + len(value) + 4 for name, value in answer.getheaders()) + 19
        connection.close()
        return answer.status, _text(content, answer.getheader("Content-Encoding")), size

    def get(self, path: str) -> str:
        """Ask for a page that must be there."""
        status, text, _ = self.fetch(path)
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
        return text

    def sign_in(self) -> None:
        """Sign in as the counselor."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/sign-in"))
        assert token
        form = {"username": "counselor", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        if self.fetch("/sign-in", form)[0] != 302:
            raise SystemExit("the counselor could not sign in")

    def path_of(self, place: int) -> str:
        """Give the page of one student of the first page."""
        return re.findall(r'href="(/students/[0-9a-f-]{36}/)"', self.get("/students/"))[place]

    def cpu(self) -> float:
        """Give the CPU-seconds of the server and its workers so far."""
        return sum(_cpu(number) for number in [self.server, *_children(self.server)])


def _text(content: bytes, coding: str | None) -> str:
    if coding == "br":
        import brotli

        content = brotli.decompress(content)
    elif coding == "gzip":
        content = gzip.decompress(content)
    return content.decode(errors="replace")


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(process: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@contextmanager
def _served(folder: Path) -> Iterator[Browser]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(tool("earlywarn")), "serve", "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(command, env=_environment(folder), stdout=subprocess.DEVNULL)
    try:
        browser = Browser(port, server.pid, {})
        _wait(browser)
        yield browser
    finally:
        server.terminate()
        server.wait(30)


def _wait(browser: Browser) -> None:
    for _ in range(300):
        try:
            if browser.fetch("/health")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the desk did not answer within 30 s")


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment(folder))
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return known | QUIET | {"EARLYWARN_DESK": str(folder / "desk")}


# ── what runs in a process of its own ───────────────────────────────────────────────────────────────


def _publish(folder: Path, home: Path, roster: Path) -> dict[str, float]:
    from earlywarn.promotions import load_scorecard, read_record
    from earlywarn.review.start import start
    from earlywarn.score import Order, score

    run, _ = score(Order(roster, folder / "scores", home, AS_OF, TODAY), lambda _: None)
    start()
    from earlywarn.review import load
    from earlywarn.review.models import Account, Role

    numbers, schools = (run.table("scores.parquet")[name].to_pylist() for name in ("student_id", "school_id"))
    ready = load.Ready(
        run=run,
        card=load_scorecard(home, run.manifest.scorecard),
        promotion=read_record(home)[-1],
        digest="0" * 64,
        by="bench",
        people={number: _person(number, school) for number, school in zip(numbers, schools, strict=True)},
        made_up=True,
    )
    switched: list[float] = []
    usual = load._switch

    def timed(staged: object) -> list[int]:
        begun = time.perf_counter()
        replaced = usual(staged)  # type: ignore[arg-type]
        switched.append(time.perf_counter() - begun)
        return replaced

    load._switch = timed
    begun = time.process_time()
    load.publish(ready)
    seconds = time.process_time() - begun
    Account.objects.create_user("counselor", password=PASSWORD, role=Role.COUNSELOR, caseloads=["C0007"])
    return {"seconds": seconds, "switch": switched[0]}


def _person(number: str, school: str) -> Person:
    born = date(2015, 1, 1) + timedelta(int(number) % 365)
    return Person(number, f"First{number}", f"Last{number} (made up)", "", born, f"C{school}", f"Counselor of {school}")


if __name__ == "__main__":
    task, *words = sys.argv[1:]
    assert task == "publish"
    print(json.dumps(_publish(*map(Path, words))))
