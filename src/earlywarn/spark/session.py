"""A Spark session that stays quiet and at home; refuses a machine without PySpark or Java, in words.

Nothing that Spark says reaches the terminal: its log may quote rows. It opens no web page, and on one machine listens
on 127.0.0.1 alone.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from earlywarn.errors import Fault, MachineError, UsageError

ATTEMPTS = 4
"""So often a task is tried; Spark's own default on a cluster, but not on one machine."""

_ALWAYS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.maxResultSize": "0",  # what is under way is bounded by the waves
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1",  # a row is a whole block of students
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
_MEMORY = {"MALLOC_ARENA_MAX": 1, "MALLOC_MMAP_THRESHOLD_": 64 << 20, "MALLOC_TRIM_THRESHOLD_": 256 << 20}
"""For the workers' C library, as ``keep_freed_memory`` of the command line."""

_ON_ONE_MACHINE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "4g",
    # Java carries whole blocks and computes nothing: its second compiler costs more than it saves here.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}
_LOCAL = re.compile(r"local(?:\[(\d+|\*)\])?")


@contextlib.contextmanager
def session(master: str) -> Iterator[Any]:
    """Give a Spark session of a master's URL; it ends with the block.

    Raises
    ------
    UsageError
        PySpark or Java is not installed.
    MachineError
        Spark does not start, or the master does not answer.
    """
    _refuse_missing()
    with tempfile.TemporaryDirectory(prefix="earlywarn-spark-") as scratch, warnings.catch_warnings():
        # PySpark 4.3 says that it does not fully support pandas 3; nothing here goes through pandas.
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark\.")
        settings = _settings(master, Path(scratch))
        gateway = _launched(settings)
        try:
            yield _connected(gateway, settings)
        finally:
            _ended(gateway)


def retrying(master: str) -> str:
    """Give the same master, so that a task that fails is tried again on one machine too.

    Examples
    --------
    >>> retrying("local[2]"), retrying("spark://host:7077")
    ('local[2,4]', 'spark://host:7077')
    """
    found = _LOCAL.fullmatch(master)
    return f"local[{found[1] or 1},{ATTEMPTS}]" if found else master


def failures() -> tuple[type[Exception], ...]:
    """Give what is raised where Spark, its Java or the way to it fails."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (Py4JError, PySparkException, OSError, EOFError)


def _refuse_missing() -> None:
    if find_spec("pyspark") is None:
        remedy = "pip install 'earlywarn[spark]', or leave out --engine spark"
        raise UsageError(Fault("--engine spark", "PySpark is not installed", "PySpark 4.1 to 4.x", remedy))
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and (Path(home) / "bin" / "java").exists())):
        remedy = "install Java (Debian: apt install openjdk-17-jre-headless), or leave out --engine spark"
        raise UsageError(Fault("--engine spark", "Java is not installed", "Java 17 or newer", remedy))


def _settings(master: str, scratch: Path) -> Mapping[str, str]:
    found = {"spark.master": retrying(master), "spark.app.name": "earlywarn score", **_ALWAYS}
    found |= {f"spark.executorEnv.{name}": str(value) for name, value in _MEMORY.items()}
    if master.startswith("local"):
        found |= _ON_ONE_MACHINE | {"spark.local.dir": str(scratch), "spark.sql.warehouse.dir": str(scratch)}
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the only place where Spark looks
    return found


def _conf(settings: Mapping[str, str]) -> Any:
    from pyspark import SparkConf

    return SparkConf().setAll(list(settings.items()))


def _launched(settings: Mapping[str, str]) -> Any:
    from pyspark.java_gateway import launch_gateway

    quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return launch_gateway(conf=_conf(settings), popen_kwargs=quiet)
    except failures() as error:
        raise _not_started(settings, error) from None


def _connected(gateway: Any, settings: Mapping[str, str]) -> Any:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    try:
        return SparkSession(SparkContext(conf=_conf(settings), gateway=gateway))
    except failures() as error:
        raise _not_started(settings, error) from None


def _not_started(settings: Mapping[str, str], error: Exception) -> MachineError:
    found = f"Spark does not start ({type(error).__name__})"
    allowed = "a master that answers, such as local[2] or spark://HOST:7077, and Java 17 or newer"
    remedy = "check the URL, 'java -version', and that 4 GB of memory are free"
    return MachineError(Fault(f"--master {settings['spark.master']}", found, allowed, remedy))


def _ended(gateway: Any) -> None:
    """Stop the session and wait for its Java, so that nothing is left running."""
    from pyspark import SparkContext

    with contextlib.suppress(Exception):
        if (active := SparkContext._active_spark_context) is not None:
            active.stop()
        gateway.shutdown()
    SparkContext._gateway = SparkContext._jvm = None
    gateway.proc.stdin.close()
    try:
        gateway.proc.wait(timeout=30)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
