"""Runs, versions and aliases in MLflow. No row, no id, no input example and no autolog ever comes here.

Telemetry is switched off before MLflow is imported.
"""

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from earlywarn.errors import Fault, MachineError, UsageError
from earlywarn.files import locked, machine_faults

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")  # its own 7 keep a person waiting for four minutes

PAPERS = ("scorecard.json", "card.md", "audit.json", "audit.html", "verdict.json", "config.toml")
"""What every registered version carries, under the artifact path ``papers`` of its run."""

CHAMPION = "champion"
LOGGED_TABLES = "mlflow.loggedArtifacts"
"""The tag by which MLflow's page and ``load_table`` know that an artifact is a table."""

BATCH = 1000
"""Most metrics that MLflow takes at once."""


@dataclass(frozen=True)
class ChildRun:
    """One candidate: its name, parameters and metrics."""

    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Entry:
    """What one experiment leaves in MLflow.

    Attributes
    ----------
    tables
        File name -> columns and data, as ``mlflow.log_table`` lays them out: counts and figures by group.
    """

    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    children: tuple[ChildRun, ...]
    papers: Mapping[str, bytes]
    figures: Mapping[str, str]
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Version:
    """One registered version and what is known of it."""

    name: str
    version: int
    run_id: str
    verdict: str
    candidate: str
    champion: bool


class Registry:
    """An MLflow store: SQLite and a folder of artifacts under ``home``, or any tracking URI."""

    def __init__(self, home: Path, tracking_uri: str | None = None) -> None:
        self.home = home
        self.uri = tracking_uri or f"sqlite:///{(home / 'mlflow.db').resolve()}"
        self.local = tracking_uri is None
        self._client: Any = None

    def record(self, entry: Entry) -> int:
        """Write parent run, child runs and model; give the new version's number."""
        with locked(self.home) if self.local else nullcontext(), self._faults():
            return self._record(entry)

    def note(self, entry: Entry) -> None:
        """Write a run without a model, such as a later audit; nothing is registered."""
        with locked(self.home) if self.local else nullcontext(), self._faults():
            run, _ = self._begin(entry)
            with tempfile.TemporaryDirectory() as folder:
                self._log_files(run, Path(folder), entry)
            self._client.set_terminated(run)

    def _begin(self, entry: Entry) -> tuple[str, str]:
        """Give the new run with its parameters and metrics, and the experiment that it belongs to."""
        client = self._connect()
        experiment = self._experiment(entry.name)
        tags = {**entry.tags, LOGGED_TABLES: json.dumps([{"path": n, "type": "table"} for n in entry.tables])}
        run = str(client.create_run(experiment, run_name=entry.name, tags=tags).info.run_id)
        _log(client, run, entry.params, entry.metrics)
        return run, experiment

    def _record(self, entry: Entry) -> int:
        parent, experiment = self._begin(entry)
        client = self._client
        for child in entry.children:
            tags = {"mlflow.parentRunId": parent}
            run = client.create_run(experiment, run_name=child.name, tags=tags).info.run_id
            _log(client, run, child.params, child.metrics)
            client.set_terminated(run)
        with tempfile.TemporaryDirectory() as folder:
            self._log_files(parent, Path(folder), entry)
            version = self._log_model(parent, Path(folder) / "papers" / "scorecard.json", entry)
        client.set_terminated(parent)
        return version

    def papers(self, name: str, version: int) -> dict[str, bytes]:
        """Give the papers of a registered version.

        Raises
        ------
        UsageError
            No such model or version.
        """
        found = [known for known in self.versions(name) if known.version == version]
        if not found:
            known = ", ".join(f"{v.name} {v.version}" for v in self.versions()) or "none yet"
            raise UsageError(Fault(f"{name} version {version}", "not in the registry", known, "see 'earlywarn models'"))
        import mlflow

        with self._faults(), tempfile.TemporaryDirectory() as folder:
            self._refuse_moved(self._connect().get_run(found[0].run_id).info.artifact_uri)
            path = mlflow.artifacts.download_artifacts(run_id=found[0].run_id, artifact_path="papers", dst_path=folder)
            return {name: (Path(path) / name).read_bytes() for name in PAPERS}

    def model_bytes(self, name: str, version: int) -> bytes:
        """Give the scorecard of the logged model itself, which ``load_model`` reads."""
        import mlflow

        with self._faults(), tempfile.TemporaryDirectory() as folder:
            self._connect()
            path = mlflow.artifacts.download_artifacts(f"models:/{name}/{version}", dst_path=folder)
            found = sorted(Path(path).rglob("scorecard.json"))
            return found[0].read_bytes() if found else b""

    def versions(self, name: str | None = None) -> tuple[Version, ...]:
        """Give all registered versions, newest last; a home without a store has none, and gets none by asking."""
        if self.local and not (self.home / "mlflow.db").is_file():
            return ()
        with self._faults():
            return self._versions(name)

    def _versions(self, name: str | None) -> tuple[Version, ...]:
        client = self._connect()
        found = []
        for model in client.search_registered_models():
            if name in (None, model.name):
                champion = model.aliases.get(CHAMPION)
                for one in client.search_model_versions(f"name = '{model.name}'"):
                    tags = one.tags
                    found.append(
                        Version(model.name, int(one.version), one.run_id, tags.get("verdict", ""),
                                tags.get("candidate", ""), str(one.version) == str(champion))
                    )  # fmt: skip
        return tuple(sorted(found, key=lambda v: (v.name, v.version)))

    def point(self, name: str, version: int) -> None:
        """Move the alias ``champion``; it points, promotions.jsonl proves."""
        with self._faults():
            self._connect().set_registered_model_alias(name, CHAMPION, str(version))

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn a store that cannot be reached or used into one clear error; its own text may hold an address."""
        import mlflow
        from alembic.util import CommandError
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (mlflow.exceptions.MlflowException, CommandError, SQLAlchemyError, OSError) as error:
            kind = getattr(error, "error_code", "") or getattr(error, "strerror", "") or type(error).__name__
            raise MachineError(self._unusable(str(kind))) from error

    def _unusable(self, kind: str) -> Fault:
        found = f"the MLflow store cannot be used ({kind})"
        if self.local:
            remedy = "check the disk and run the same command again; if the file is damaged, restore it from a backup"
            return Fault(str(self.home / "mlflow.db"), found, "a database that MLflow wrote", remedy)
        allowed = "the address of an MLflow server, or sqlite:///PATH"
        remedy = "check the address, that the server runs, and its disk; then run the same command again"
        return Fault("--tracking-uri", found, allowed, remedy)

    def _connect(self) -> Any:
        if self._client is None:
            import mlflow

            _quiet()
            with machine_faults(str(self.home)):
                self.home.mkdir(parents=True, exist_ok=True)
            mlflow.set_tracking_uri(self.uri)
            mlflow.set_registry_uri(self.uri)
            self._client = mlflow.MlflowClient(self.uri, self.uri)
        return self._client

    def _experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            self._refuse_moved(found.artifact_location)
            return str(found.experiment_id)
        place = (self.home / "artifacts").resolve().as_uri() if self.local else None
        return str(self._client.create_experiment(name, artifact_location=place))

    def _refuse_moved(self, place: str) -> None:
        """MLflow keeps whole paths: a home that was moved or copied would write into the old one."""
        here = (self.home / "artifacts").resolve().as_uri()
        if self.local and not place.startswith(here):
            found = "its MLflow store belongs to a home at another place: it was moved or copied"
            remedy = "use --home at the old place, or begin a new home and train again; scoring from a copy works"
            raise UsageError(Fault(str(self.home), found, remedy=remedy))

    def _log_files(self, run: str, folder: Path, entry: Entry) -> None:
        for name, content in entry.papers.items():
            _write(folder / "papers" / name, content)
        for name, text in entry.figures.items():
            _write(folder / "figures" / name, text.encode())
        for name, table in entry.tables.items():
            _write(folder / name, json.dumps(table, allow_nan=False).encode())
        self._client.log_artifacts(run, str(folder))

    def _log_model(self, run: str, scorecard: Path, entry: Entry) -> int:
        import mlflow

        from earlywarn import __version__

        with mlflow.start_run(run_id=run, log_system_metrics=False), warnings.catch_warnings():
            # No input example, by design: it would put rows of students into the artifact.
            warnings.filterwarnings("ignore", message=".*input example.*")
            logged = mlflow.pyfunc.log_model(
                name="scorecard",
                loader_module="earlywarn.registry.pyfunc",
                data_path=str(scorecard),
                pip_requirements=[f"earlywarn=={__version__}"],
            )
        version = self._register(entry.name, run, logged)
        for key in ("verdict", "candidate", "scorecard"):
            self._client.set_model_version_tag(entry.name, str(version), key, entry.tags[key])
        return version

    def _register(self, name: str, run: str, logged: Any) -> int:
        """Register through the client, which, unlike ``log_model``, prints nothing."""
        known = {model.name for model in self._client.search_registered_models()}
        if name not in known:
            self._client.create_registered_model(name)
        made = self._client.create_model_version(name, logged.model_uri, run, model_id=logged.model_id)
        return int(made.version)


def _log(client: Any, run: str, params: Mapping[str, str], metrics: Mapping[str, float]) -> None:
    """Write parameters and metrics in as few batches as MLflow takes (one by one is 11 times slower)."""
    from mlflow.entities import Metric, Param

    client.log_batch(run, params=[Param(key, value) for key, value in params.items()])
    rows = [Metric(key, value, 0, 0) for key, value in metrics.items()]
    for start in range(0, len(rows), BATCH):
        client.log_batch(run, metrics=rows[start : start + BATCH])


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _quiet() -> None:
    """Keep the libraries' own lines and tracebacks off the terminal; what fails is told by ``_faults``."""
    for name in ("mlflow", "alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
