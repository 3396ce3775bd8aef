"""Log lines without values: which kind of fault, and where in the code; never a path's query, a name or an id."""

import logging
import traceback


class Bare(logging.Formatter):
    """Formats a record as its logger, the kind of its exception and the place in our code; refuses all else."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line."""
        fault = record.exc_info[1] if record.exc_info else None
        words = f"{self.formatTime(record)} {record.levelname} {record.name}"
        return f"{words} {bare(fault)}" if fault else words


def bare(fault: BaseException) -> str:
    """Give the kind of a fault and its place in the code."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "no place"
    return f"{type(fault).__name__} at {place}"
