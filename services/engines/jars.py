"""The jars of Apache Kafka: exactly the listed ones, fetched several at once and refused where a hash differs."""

import asyncio
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.engines.account import open_folder
from services.engines.failure import EngineFailed, failing_as
from services.engines.locks import open_lock
from services.engines.progress import Progress, Report, Step, report_nothing

LIST = Path(__file__).with_name("jars.txt")
"""The committed list: a line is `group:artifact:version SHA-256 bytes`."""

AT_ONCE = 8
"""Downloads at a time: enough to fill a line with small files, few enough to be a polite client."""

TRIES = 3
"""Times a jar is asked for before the registry counts as out of reach: one lost connection among 46 files is common."""

WAIT_SECONDS = 600.0
"""How long one command waits for another that is fetching into the same folder."""


@dataclass(frozen=True, slots=True)
class Jar:
    """A file of Maven Central: `group:artifact:version`, its SHA-256 in hex and its size in bytes."""

    coordinate: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        """Its name in the folder of jars."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


Count = Callable[[int], None]
"""Told the number of bytes that came, from any thread."""

Fetch = Callable[[Jar, Path, Count], Path]
"""Brings one jar into a folder and returns its path; raises OSError or RuntimeError."""


def read_list(text: str) -> tuple[Jar, ...]:
    """The jars of a list."""
    rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Jar(coordinate, sha256, int(size)) for coordinate, sha256, size in rows)


def listed_jars() -> tuple[Jar, ...]:
    """The jars of the committed list."""
    return read_list(LIST.read_text())


async def fetch_jars(
    folder: Path, jars: Iterable[Jar], *, report: Report = report_nothing, fetch: Fetch | None = None
) -> tuple[Path, ...]:
    """The paths of all jars in `folder`, those that are missing or differ from the list fetched first.

    Raises:
        EngineFailed: Maven Central is out of reach, a file has another hash than the list, or the disk is full.
    """
    wanted = tuple(jars)
    with failing_as("Kafka's jars cannot be kept"):
        open_folder(folder)
        lock = await open_lock(folder / "lock", seconds=WAIT_SECONDS, what="the folder of Kafka's jars")
        try:
            missing = await asyncio.to_thread(lambda: [jar for jar in wanted if not _is_kept(jar, folder)])
            if missing:
                await _fetch_missing(missing, folder, report, fetch or fetch_with_jgo)
        finally:
            os.close(lock)
    return tuple(folder / jar.file_name for jar in wanted)


async def _fetch_missing(missing: list[Jar], folder: Path, report: Report, fetch: Fetch) -> None:
    coming = folder / "coming"
    shutil.rmtree(coming, ignore_errors=True)
    counter = _Counter()
    total = sum(jar.size for jar in missing)
    loop = asyncio.get_running_loop()
    threads = ThreadPoolExecutor(AT_ONCE, "jars")
    try:
        tasks = {loop.run_in_executor(threads, _fetch_one, jar, folder, fetch, counter.add) for jar in missing}
        while tasks:
            done, tasks = await asyncio.wait(tasks, timeout=0.1, return_when=asyncio.FIRST_EXCEPTION)
            report(Progress(Step.FETCH_JARS, min(counter.bytes, total), total))
            for task in done:
                task.result()
    finally:
        # In a thread: the other engine starts on this loop meanwhile.
        await asyncio.to_thread(threads.shutdown, cancel_futures=True)
    shutil.rmtree(coming, ignore_errors=True)
    report(Progress(Step.FETCH_JARS, total, total))


def _fetch_one(jar: Jar, folder: Path, fetch: Fetch, count: Count) -> None:
    coming = folder / "coming" / jar.file_name
    path = _try_to_fetch(jar, coming, fetch, count)
    if (found := _sha256(path)) != jar.sha256:
        raise EngineFailed(f"{jar.coordinate} came with another hash than the list has: {found}, not {jar.sha256}")
    path.replace(folder / jar.file_name)


def _try_to_fetch(jar: Jar, coming: Path, fetch: Fetch, count: Count) -> Path:
    reason: Exception | None = None
    for _ in range(TRIES):
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(parents=True)
        try:
            path = fetch(jar, coming, count)
        except (OSError, RuntimeError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            reason = error
        else:
            if path.stat().st_size == jar.size:
                return path
            reason = OSError(f"{path.stat().st_size} bytes came of {jar.size}")
    what = f"{jar.coordinate} cannot be fetched from Maven Central"
    raise EngineFailed(f"{what} ({type(reason).__name__}): is the registry in reach?") from reason


def fetch_with_jgo(jar: Jar, folder: Path, count: Count) -> Path:
    """Brings a jar by jgo, which knows where Maven Central is."""
    from jgo.maven import MavenContext, PythonResolver

    @contextmanager
    def counting(_name: str, _size: int) -> Iterator[Count]:
        yield count

    context = MavenContext(PythonResolver(progress_callback=counting), repo_cache=folder, local_repos=[])
    group, artifact, version = jar.coordinate.split(":")
    return Path(context.project(group, artifact).at_version(version).artifact().resolve())


class _Counter:
    """Bytes that came, added up from several threads."""

    def __init__(self) -> None:
        self.bytes = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        with self._lock:
            self.bytes += count


def _is_kept(jar: Jar, folder: Path) -> bool:
    path = folder / jar.file_name
    return path.is_file() and path.stat().st_size == jar.size and _sha256(path) == jar.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
