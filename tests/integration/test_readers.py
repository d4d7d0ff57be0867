"""The workers that read records: with the model of a folder, opened before the first record comes."""

import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.extract import readers
from services.extract.readers import CPU_SECONDS, MEMORY_BYTES, open_readers
from services.extract.reading.model.reader import WEIGHTS, BadModel, reader_of
from services.extract.records import Read, prepare, read
from services.workers import open_workers
from tests.builders import article, record_of

LIMITS: dict[str, Any] = {"cpu_seconds": CPU_SECONDS, "memory_bytes": MEMORY_BYTES, "wall_seconds": 60.0}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model's folder of the test's own."""
    return Path(shutil.copytree(WEIGHTS, tmp_path / "model"))


def opened(_: None) -> int:
    return reader_of.cache_info().currsize


def threads(_: None) -> tuple[int, float]:
    """How many threads a process has, and the CPU time in seconds that others than the first took."""
    ticks = 0
    tasks = sorted(Path("/proc/self/task").iterdir(), key=lambda task: int(task.name))
    for task in tasks[1:]:
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return len(tasks), ticks / os.sysconf("SC_CLK_TCK")


async def test_model_of_another_folder_reads_the_records(model: Path) -> None:
    async with open_readers(1, model) as workers:
        found = await workers.read([record_of(article())])
        assert isinstance(found[0], Read)
        assert found[0].extraction == read((record_of(article()).key, record_of(article()).value)).extraction  # type: ignore[union-attr]


async def test_worker_opens_its_model_before_its_first_record() -> None:
    async with open_workers(1, prepare=partial(prepare, WEIGHTS), **LIMITS) as workers:
        assert await workers.run(opened, None) == 1
        await workers.run(read, (record_of(article()).key, record_of(article()).value))
        assert await workers.run(opened, None) == 1


async def test_threads_beside_the_first_take_no_time() -> None:
    long = article(" ".join([article().text] * 200))
    async with open_workers(1, prepare=partial(reader_of, WEIGHTS), **LIMITS) as workers:
        await workers.run(read, (record_of(long).key, record_of(long).value))
        _, seconds = await workers.run(threads, None)
        assert seconds < 0.1


@pytest.mark.parametrize("name", ["tokenizer.json", "reader.onnx", "roles.onnx"])
async def test_folder_that_lacks_a_file_is_named_at_the_start(model: Path, name: str) -> None:
    (model / name).unlink()
    with pytest.raises(BadModel) as caught:
        async with open_readers(1, model):
            pass
    assert f"the model's folder {model} lacks {name}" in str(caught.value)


@pytest.mark.parametrize("name", ["tokenizer.json", "reader.onnx", "roles.onnx"])
async def test_damaged_file_is_named_at_the_start(model: Path, name: str) -> None:
    (model / name).write_bytes((model / name).read_bytes()[:10_000])
    with pytest.raises(BadModel) as caught:
        async with open_readers(1, model):
            pass
    assert f"the model's folder {model}: {name} is damaged" in str(caught.value)


async def test_files_that_do_not_fit_each_other_are_refused(model: Path) -> None:
    shutil.copy(model / "roles.onnx", model / "reader.onnx")
    with pytest.raises(BadModel, match="do not fit"):
        async with open_readers(1, model):
            pass


async def test_folder_that_goes_away_is_no_records_fault(model: Path) -> None:
    """It is the world's: the loop waits, as it does for a database that is away."""
    async with open_workers(1, modules=[readers.__name__], **LIMITS) as workers:
        reading = readers.Readers(workers, model)
        (model / "reader.onnx").unlink()
        with pytest.raises(BadModel, match=r"lacks reader\.onnx"):
            await reading.read([record_of(article())])
