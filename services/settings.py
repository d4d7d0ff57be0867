"""The settings of every service: read once from ``CLAIMWIRE_*`` at the start, then passed on as values."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, FilePath, SecretStr, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

KafkaSecurity = Literal["plaintext", "ssl", "sasl_ssl"]
ScramMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

SERVERS = r"^$|^{0}(,{0})*$".format(r"\s*(\[[0-9A-Fa-f:.]+\]|[^\s,:\[\]]+):\d{1,5}\s*")
"""host:port, separated by commas; empty only where Kafka is not needed."""


Origin = Annotated[str, StringConstraints(pattern=r"^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$")]
"""Scheme, host and port as a browser sends them: no path, no star, no capitals."""


Endpoint = Annotated[
    str, StringConstraints(pattern=r"^https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?(/\S*)?$")
]
"""The URL below which a collector takes each signal at a path of its own."""


Days = Annotated[int, Field(ge=1, le=36_500)]
"""A time to keep something: whole days, at most a century."""


def split(value: object) -> object:
    """Return the parts of a list by commas; what is no text stays as it is."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class ServiceSettings(BaseSettings):
    """What all services need to know. Every field is set by ``CLAIMWIRE_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="CLAIMWIRE_", frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: SecretStr = Field(description="PostgreSQL as a libpq URI; several hosts and sslmode are understood.")
    database_prepare: bool = Field(
        True, description="Prepare statements; false behind a PgBouncer in transaction mode that does not keep them."
    )
    metrics_host: str = Field("127.0.0.1", description="The address that /metrics and the probes listen on.")
    metrics_port: int = Field(0, ge=0, le=65_535, description="The port of /metrics and the probes; 0: any free one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least level logged.")
    log_format: Literal["json", "text"] = Field("json", description="JSON lines, or text for a person.")
    stop_seconds: float = Field(20.0, gt=0, le=600, description="How long a service may take to stop in order.")
    otlp_endpoint: Endpoint | None = Field(
        None, description="Where traces are sent by OTLP/HTTP, without /v1/traces; none: there are no traces."
    )


class Settings(ServiceSettings):
    """What those need besides that speak to Kafka: all but the api."""

    kafka_servers: str = Field(
        pattern=SERVERS, description="Kafka's bootstrap servers, host:port, separated by commas."
    )
    kafka_security: KafkaSecurity = Field("plaintext", description="How Kafka is spoken to.")
    kafka_mechanism: ScramMechanism = Field("SCRAM-SHA-512", description="The SASL mechanism, with sasl_ssl.")
    kafka_user: str | None = Field(None, description="The SASL user.")
    kafka_password_file: FilePath | None = Field(None, description="A file that holds the SASL password.")
    kafka_ca_file: FilePath | None = Field(None, description="Certificates that Kafka's is checked against (PEM).")
    kafka_certificate_file: FilePath | None = Field(
        None, description="Our own certificate, where Kafka asks for one (PEM)."
    )
    kafka_key_file: FilePath | None = Field(None, description="The key of our own certificate (PEM).")
    kafka_session_seconds: float = Field(
        15.0, ge=6, le=300, description="How long a consumer may be silent before its partitions go to others."
    )
    kafka_partitions: int = Field(6, ge=1, le=1_000, description="Partitions of a topic that does not exist yet.")
    kafka_replication: int = Field(1, ge=1, le=7, description="Replicas of a topic that does not exist yet.")

    @model_validator(mode="after")
    def _sasl_has_user_and_password(self) -> Self:
        if self.kafka_security == "sasl_ssl" and (self.kafka_user is None or self.kafka_password_file is None):
            raise ValueError("CLAIMWIRE_KAFKA_SECURITY sasl_ssl needs CLAIMWIRE_KAFKA_USER and _KAFKA_PASSWORD_FILE")
        return self


class FetchSettings(BaseSettings):
    """What those need that fetch pages: ingest, and the command that shows how one is fetched."""

    model_config = SettingsConfigDict(env_prefix="CLAIMWIRE_", frozen=True, extra="ignore", env_ignore_empty=True)

    user_agent: str = Field(
        "Claimwire/0.1 (+https://github.com/claimwire/claimwire; news research)",
        min_length=8,
        description="How we introduce ourselves; put a contact of yours in it.",
    )
    fetch_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Networks and ports that may be fetched besides public ones on 80 and 443, by commas."
    )
    fetch_timeout_seconds: float = Field(
        30.0, gt=0, le=300, description="The most one fetch may take, redirects and all."
    )
    host_interval_seconds: float = Field(
        1.0, ge=0, le=3_600, description="The least time between two requests of a host."
    )

    @field_validator("fetch_allow", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        return split(value)


class IngestSettings(Settings, FetchSettings):
    """What ingest needs besides."""

    fetch_concurrency: int = Field(16, ge=1, le=512, description="Pages fetched at once by one process.")
    poll_interval_seconds: float = Field(
        60.0, ge=1, le=86_400, description="The least time between two polls of a feed; its own pace decides."
    )
    poll_longest_seconds: float = Field(
        86_400.0, ge=1, le=86_400, description="The most that a feed which answers is left alone by its own pace."
    )
    ingest_processes: int = Field(2, ge=1, le=64, description="Worker processes that parse and clean.")
    folders: Annotated[tuple[Path, ...], NoDecode] = Field((), description="Folders of HTML files to read, by commas.")

    @field_validator("folders", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return split(value)


class ReadingSettings(BaseSettings):
    """What those need that read texts: extract, and the commands that do it by hand."""

    model_config = SettingsConfigDict(env_prefix="CLAIMWIRE_", frozen=True, extra="ignore", env_ignore_empty=True)

    extract_model: Path | None = Field(
        None, description="The folder of the model that reads texts; without it the one that comes with Claimwire."
    )


class RetentionSettings(BaseSettings):
    """For how long what is kept; without a number, for good."""

    model_config = SettingsConfigDict(env_prefix="CLAIMWIRE_", frozen=True, extra="ignore", env_ignore_empty=True)

    retention_texts_days: Days | None = Field(
        None, description="So many days after it was fetched a text goes, and what was handed in; its claims stay."
    )
    retention_claims_days: Days | None = Field(
        None, description="So many days after its last text was fetched an article is erased, with all its claims."
    )
    retention_dead_letters_days: Days | None = Field(
        None, description="So many days after it came a dead letter is deleted, redriven or not."
    )


class ExtractSettings(Settings, ReadingSettings, RetentionSettings):
    """What extract needs besides."""

    extract_processes: int = Field(2, ge=1, le=64, description="Worker processes that read texts.")
    publish_lease_seconds: float = Field(
        45.0,
        ge=2,
        le=600,
        description="How long one replica keeps publishing the change log to itself.",
    )
    relate_lease_seconds: float = Field(
        120.0, ge=2, le=600, description="How long one replica keeps an article that it compares to itself."
    )
    batch_records: int = Field(50, ge=1, le=500, description="Records of one transaction.")


class ApiSettings(ServiceSettings):
    """What the gateway needs besides; Kafka it does not need."""

    api_host: str = Field("127.0.0.1", description="The address the API listens on.")
    api_port: int = Field(8000, ge=0, le=65_535, description="The port the API listens on; 0: any free one.")
    database_pool: int = Field(10, ge=1, le=100, description="Connections to PostgreSQL that the API may hold.")
    api_cursor_secret: SecretStr | None = Field(
        None, description="What cursors are signed with, the same for all replicas; without it they are only checked."
    )
    api_statement_seconds: float = Field(5.0, gt=0, le=60, description="The most that one statement may take.")
    api_head_seconds: float = Field(
        15.0, gt=0, le=300, description="The most that a request's line and headers may take to come."
    )
    api_body_seconds: float = Field(15.0, gt=0, le=300, description="The most that a request's body may take to come.")
    api_drain_seconds: float = Field(
        3.0, ge=0, le=60, description="How long the API answers on after a stop, for load balancers to notice."
    )
    api_keys: Literal["auto", "on", "off"] = Field(
        "auto", description="Whether /v1 needs a key; auto: not where the API listens on loopback, else yes."
    )
    api_keys_seconds: float = Field(
        5.0, ge=0, le=300, description="After so long a new key is good and a revoked one is not, at the latest."
    )
    api_requests_per_minute: int = Field(
        600,
        ge=0,
        le=1_000_000,
        description="Requests a minute of a key that has no number of its own; without keys of a client's address, but "
        "not on loopback. 0: no limit. Each process counts by itself.",
    )
    api_concurrency: int = Field(
        2_000,
        ge=1,
        le=100_000,
        description="Requests that one process holds at once, streams left out; more get 503.",
    )
    api_streams: int = Field(500, ge=0, le=100_000, description="Streams of changes that one process sends at once.")
    api_stream_heartbeat_seconds: float = Field(
        15.0, gt=0, le=300, description="A stream is never silent for longer: below what proxies cut off."
    )
    api_stream_send_seconds: float = Field(
        10.0, gt=0, le=300, description="The most that a client may take to take what a stream sends it."
    )
    api_cors_origins: Annotated[tuple[Origin, ...], NoDecode] = Field(
        (), description="Origins whose pages may ask the API from a browser, by commas; none: no other than our own."
    )

    @field_validator("api_cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        return split(value)


class UpSettings(BaseSettings):
    """What ``claimwire up`` needs: where it keeps its state, and the ports people look at."""

    model_config = SettingsConfigDict(env_prefix="CLAIMWIRE_", frozen=True, extra="ignore", env_ignore_empty=True)

    state: Path = Field(Path(".state"), description="The folder of everything that claimwire up keeps.")
    api_port: int = Field(8000, ge=1, le=65_535, description="The port the API listens on.")
    samples_port: int = Field(8001, ge=1, le=65_535, description="The port the sample pages are served on.")
    up_metrics_port: int = Field(9464, ge=1, le=65_533, description="Ingest's metrics; the next two: extract's, api's.")
    stop_seconds: float = Field(20.0, gt=0, le=600, description="How long a service may take to stop in order.")


class ClientSettings(BaseSettings):
    """What the commands need that ask the API."""

    model_config = SettingsConfigDict(env_prefix="CLAIMWIRE_", frozen=True, extra="ignore", env_ignore_empty=True)

    api_url: str = Field("http://127.0.0.1:8000", description="Where the commands find the API that they ask.")
    api_key: SecretStr | None = Field(None, description="The key that they show to the API.")


ENGINES_FILE = "claimwire.env"
"""Where ``claimwire up`` writes how its engines are reached, so that other commands find them."""

S = TypeVar("S", bound=BaseSettings)


class BadSettings(Exception):
    """A setting is missing or wrong; the message names each, never its value."""


def load(kind: type[S]) -> S:
    """Read settings from the environment, and where it is silent from what a ``claimwire up`` of this folder wrote.

    Raises:
        BadSettings: one is missing or wrong.
    """
    state = Path(os.environ.get("CLAIMWIRE_STATE") or ".state")
    try:
        return kind(_env_file=state / ENGINES_FILE)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        told = "; ".join(f"{_variable(fault['loc'])}{fault['msg']}" for fault in faults)
        raise BadSettings(f"{told} (is 'claimwire up' running in this folder?)") from None


def _variable(place: tuple[int | str, ...]) -> str:
    return f"CLAIMWIRE_{str(place[0]).upper()}: " if place else ""
