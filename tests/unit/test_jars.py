"""Kafka's jars: what is fetched, what is kept, and what is refused."""

import asyncio
import hashlib
import re
from pathlib import Path

import pytest

from services.engines.failure import EngineFailed
from services.engines.jars import LIST, TRIES, Count, Jar, fetch_jars, listed_jars, read_list
from services.engines.progress import Progress, Step


def jar(name: str, content: bytes) -> Jar:
    return Jar(f"org.example:{name}:1.0", hashlib.sha256(content).hexdigest(), len(content))


class Registry:
    """A registry that serves what it was given, and counts what it was asked."""

    def __init__(self, contents: dict[str, bytes | Exception]) -> None:
        self.contents = contents
        self.asked: list[str] = []

    def fetch(self, wanted: Jar, folder: Path, count: Count) -> Path:
        self.asked.append(wanted.file_name)
        content = self.contents[wanted.file_name]
        if isinstance(content, Exception):
            raise content
        count(len(content))
        path = folder / "anywhere.jar"
        path.write_bytes(content)
        return path


async def test_missing_jars_are_fetched_and_the_others_kept(tmp_path: Path) -> None:
    registry = Registry({"a-1.0.jar": b"a", "b-1.0.jar": b"bb"})
    wanted = [jar("a", b"a"), jar("b", b"bb")]
    told: list[Progress] = []
    paths = await fetch_jars(tmp_path, wanted, fetch=registry.fetch, report=told.append)
    assert [path.read_bytes() for path in paths] == [b"a", b"bb"]
    assert told[-1] == Progress(Step.FETCH_JARS, 3, 3)
    await fetch_jars(tmp_path, wanted, fetch=registry.fetch)
    assert sorted(registry.asked) == ["a-1.0.jar", "b-1.0.jar"]
    assert not (tmp_path / "coming").exists()


async def test_kept_jar_that_was_changed_is_fetched_again(tmp_path: Path) -> None:
    registry = Registry({"a-1.0.jar": b"right"})
    (tmp_path / "a-1.0.jar").write_bytes(b"wrong")
    (path,) = await fetch_jars(tmp_path, [jar("a", b"right")], fetch=registry.fetch)
    assert path.read_bytes() == b"right"


async def test_another_hash_is_refused_and_not_kept(tmp_path: Path) -> None:
    registry = Registry({"a-1.0.jar": b"wrong"})
    with pytest.raises(EngineFailed, match=r"org\.example:a:1\.0 came with another hash"):
        await fetch_jars(tmp_path, [jar("a", b"right")], fetch=registry.fetch)
    assert not (tmp_path / "a-1.0.jar").exists()
    assert len(registry.asked) == 1


@pytest.mark.parametrize("failure", [RuntimeError("not found"), OSError("no connection"), b"half"])
async def test_registry_out_of_reach_is_one_line_after_some_tries(tmp_path: Path, failure: bytes | Exception) -> None:
    registry = Registry({"a-1.0.jar": failure})
    with pytest.raises(EngineFailed, match=r"^org\.example:a:1\.0 cannot be fetched from Maven Central \(.*\): is"):
        await fetch_jars(tmp_path, [jar("a", b"whole")], fetch=registry.fetch)
    assert len(registry.asked) == TRIES


async def test_full_disk_is_one_line_and_not_tried_again(tmp_path: Path) -> None:
    registry = Registry({"a-1.0.jar": OSError(28, "No space left on device")})
    with pytest.raises(EngineFailed, match=r"^Kafka's jars cannot be kept: the disk is full$"):
        await fetch_jars(tmp_path, [jar("a", b"a")], fetch=registry.fetch)
    assert len(registry.asked) == 1


async def test_two_commands_fetch_once(tmp_path: Path) -> None:
    registry = Registry({"a-1.0.jar": b"a"})
    wanted = [jar("a", b"a")]
    await asyncio.gather(*(fetch_jars(tmp_path, wanted, fetch=registry.fetch) for _ in range(3)))
    assert len(registry.asked) == 1


async def test_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineFailed, match="Kafka's jars cannot be kept: "):
        await fetch_jars(tmp_path / "file" / "jars", [])
    assert (tmp_path / "file").read_text() == ""


def test_list_names_each_jar_once_and_no_address() -> None:
    jars = listed_jars()
    assert len({each.file_name for each in jars}) == len(jars) == 46
    assert {"kafka_2.13-4.3.1.jar", "kafka-clients-4.3.1.jar", "log4j-slf4j-impl-2.25.4.jar"} <= {
        each.file_name for each in jars
    }
    assert all(re.fullmatch("[0-9a-f]{64}", each.sha256) for each in jars)
    assert "://" not in LIST.read_text()


def test_list_may_have_comments_and_empty_lines() -> None:
    assert read_list("# of tests\n\na:b:1 00 7\n") == (Jar("a:b:1", "00", 7),)
