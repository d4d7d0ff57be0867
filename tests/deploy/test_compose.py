"""compose.yaml: the same settings as everywhere, the same confinement as on Kubernetes, and files that are there."""

from typing import Any

import pytest
import yaml

from tests.deploy.configuration import PREFIX, READS, is_command
from tests.deploy.manifests import DEPLOY
from tests.deploy.workloads import version

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("claimwire:")}


def test_all_of_claimwire_is_there() -> None:
    assert OURS.keys() == {"migrate", "feeds", "ingest", "extract", "api"}
    assert SERVICES.keys() - OURS.keys() == {"kafka", "postgres", "prometheus", "grafana"}


@pytest.mark.parametrize("name", OURS)
def test_service_is_confined_and_of_the_version(name: str) -> None:
    one = OURS[name]
    assert one["image"] == f"claimwire:{version()['version']}"
    assert one["build"]["args"] == {"VERSION": version()["version"]}
    assert (one["user"], one["read_only"], one["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["tmpfs"] == ["/tmp"]


@pytest.mark.parametrize("name", OURS)
def test_service_is_told_real_settings(name: str) -> None:
    one = OURS[name]
    assert is_command(one["command"])
    kind = READS[one["command"][0]]
    given = {key.removeprefix(PREFIX).lower(): value for key, value in one["environment"].items()}
    assert given.keys() <= kind.model_fields.keys()
    settings = kind(**given, _env_file=None)
    if name in {"ingest", "extract", "api"}:
        targets = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"][0]
        scraped = {"targets": [f"{name}:{getattr(settings, 'metrics_port')}"], "labels": {"service": name}}  # noqa: B009
        assert scraped in targets["static_configs"]


@pytest.mark.parametrize("name", SERVICES)
def test_files_and_volumes_are_there_and_images_are_pinned(name: str) -> None:
    one = SERVICES[name]
    tag = one["image"].rpartition(":")[2]
    assert any(letter.isdigit() for letter in tag)
    for mount in one.get("volumes", []):
        source = mount.split(":")[0]
        assert (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
    for port in one.get("ports", []):
        assert port.startswith("127.0.0.1:"), "what is for trying out is open to this machine alone"


def test_engines_answer_to_the_names_in_the_settings() -> None:
    for one in OURS.values():
        assert "@postgres/" in one["environment"]["CLAIMWIRE_DATABASE_URL"]
        assert one["environment"].get("CLAIMWIRE_KAFKA_SERVERS", "kafka:9092") == "kafka:9092"
    kafka = SERVICES["kafka"]["environment"]
    assert kafka["KAFKA_ADVERTISED_LISTENERS"] == "PLAINTEXT://kafka:9092"
    database = SERVICES["postgres"]["environment"]
    url = f"postgresql://{database['POSTGRES_USER']}:{database['POSTGRES_PASSWORD']}@postgres/{database['POSTGRES_DB']}"
    assert OURS["api"]["environment"]["CLAIMWIRE_DATABASE_URL"] == url
