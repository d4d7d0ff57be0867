"""Kafka and PostgreSQL: that their objects fit one another, the settings, and what the code itself would make."""

from collections.abc import Iterator
from typing import Any

from schemas.events import ARTICLES_TOPIC, CLAIMS_TOPIC, MESSAGE_MAX_BYTES
from services.ingest.service import DATABASE_POOL as INGEST_POOL
from services.kafka.topics import TOPIC_CONFIGS
from tests.deploy.configuration import told
from tests.deploy.manifests import Manifests, name_of

EXTRACT_POOL = 5
"""What ``open_database`` gives where nobody says more."""

SPARE_CONNECTIONS = 15
"""For the operator, standbys, the migration, Jobs, and a person with psql."""

FACTORS = (
    "default.replication.factor",
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
)

SIZES = ("message.max.bytes", "replica.fetch.max.bytes")

MECHANISMS = {"SCRAM-SHA-512": "scram-sha-512"}
"""Settings' word and Strimzi's."""


def check_topics(all_: Manifests) -> Iterator[str]:
    brokers = sum(pool["spec"]["replicas"] for pool in all_.of("KafkaNodePool"))
    environment = told(all_, next(all_.pods("Job")).containers[0])
    topics = {name_of(topic): topic["spec"] for topic in all_.of("KafkaTopic")}
    if topics.keys() != TOPIC_CONFIGS.keys():
        yield f"KafkaTopic: there are {sorted(topics)}"
    for name, spec in topics.items():
        where = f"KafkaTopic {name}"
        if spec["replicas"] > brokers:
            yield f"{where}: more replicas than brokers"
        if spec["config"].get("min.insync.replicas", 1) > max(1, spec["replicas"] - 1):
            yield f"{where}: one broker that is away stops it"
        partitions = int(environment["CLAIMWIRE_KAFKA_PARTITIONS"])
        if spec["partitions"] > partitions or (name == ARTICLES_TOPIC and spec["partitions"] != partitions):
            yield f"{where}: partitions are not CLAIMWIRE_KAFKA_PARTITIONS"
        if spec["replicas"] != int(environment["CLAIMWIRE_KAFKA_REPLICATION"]):
            yield f"{where}: replicas are not CLAIMWIRE_KAFKA_REPLICATION"
        wanted = TOPIC_CONFIGS.get(name, {}) | {"max.message.bytes": str(MESSAGE_MAX_BYTES)}
        for key, value in wanted.items():
            if str(spec["config"].get(key)) != value:
                yield f"{where}: {key} is not {value}, which the code would make"


def check_kafka(all_: Manifests) -> Iterator[str]:
    environment = told(all_, next(all_.pods("Job")).containers[0])
    for cluster in all_.of("Kafka"):
        name, spec = name_of(cluster), cluster["spec"]["kafka"]
        by_port = {one["port"]: one for one in spec["listeners"]}
        host, _, port = environment["CLAIMWIRE_KAFKA_SERVERS"].rpartition(":")
        listener = by_port.get(int(port))
        if host != f"{name}-kafka-bootstrap" or listener is None:
            yield f"Kafka {name}: CLAIMWIRE_KAFKA_SERVERS is not of it"
        elif (
            not listener["tls"]
            or listener["authentication"]["type"] != MECHANISMS[environment["CLAIMWIRE_KAFKA_MECHANISM"]]
        ):
            yield f"Kafka {name}: its listener speaks otherwise than CLAIMWIRE_KAFKA_SECURITY and _MECHANISM"
        brokers = sum(pool["spec"]["replicas"] for pool in all_.of("KafkaNodePool"))
        for key in FACTORS:
            if spec["config"][key] > brokers:
                yield f"Kafka {name}: {key} is more than its brokers"
        if min(spec["config"][key] for key in SIZES) < MESSAGE_MAX_BYTES:
            yield f"Kafka {name}: our largest message is too large for it"
        for kind in ("KafkaNodePool", "KafkaTopic", "KafkaUser"):
            for one in all_.of(kind):
                if one["metadata"].get("labels", {}).get("strimzi.io/cluster") != name:
                    yield f"{kind} {name_of(one)}: it is of no cluster that is there"
    for user in all_.of("KafkaUser"):
        yield from (f"KafkaUser {name_of(user)}: {problem}" for problem in _user(user, environment))


def _user(user: dict[str, Any], environment: dict[str, str]) -> Iterator[str]:
    spec = user["spec"]
    if name_of(user) != environment.get("CLAIMWIRE_KAFKA_USER"):
        yield "it is not CLAIMWIRE_KAFKA_USER"
    may = {
        (acl["resource"]["type"], operation) for acl in spec["authorization"]["acls"] for operation in acl["operations"]
    }
    needed = {("topic", one) for one in ("Read", "Write", "Describe", "Create")} | {
        ("group", "Read"),
        ("group", "Describe"),
    }
    yield from (f"it may not {operation} its {kind}" for kind, operation in needed - may)
    for acl in spec["authorization"]["acls"]:
        resource = acl["resource"]
        prefix = resource.get("name", "")
        if resource["type"] == "topic" and not (
            CLAIMS_TOPIC.startswith(prefix) and resource.get("patternType") == "prefix"
        ):
            yield "its rights are not of our topics"
        if resource["type"] == "group" and prefix != "extract":
            yield "its rights are not of our group"


def check_postgres(all_: Manifests) -> Iterator[str]:
    for cluster in all_.of("Cluster"):
        where, spec = f"Cluster {name_of(cluster)}", cluster["spec"]
        together = spec["postgresql"].get("synchronous")
        if spec["instances"] > 1 and not _is_safe(together, spec["instances"]):
            yield f"{where}: a fail-over may lose commits"
        if not any("vector" in line for line in spec["bootstrap"]["initdb"]["postInitApplicationSQL"]):
            yield f"{where}: it has no pgvector"
        if _connections(all_) + SPARE_CONNECTIONS > int(spec["postgresql"]["parameters"]["max_connections"]):
            yield f"{where}: pools at their most need {_connections(all_)} connections"


def _is_safe(together: dict[str, Any] | None, instances: int) -> bool:
    """Whether a standby has every commit, and only such a one is promoted."""
    return together is not None and together.get("failoverQuorum") is True and together["number"] < instances


def _connections(all_: Manifests) -> int:
    """The connections of all pools of as many pods as there may be, one more of each in a rollout."""
    total = 0
    scalers = [*all_.of("HorizontalPodAutoscaler"), *all_.of("ScaledObject")]
    for pod in all_.pods("Deployment"):
        scaler = next((one for one in scalers if one["spec"]["scaleTargetRef"]["name"] == pod.name), None)
        spec = scaler["spec"] if scaler else {}
        deployment = all_.get("Deployment", pod.name)
        replicas = spec.get(
            "maxReplicas", spec.get("maxReplicaCount", deployment and deployment["spec"].get("replicas", 1))
        )
        api = int(told(all_, pod.containers[0]).get("CLAIMWIRE_DATABASE_POOL", "10"))
        pool = {"ingest": INGEST_POOL, "extract": EXTRACT_POOL}.get(pod.labels["app.kubernetes.io/component"], api)
        total += (int(replicas or 1) + 1) * pool
    return total
