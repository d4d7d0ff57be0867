"""The image: built here without a registry of images, and run as the manifests run it, on the real engines."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from services.engines.ports import find_free_port
from tests.conftest import Databases
from tests.deploy.containers import IMAGE, build_base, build_image, confined, inspect, need_tools, run
from tests.deploy.manifests import Pod, rendered

READY_SECONDS = 90.0
"""For a service to load its model on a busy machine."""

STOP_SECONDS = 30
"""More than CLAIMWIRE_STOP_SECONDS is."""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("image")
    need_tools(folder)
    build_base(folder)
    build_image()
    yield IMAGE
    run("podman", "rmi", "--force", IMAGE)


def pod_of(command: str) -> Pod:
    return next(pod for pod in rendered("prod").pods() if pod.containers[0]["args"] == [command])


def words_of(command: str, settings: dict[str, str]) -> list[str]:
    pod = pod_of(command)
    environment = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
    return [*confined(pod, pod.containers[0]), *environment, IMAGE, command]


@contextmanager
def running(command: str, settings: dict[str, str]) -> Iterator[str]:
    """Run a service while open; it must end in order."""
    container = run("podman", "run", "--detach", *words_of(command, settings)).strip()
    try:
        yield container
        run("podman", "stop", "--time", STOP_SECONDS, container)
        ended = run("podman", "inspect", "--format", "{{.State.ExitCode}}", container).strip()
        assert ended == "0", run("podman", "logs", container)
    finally:
        run("podman", "rm", "--force", "--time", 0, container)


async def until_ready(port: int, container: str) -> None:
    until = time.monotonic() + READY_SECONDS
    async with aiohttp.ClientSession() as client:
        while True:
            try:
                async with client.get(f"http://127.0.0.1:{port}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            assert time.monotonic() < until, run("podman", "logs", container)
            await asyncio.sleep(0.5)


def test_image_is_as_kubernetes_wants_it(image: str) -> None:
    config = inspect()
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["claimwire"]
    assert config.get("Healthcheck") is None
    assert config["Labels"]["org.opencontainers.image.version"] == "test"


def test_model_is_inside(image: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text('"We will not sell the pier," said Petr Oskine.')
    tmp_path.chmod(0o755)
    done = run(
        "podman", "run", "--rm", "--volume", f"{tmp_path}/text:/text:ro", *words_of("api", {})[:-1], "text", "/text"
    )
    (read,) = [json.loads(line) for line in done.splitlines()]
    assert "Petr Oskine" in {claim["speaker"]["name"] for claim in read["claims"] if claim["speaker"]}


async def test_services_run_confined_as_the_manifests_say(
    image: str, databases: Databases, kafka_servers: str, tmp_path: Path
) -> None:
    engines = {
        "CLAIMWIRE_DATABASE_URL": await databases.create("image"),
        "CLAIMWIRE_KAFKA_SERVERS": kafka_servers,
    }
    ports = {command: find_free_port() for command in ("ingest", "extract", "api")}
    own = {command: engines | {"CLAIMWIRE_METRICS_PORT": str(port)} for command, port in ports.items()}
    own["api"]["CLAIMWIRE_API_PORT"] = str(find_free_port())
    with (
        running("ingest", own["ingest"]) as ingest,
        running("extract", own["extract"]) as extract,
        running("api", own["api"]) as api,
    ):
        assert "has the schema" in run("podman", "run", "--rm", *words_of("migrate", engines))
        for container, command in ((ingest, "ingest"), (extract, "extract"), (api, "api")):
            await until_ready(ports[command], container)
