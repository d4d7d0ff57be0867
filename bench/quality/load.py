"""The task of the worker that is measured: reading articles over and over, with the modules that a worker has."""

import time
from pathlib import Path
from typing import NamedTuple

from services.extract.reading.article import Article, extract

CPU_SECONDS = 3.0
"""How long is read at least, so that one slow article moves little."""

KIB = 1024


class Cost(NamedTuple):
    """What reading took; words stand between white space."""

    words: int
    cpu_seconds: float
    peak_bytes: int


def spend(texts: tuple[str, ...], cpu_seconds: float = CPU_SECONDS) -> Cost:
    """Read every text once unmeasured, then all of them again until enough CPU time has gone. Linux only."""
    articles = [Article(text) for text in texts]
    for article in articles:
        extract(article)
    passes, started = 0, time.process_time()
    while (spent := time.process_time() - started) < cpu_seconds:
        for article in articles:
            extract(article)
        passes += 1
    return Cost(passes * sum(len(text.split()) for text in texts), spent, _peak_bytes())


def _peak_bytes() -> int:
    # Not getrusage: after fork and exec its peak is at least the parent's (execve keeps it).
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines())
    return int(fields["VmHWM"].split()[0]) * KIB
