"""Ports, properties and reasons of the embedded engines, without any of them."""

import socket
from pathlib import Path

import pytest

from services.engines.embedded import check_space
from services.engines.engine import tell_reason
from services.engines.failure import EngineFailed, failing_as
from services.engines.kafka import KafkaSettings, new_cluster_id, server_properties, write_properties
from services.engines.ports import find_free_port, is_free, remembered_port


def test_advertised_port_is_where_clients_are_sent(tmp_path: Path) -> None:
    properties = server_properties(KafkaSettings(advertised_port=7), 5, 6, tmp_path)
    assert properties["listeners"] == "PLAINTEXT://127.0.0.1:5,CONTROLLER://127.0.0.1:6"
    assert properties["advertised.listeners"] == "PLAINTEXT://127.0.0.1:7"


def test_cluster_ids_differ_and_are_kafkas_length() -> None:
    ids = {new_cluster_id() for _ in range(100)}
    assert len(ids) == 100
    assert {len(each) for each in ids} == {22}


def test_port_is_remembered_while_it_is_free(tmp_path: Path) -> None:
    file = tmp_path / "port"
    port = remembered_port(file)
    assert remembered_port(file) == port
    with socket.create_server(("127.0.0.1", port)):
        assert remembered_port(file) != port
    file.write_text("no number")
    assert is_free(remembered_port(file, find_free_port()))


def test_full_disk_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="MB left; the engines need 1000000000000 MB"):
        check_space(tmp_path, 10**18)
    with (
        pytest.raises(EngineFailed, match="^a file cannot be kept: the disk is full$"),
        failing_as("a file cannot be kept"),
    ):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("", "it said nothing"),
        ("one\ntwo\n", "two"),
        ("1 ERROR Exiting\njava.lang.Bad: no\n at x\n", "1 ERROR Exiting"),
        ("LOG: a\nFATAL: b\nLOG: c\n", "FATAL: b"),
        ("1 ERROR Exiting\norg.x.ConfigException: no\n at x\n", "org.x.ConfigException: no"),
    ],
)
def test_reason_is_the_most_telling_line(log: str, reason: str) -> None:
    assert tell_reason(log) == reason


def test_properties_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "server.properties"
    write_properties(path, {"a": "one\\two", "b": "with=sign"})
    assert path.read_text() == "a=one\\\\two\nb=with=sign\n"
    assert path.stat().st_mode & 0o777 == 0o600
