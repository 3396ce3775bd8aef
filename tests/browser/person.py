"""A person before the desk without a browser: signs in, reads, sends forms; knows what was said to be saved."""

import http.client
import re
import threading
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import count
from urllib.parse import urlencode
from uuid import uuid4

from tests.browser.served import BOUND_SECONDS, PASSWORD, Served

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What the desk said."""

    status: int
    where: str
    text: str


@dataclass
class Person:
    """One person with cookies of their own."""

    served: Served
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, **fields: str) -> Answer:
        """Read a page, or send a form where fields are given.

        Raises
        ------
        OSError
            The desk went away before it answered in full.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=BOUND_SECONDS)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields}) if fields else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("POST" if fields else "GET", path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from None
        finally:
            connection.close()
        for header in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        if found := TOKEN.search(text):
            self.cookies["token"] = found[1]
        return Answer(answer.status, answer.headers.get("Location", ""), text)

    @property
    def token(self) -> str:
        return self.cookies.get("token", "")

    def note(self, key: str, words: str) -> Answer:
        return self.ask(f"/students/{key}/note", form=str(uuid4()), words=words)

    def say_yes(self, key: str, words: str) -> Answer:
        return self.ask(f"/students/{key}/decide", form=str(uuid4()), view="agree", words=words)


def signed_in(served: Served, username: str) -> Person:
    """Sign in."""
    person = Person(served)
    person.ask("/sign-in")
    answer = person.ask("/sign-in", username=username, password=PASSWORD)
    assert (answer.status, answer.where) == (302, "/")
    person.ask("/students/")
    return person


class Writers:
    """Several people who write one thing after another, until told to stop or until the desk is gone.

    Attributes
    ----------
    saved
        Words -> key of the student, of each note and view that the desk confirmed.
    """

    def __init__(self, people: list[Person], keys: list[list[str]]) -> None:
        self.saved: dict[str, str] = {}
        self.others: list[int] = []
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=self._write, args=(number, person, own))
            for number, (person, own) in enumerate(zip(people, keys, strict=True))
        ]

    def __enter__(self) -> "Writers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(120)
        assert not [thread for thread in self.threads if thread.is_alive()]

    def _write(self, writer: int, person: Person, keys: list[str]) -> None:
        for turn in count():
            if self.stop.is_set() or turn >= 500:
                return
            key, words = keys[turn % len(keys)], f"written by {writer} in turn {turn}"
            try:
                answer = (person.note, person.say_yes)[turn % 2](key, words)
            except OSError:
                continue  # nothing was confirmed; a worker begins anew, or the whole desk is gone
            if answer.status == 302:
                self.saved[words] = key
            else:
                self.others.append(answer.status)
