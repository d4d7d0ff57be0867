"""The same services, by settings alone, against a Kafka with TLS and passwords and a PostgreSQL behind TLS."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services import kafka
from services.engines.postgres import Postgres
from services.settings import Settings
from tests.conftest import JARS
from tests.secured import MECHANISM, PASSWORD, USER, make_certificates, open_secured_kafka, open_tls_proxy
from tests.world import check_nothing_lost_or_doubled, open_world


async def test_services_run_on_secured_engines_by_settings_alone(
    migrated_url: str, postgres: Postgres, open_folder: Path, tmp_path: Path
) -> None:
    certificates = make_certificates(open_folder)
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")
    security = {
        "kafka_security": "sasl_ssl",
        "kafka_mechanism": MECHANISM,
        "kafka_user": USER,
        "kafka_password_file": str(password),
        "kafka_ca_file": str(certificates.certificate),
    }
    async with (
        open_secured_kafka(open_folder, certificates, JARS) as broker,
        open_tls_proxy(postgres.port, certificates) as port,
    ):
        url = migrated_url.replace(f":{postgres.port}/", f":{port}/")
        url += f"?sslmode=verify-full&sslrootcert={certificates.certificate}"
        async with open_world(url, broker.servers, tmp_path, pages=4, **security) as world:
            await asyncio.gather(world.ingest.start(), world.extract.start(), world.api.start())
            await world.until_settled(4)
            assert (await world.ingest.get("/readyz"))[0] == 200
            assert (await world.extract.get("/readyz"))[0] == 200
            await world.stop()
            await check_nothing_lost_or_doubled(world)


async def test_wrong_kafka_password_is_unavailable_not_a_hang(
    engine: AsyncEngine, open_folder: Path, tmp_path: Path
) -> None:
    certificates = make_certificates(open_folder)
    password = tmp_path / "password"
    password.write_text("wrong")
    async with open_secured_kafka(open_folder, certificates, JARS) as broker:
        settings = Settings(
            database_url="postgresql://unused",
            kafka_servers=broker.servers,
            kafka_security="sasl_ssl",
            kafka_user=USER,
            kafka_password_file=password,
            kafka_ca_file=certificates.certificate,
        )
        with pytest.raises(kafka.KafkaUnavailable, match="password|bootstrap"):
            await kafka.find_cluster_id(settings)
