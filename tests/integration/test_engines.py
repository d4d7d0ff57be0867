"""The embedded engines: what they keep, how they end, and what they say when they cannot start."""

import asyncio
import os
import signal
import socket
import ssl
import sys
from pathlib import Path

import asyncpg
import pytest
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaConnectionError

from services.engines.account import find_account
from services.engines.child import Child, Command
from services.engines.cluster import Cluster, find_binaries
from services.engines.embedded import open_engines
from services.engines.engine import lock_folder
from services.engines.failure import EngineFailed
from services.engines.kafka import Kafka, KafkaSettings, open_kafka
from services.engines.locks import hold_state
from services.engines.ports import is_free
from services.engines.postgres import Postgres, PostgresSettings, clear_stale_pid, open_postgres
from services.engines.progress import Progress, Step, report_nothing
from tests.asking import SECONDS, admin, ask, make_topic, receive, send
from tests.conftest import HASTY, JARS, Databases
from tests.processes import is_alive, parent_of, until_gone
from tests.secured import MECHANISM, PASSWORD, USER, make_certificates, open_secured_kafka, open_tls_proxy

QUICK = PostgresSettings(extra_settings=HASTY)


async def test_postgres_has_vectors_and_asks_for_the_password(postgres: Postgres, database_url: str) -> None:
    assert await ask(database_url, "SELECT current_setting('server_version_num')::int / 10000") == 18
    await ask(database_url, "CREATE EXTENSION vector")
    assert await ask(database_url, "SELECT '[1,2]'::halfvec <-> '[1,3]'") == 1
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(database_url.replace(postgres.password, "guessed"), "SELECT 1")


async def test_fresh_database_is_empty_or_like_its_template(databases: Databases) -> None:
    template = await databases.create("A template!")
    await ask(template, "CREATE TABLE kept ()")
    like = await databases.create("like", template=template.rpartition("/")[2])
    assert await ask(like, "SELECT count(*) FROM kept") == 0
    with pytest.raises(asyncpg.UndefinedTableError):
        await ask(await databases.create("empty"), "SELECT count(*) FROM kept")


async def test_kafka_takes_four_megabytes_and_makes_no_topic_unasked(kafka: Kafka) -> None:
    async with admin(kafka.servers) as client:
        await client.create_topics([NewTopic("large", 1, 1)])
        await client.describe_topics(["unasked"])
        async with asyncio.timeout(SECONDS):
            while "large" not in (listed := await client.list_topics()):  # a busy broker tells of it a moment later
                await asyncio.sleep(0.1)
        assert "unasked" not in listed  # other tests of the run have topics of their own
    value = os.urandom(3_900_000)
    await send(kafka.servers, "large", value, compression_type="zstd")
    assert await receive(kafka.servers, "large", max_partition_fetch_bytes=4 * 1024 * 1024) == value


async def test_killed_postgres_keeps_rows_port_and_password(open_folder: Path) -> None:
    async with open_postgres(open_folder / "postgres") as postgres:
        url, first = postgres.url(), postgres.pid
        await ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
        await postgres.kill()
        with pytest.raises(OSError, match="onnect"):
            await ask(url, "SELECT 1")
        await postgres.start()
        assert postgres.pid != first
        assert await ask(url, "SELECT n FROM kept") == 7
    async with open_postgres(open_folder / "postgres") as again:
        assert again.url() == url


async def test_killed_kafka_keeps_records_and_port(open_folder: Path) -> None:
    async with open_kafka(open_folder / "kafka", jars=JARS) as kafka:
        servers = kafka.servers
        await make_topic(servers, "kept")
        await send(servers, "kept", b"a record")
        await kafka.kill()
        await kafka.start()
        assert await receive(servers, "kept") == b"a record"


COMMAND = """
import asyncio, signal, sys
from pathlib import Path
from services.engines.postgres import open_postgres

async def main():
    async with open_postgres(Path(sys.argv[1])) as postgres:
        print(postgres.pid, flush=True)
        await asyncio.sleep(600)

# Whoever started the tests may ignore them (nohup, a shell's background), and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
async def test_engine_ends_with_its_command_and_starts_again(open_folder: Path, number: signal.Signals) -> None:
    folder = open_folder / "postgres"
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND, str(folder)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert command.stdout is not None
    pid = int(await asyncio.wait_for(command.stdout.readline(), SECONDS))
    assert is_alive(pid)
    command.send_signal(number)
    await command.communicate()
    # At once: the second start waits for the first engine's end rather than meeting it.
    async with open_postgres(folder, QUICK) as postgres:
        assert not is_alive(pid)
        assert await ask(postgres.url(), "SELECT 1") == 1


async def test_engine_ends_with_its_supervisor(open_folder: Path) -> None:
    async with open_postgres(open_folder / "postgres", QUICK) as postgres:
        supervisor = parent_of(postgres.pid)
        os.kill(supervisor, signal.SIGKILL)
        await postgres.wait()
        await until_gone(postgres.pid)


def leave_rubbish(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "rubbish").write_text("")


async def test_data_made_by_half_is_made_anew(open_folder: Path) -> None:
    for name in ("postgres", "kafka"):
        leave_rubbish(open_folder / name / "data.new")
    steps: list[Progress] = []
    async with open_engines(open_folder, jars=JARS, postgres=QUICK, report=steps.append) as engines:
        assert await ask(engines.database_url, "SELECT 1") == 1
        assert engines.kafka_servers.endswith(f":{engines.kafka.port}")
        assert not any((open_folder / name / "data.new").exists() for name in ("postgres", "kafka"))
        # A second command on the same folder is told who holds it.
        with pytest.raises(EngineFailed, match=f"another claimwire \\(process {os.getpid()}\\) runs on"):
            async with open_engines(open_folder, jars=JARS):
                pass
    assert {step.step for step in steps} >= {Step.MAKE_POSTGRES, Step.START_POSTGRES, Step.MAKE_KAFKA, Step.START_KAFKA}
    assert not is_alive(engines.postgres.pid)
    assert not is_alive(engines.kafka.pid)


async def test_password_is_for_its_owner_alone(postgres: Postgres) -> None:
    assert (postgres.folder / "password").stat().st_mode & 0o777 == 0o600
    assert postgres.data.stat().st_mode & 0o777 == 0o700


async def test_lost_password_is_one_line(open_folder: Path) -> None:
    folder = open_folder / "postgres"
    async with open_postgres(folder, QUICK):
        pass
    (folder / "password").unlink()
    with pytest.raises(EngineFailed, match="has lost its password"):
        async with open_postgres(folder, QUICK):
            pass


async def test_data_elsewhere_belong_to_their_state_folder(open_folder: Path) -> None:
    folder, place = open_folder / "postgres", open_folder / "elsewhere"
    folder.mkdir()
    account = find_account(place)
    cluster = Cluster(folder, place, account, find_binaries(account, report_nothing))
    lock = await lock_folder(folder, "PostgreSQL", 0)
    try:
        password = await cluster.make_once(report_nothing, lock)
        assert await cluster.make_once(report_nothing, lock) == password
        assert (folder / "data").resolve() == place / "data"
        # A state folder that was removed takes with it what it had elsewhere.
        cluster.password_file.unlink()
        assert await cluster.make_once(report_nothing, lock) != password
    finally:
        os.close(lock)


async def test_failure_of_one_engine_ends_the_other(open_folder: Path) -> None:
    taken = KafkaSettings(extra_properties={"process.roles": "nonsense"})
    with pytest.raises(EngineFailed, match="Kafka's log cannot be made"):
        async with open_engines(open_folder, jars=JARS, postgres=QUICK, kafka=taken):
            pass
    assert is_free(int((open_folder / "postgres" / "port").read_text()))
    with hold_state(open_folder):
        pass


async def test_engine_that_ends_at_start_is_told_with_its_log(open_folder: Path) -> None:
    settings = PostgresSettings(extra_settings={"shared_buffers": "nonsense"})
    with pytest.raises(EngineFailed, match=r"PostgreSQL ended at start .*shared_buffers.*\(log: .*/postgres/log\)"):
        async with open_postgres(open_folder / "postgres", settings):
            pass


async def test_taken_port_is_one_line(open_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(EngineFailed, match=rf"port {port} of 127\.0\.0\.1 is taken"):
            async with open_postgres(open_folder / "postgres", PostgresSettings(port=port)):
                pass


async def test_pid_file_of_another_process_is_no_obstacle(open_folder: Path) -> None:
    account = find_account(open_folder)
    stranger = Child(Command(["sleep", "600"], open_folder / "log", 1.0, account=account))
    await stranger.start()
    try:
        async with open_postgres(open_folder / "postgres", QUICK) as postgres:
            written = (postgres.data / "postmaster.pid").read_text().split("\n", 1)[1]
            await postgres.kill()
            (postgres.data / "postmaster.pid").write_text(f"{stranger.pid}\n{written}")
            await postgres.start()
            assert await ask(postgres.url(), "SELECT 1") == 1
        assert is_alive(stranger.pid)
    finally:
        await stranger.stop()


async def test_pid_file_that_is_none_is_left(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text("no number\n")
    clear_stale_pid(tmp_path)
    assert (tmp_path / "postmaster.pid").exists()


async def test_secured_kafka_lets_in_who_has_the_password(open_folder: Path) -> None:
    certificates = make_certificates(open_folder)
    login = {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": USER,
        "sasl_plain_password": PASSWORD,
        "ssl_context": ssl.create_default_context(cafile=str(certificates.certificate)),
    }
    async with open_secured_kafka(open_folder, certificates, JARS) as kafka:
        await make_topic(kafka.servers, "closed", **login)
        await send(kafka.servers, "closed", b"a secret", **login)
        assert await receive(kafka.servers, "closed", **login) == b"a secret"
        with pytest.raises(KafkaConnectionError):
            await make_topic(kafka.servers, "open", **(login | {"sasl_plain_password": "guessed"}))


async def test_tls_in_front_of_postgres_lets_in_nobody_without(postgres: Postgres, open_folder: Path) -> None:
    certificates = make_certificates(open_folder)
    context = ssl.create_default_context(cafile=str(certificates.certificate))
    async with open_tls_proxy(postgres.port, certificates) as port:
        url = postgres.url().replace(f":{postgres.port}/", f":{port}/")
        assert await ask(url, "SELECT 1", ssl=context) == 1
        assert await ask(f"{url}?sslmode=verify-full&sslrootcert={certificates.certificate}", "SELECT 2") == 2
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await ask(url, "SELECT 1", ssl=False)
        with pytest.raises(ssl.SSLCertVerificationError):
            await ask(url, "SELECT 1", ssl=ssl.create_default_context())
