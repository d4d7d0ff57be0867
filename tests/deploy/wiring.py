"""What names something else: Services, budgets, scalers, monitors; that what they name is there and fits."""

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.events import ARTICLES_TOPIC
from services.offsets import CONSUMER
from tests.deploy.configuration import told
from tests.deploy.manifests import Manifests, Object, name_of, selects

KAFKA_TRIGGER = frozenset(
    {
        *("bootstrapServers", "consumerGroup", "topic", "lagThreshold", "activationLagThreshold", "offsetResetPolicy"),
        *("allowIdleConsumers", "scaleToZeroOnInvalidOffset", "excludePersistentLag", "limitToPartitionsWithLag"),
        *("version", "partitionLimitation", "ensureEvenDistributionOfPartitions", "sasl", "tls", "unsafeSsl"),
    }
)
"""What KEDA's kafka scaler reads; what it does not know it passes over in silence."""

AUTHENTICATION = frozenset({"username", "password", "ca", "cert", "key", "keyPassword", "sasl", "tls"})


def check_services(all_: Manifests) -> Iterator[str]:
    for service in all_.of("Service"):
        where = f"Service {name_of(service)}"
        selector = {"matchLabels": service["spec"]["selector"]}
        chosen = [pod for pod in all_.pods("Deployment") if selects(selector, pod.labels)]
        if len(chosen) != 1:
            yield f"{where}: it selects {len(chosen)} Deployments"
        for port in service["spec"]["ports"]:
            if any(port["targetPort"] not in _ports(pod.containers) for pod in chosen):
                yield f"{where}: its pods have no port {port['targetPort']}"
    for ingress in all_.of("Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                asked = path["backend"]["service"]
                found = all_.get("Service", asked["name"])
                if found is None or asked["port"]["name"] not in {one["name"] for one in found["spec"]["ports"]}:
                    yield f"Ingress {name_of(ingress)}: no Service {asked['name']} with that port"


def _ports(containers: list[Object]) -> set[str]:
    return {port["name"] for container in containers for port in container.get("ports", [])}


def check_budgets(all_: Manifests) -> Iterator[str]:
    covered = set()
    for budget in all_.of("PodDisruptionBudget"):
        where, spec = f"PodDisruptionBudget {name_of(budget)}", budget["spec"]
        chosen = [pod.name for pod in all_.pods("Deployment") if selects(spec["selector"], pod.labels)]
        covered |= set(chosen)
        if len(chosen) != 1:
            yield f"{where}: it selects {len(chosen)} Deployments"
        if len(spec.keys() & {"minAvailable", "maxUnavailable"}) != 1 or spec.get("maxUnavailable") == 0:
            yield f"{where}: it says how many may go, in one way, and some may"
    for pod in all_.pods("Deployment"):
        if pod.name not in covered:
            yield f"Deployment {pod.name}: no PodDisruptionBudget holds its pods"


def check_scaling(all_: Manifests) -> Iterator[str]:
    scaled: list[str] = []
    for scaler in (*all_.of("HorizontalPodAutoscaler"), *all_.of("ScaledObject")):
        where, spec = f"{scaler['kind']} {name_of(scaler)}", scaler["spec"]
        name = spec["scaleTargetRef"]["name"]
        scaled.append(name)
        if spec["scaleTargetRef"].get("kind") != "Deployment" or all_.get("Deployment", name) is None:
            yield f"{where}: no Deployment {name}"
        least, most = (spec.get(f"{end}ReplicaCount", spec.get(f"{end}Replicas", 0)) for end in ("min", "max"))
        if not 0 < least <= most:
            yield f"{where}: from {least} to {most} replicas"
        for trigger in spec.get("triggers", []):
            yield from (f"{where}: {problem}" for problem in _trigger(all_, name, most, trigger))
    if len(set(scaled)) < len(scaled):
        yield "two scalers have one Deployment"
    for one in all_.of("Deployment"):
        if ("replicas" in one["spec"]) == (name_of(one) in scaled):
            yield f"Deployment {name_of(one)}: its replicas are said by it or by a scaler"


def _trigger(all_: Manifests, target: str, most: int, trigger: Object) -> Iterator[str]:
    said: Mapping[str, Any] = trigger["metadata"]
    yield from (f"KEDA knows no {key}" for key in said.keys() - KAFKA_TRIGGER)
    yield from (f"{key} is no string" for key, value in said.items() if not isinstance(value, str))
    if said.get("consumerGroup") != CONSUMER or said.get("topic") != ARTICLES_TOPIC:
        yield "it looks at the lag of another group or topic"
    if not str(said.get("lagThreshold", "")).isdecimal():
        yield "lagThreshold is a number in quotes"
    topic = all_.get("KafkaTopic", ARTICLES_TOPIC)
    deployment = all_.get("Deployment", target)
    container = deployment["spec"]["template"]["spec"]["containers"][0] if deployment else {}
    environment = told(all_, container)
    if most > (topic["spec"]["partitions"] if topic else int(environment.get("CLAIMWIRE_KAFKA_PARTITIONS", "6"))):
        yield "it may start more replicas than there are partitions"
    if said.get("bootstrapServers") != environment.get("CLAIMWIRE_KAFKA_SERVERS"):
        yield "it asks another Kafka than its Deployment"
    found = all_.get("TriggerAuthentication", trigger.get("authenticationRef", {}).get("name", ""))
    if found is None:
        yield "no TriggerAuthentication of that name"
        return
    given = {one["parameter"]: one for part in ("env", "secretTargetRef") for one in found["spec"].get(part, [])}
    yield from (f"KEDA's kafka scaler knows no parameter {name}" for name in given.keys() - AUTHENTICATION)
    for one in found["spec"].get("secretTargetRef", []):
        if one["key"] not in all_.secrets().get(one["name"], set()):
            yield f"no Secret {one['name']} with {one['key']}"
    for one in found["spec"].get("env", []):
        if one["name"] not in environment or one["containerName"] != container.get("name"):
            yield f"{one['name']} is not in the environment of {one['containerName']}"


def check_monitors(all_: Manifests) -> Iterator[str]:
    seen = set()
    for monitor in all_.of("PodMonitor"):
        chosen = [pod for pod in all_.pods("Deployment") if selects(monitor["spec"]["selector"], pod.labels)]
        seen |= {pod.name for pod in chosen}
        for endpoint in monitor["spec"]["podMetricsEndpoints"]:
            if not chosen or any(endpoint["port"] not in _ports(pod.containers) for pod in chosen):
                yield f"PodMonitor {name_of(monitor)}: no pod with a port {endpoint['port']}"
            if "service" not in {one.get("targetLabel") for one in endpoint.get("relabelings", [])}:
                yield f"PodMonitor {name_of(monitor)}: rules want a label service"
    yield from (f"Deployment {pod.name}: nobody scrapes it" for pod in all_.pods("Deployment") if pod.name not in seen)
