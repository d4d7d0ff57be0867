"""What pods are told: every key is a real setting of what they run, every file is there, and it all loads."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from services.cli.app import app
from services.extract.readers import MEMORY_BYTES as EXTRACT_BYTES
from services.ingest.service import MEMORY_BYTES as INGEST_BYTES
from services.settings import ApiSettings, ExtractSettings, IngestSettings, ServiceSettings, Settings
from tests.deploy.manifests import Manifests, Object, Pod
from tests.deploy.quantities import parse_quantity

READS: dict[str, type[BaseSettings]] = {
    "ingest": IngestSettings,
    "extract": ExtractSettings,
    "api": ApiSettings,
    "migrate": Settings,
    "feeds": ServiceSettings,
    "keys": ServiceSettings,
}
"""Which settings a command reads, by its first word."""

WORKERS = {"ingest": ("ingest_processes", INGEST_BYTES), "extract": ("extract_processes", EXTRACT_BYTES)}
"""The setting of how many worker processes there are, and the most that each may take."""

PARENT_BYTES = 1 << 30
"""What the parent of the workers is given."""

PREFIX = "CLAIMWIRE_"


def check_configuration(all_: Manifests) -> Iterator[str]:
    for pod in all_.pods():
        for container in pod.containers:
            for part in (_references, _command, _settings, _memory):
                yield from (f"{pod.kind} {pod.name}: {problem}" for problem in part(all_, pod, container))


def _references(all_: Manifests, pod: Pod, container: Object) -> Iterator[str]:
    maps, secrets = all_.config_maps(), all_.secrets()
    for source in container.get("envFrom", []):
        if source["configMapRef"]["name"] not in maps:
            yield f"no ConfigMap {source['configMapRef']['name']}"
    for variable in container.get("env", []):
        asked = variable.get("valueFrom", {}).get("secretKeyRef")
        if asked and asked["key"] not in secrets.get(asked["name"], set()):
            yield f"no Secret {asked['name']} with {asked['key']}"
    for volume in pod.spec.get("volumes", []):
        if "configMap" in volume and volume["configMap"]["name"] not in maps:
            yield f"no ConfigMap {volume['configMap']['name']}"
        if "secret" in volume and volume["secret"]["secretName"] not in secrets:
            yield f"no Secret {volume['secret']['secretName']}"


def _command(all_: Manifests, pod: Pod, container: Object) -> Iterator[str]:
    words = list(container.get("args", []))
    if "command" in container or not words or not is_command(words):
        yield f"{words} is no command of claimwire"
    for word in words:
        if word.startswith("/") and not is_file(all_, pod, container, word):
            yield f"no file {word}"


def is_command(words: list[str]) -> bool:
    """Whether the words name a command of ours, with options that it knows; what follows are its arguments."""
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while hasattr(command, "commands"):
        if not rest or rest[0] not in command.commands:
            return False
        command = command.commands[rest.pop(0)]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    return all(word.partition("=")[0] in known for word in rest if word.startswith("--"))


def is_file(all_: Manifests, pod: Pod, container: Object, path: str) -> bool:
    """Whether a path is a key of a ConfigMap or Secret that is mounted there."""
    folder, name = str(PurePosixPath(path).parent), PurePosixPath(path).name
    mounts = {mount["mountPath"]: mount["name"] for mount in container.get("volumeMounts", [])}
    volume: Object = next((one for one in pod.spec.get("volumes", []) if one["name"] == mounts.get(folder)), {})
    if "configMap" in volume:
        return name in all_.config_maps().get(volume["configMap"]["name"], {})
    return "secret" in volume and name in all_.secrets().get(volume["secret"]["secretName"], set())


def told(all_: Manifests, container: Object) -> dict[str, str]:
    """Return what a container finds in its environment; of Secrets a stand-in."""
    values: dict[str, str] = {}
    for source in container.get("envFrom", []):
        values |= all_.config_maps().get(source["configMapRef"]["name"], {})
    for variable in container.get("env", []):
        values[variable["name"]] = variable.get("value", "postgresql://u:p@db/claimwire")
    return values


def load_settings(all_: Manifests, container: Object) -> BaseSettings:
    """Return the settings as the container would read them; raises ValidationError."""
    with tempfile.NamedTemporaryFile() as file:
        given = told(all_, container)
        values = {
            key.removeprefix(PREFIX).lower(): file.name if key.endswith("_FILE") else value
            for key, value in given.items()
        }
        return READS[container["args"][0]](**values, _env_file=None)  # type: ignore[arg-type]


def _settings(all_: Manifests, pod: Pod, container: Object) -> Iterator[str]:
    kind = READS.get((container.get("args") or [""])[0])
    if kind is None:
        return
    for key, value in told(all_, container).items():
        if not re.fullmatch(f"{PREFIX}[A-Z_]+", key) or key.removeprefix(PREFIX).lower() not in kind.model_fields:
            yield f"{key} is no setting of it"
        if key.endswith("_FILE") and not is_file(all_, pod, container, value):
            yield f"{key}: no file {value}"
    try:
        settings = load_settings(all_, container)
    except ValidationError as error:
        yield f"its settings do not load: {error.errors(include_url=False)[0]['loc']}"
        return
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    for name, field in (("metrics", "metrics_port"), ("http", "api_port")):
        if name in ports and ports[name] != getattr(settings, field):
            yield f"port {name} is not {PREFIX}{field.upper()}"
    for field in ("metrics_host", "api_host"):
        if ports and getattr(settings, field, "0.0.0.0") != "0.0.0.0":
            yield f"{PREFIX}{field.upper()} is out of reach of probes"


def _memory(all_: Manifests, pod: Pod, container: Object) -> Iterator[str]:
    field, each = WORKERS.get((container.get("args") or [""])[0], ("", 0))
    if not field:
        return
    processes = int(told(all_, container).get(f"{PREFIX}{field.upper()}", "2"))
    most = parse_quantity(container.get("resources", {}).get("limits", {}).get("memory", "0")) or 0
    if most < processes * each + PARENT_BYTES:
        yield "its memory is too small for its worker processes"
