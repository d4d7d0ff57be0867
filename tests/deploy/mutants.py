"""Faults, one at a time, put into good manifests: the checker must see each; what it misses once becomes one of these."""

from copy import deepcopy
from typing import Any, NamedTuple

from tests.deploy.manifests import Manifests

GONE = object()
"""In place of a value: the field is taken away."""


class Mutant(NamedTuple):
    """A fault: in which object, at which dotted path, what stands there now, and a word of the problem that tells it."""

    fault: str
    kind: str
    name: str
    path: str
    value: Any
    told: str


POD = "spec.template.spec"
BOX = f"{POD}.containers.0"
JOB = "claimwire-migrate-0-1-0"
FEEDS = "spec.jobTemplate.spec.template.spec"

MUTANTS = (
    # Shapes
    Mutant("unknown field", "Deployment", "claimwire-api", f"{POD}.restartPolice", "Always", "Kubernetes 1.32"),
    Mutant("number where words belong", "ConfigMap", "claimwire-engines", "data.CLAIMWIRE_KAFKA_PARTITIONS", 12, "1.37"),
    Mutant("old Strimzi", "Kafka", "claimwire-kafka", "apiVersion", "kafka.strimzi.io/v1beta2", "not served"),
    Mutant("typo of a topic", "KafkaTopic", "claimwire.claims.v1", "spec.partition", 12, "partition"),
    Mutant("no instance", "Cluster", "claimwire-database", "spec.instances", 0, "instances"),
    Mutant("word unknown to CNPG", "Cluster", "claimwire-database", "spec.primaryUpdateMethod", "swap", "swap"),
    Mutant("long listener name", "Kafka", "claimwire-kafka", "spec.kafka.listeners.0.name", "inside_tls", "inside_tls"),
    Mutant("number to KEDA", "ScaledObject", "claimwire-extract", "spec.triggers.0.metadata.lagThreshold", 200, "string"),
    Mutant("rule without expr", "PrometheusRule", "claimwire", "spec.groups.0.rules.0.expr", GONE, "expr"),
    # Pods
    Mutant("root", "Deployment", "claimwire-api", f"{POD}.securityContext.runAsNonRoot", GONE, "root"),
    Mutant("uid 0", "Deployment", "claimwire-api", f"{BOX}.securityContext.runAsUser", 0, "root"),
    Mutant("no seccomp", "Job", JOB, f"{POD}.securityContext.seccompProfile", GONE, "seccomp"),
    Mutant("capabilities", "Deployment", "claimwire-ingest", f"{BOX}.securityContext.capabilities", GONE, "capabilities"),
    Mutant("escalation", "CronJob", "claimwire-feeds", f"{FEEDS}.containers.0.securityContext.allowPrivilegeEscalation", True, "privileges"),
    Mutant("writable image", "Deployment", "claimwire-extract", f"{BOX}.securityContext.readOnlyRootFilesystem", False, "write"),
    Mutant("host path", "Deployment", "claimwire-ingest", f"{POD}.volumes.0", {"name": "tmp", "hostPath": {"path": "/"}}, "not allowed"),
    Mutant("host network", "Deployment", "claimwire-ingest", f"{POD}.hostNetwork", True, "host"),
    Mutant("token", "Deployment", "claimwire-api", f"{POD}.automountServiceAccountToken", True, "token"),
    Mutant("latest", "Deployment", "claimwire-api", f"{BOX}.image", "registry.example/claimwire:latest", "version"),
    Mutant("image of another version", "Job", JOB, f"{BOX}.image", "registry.example/claimwire:0.0.9", "version"),
    Mutant("bad quantity", "Deployment", "claimwire-api", f"{BOX}.resources.limits.memory", "1Gb", "quantity"),
    Mutant("request over limit", "Deployment", "claimwire-api", f"{BOX}.resources.requests.memory", "2Gi", "more than its limit"),
    Mutant("no request", "Deployment", "claimwire-api", f"{BOX}.resources.requests.cpu", GONE, "requests CPU"),
    Mutant("CPU limit", "Deployment", "claimwire-extract", f"{BOX}.resources.limits.cpu", "2", "limits memory alone"),
    Mutant("too little memory", "Deployment", "claimwire-extract", f"{BOX}.resources.limits.memory", "2Gi", "worker processes"),
    Mutant("missing volume", "Deployment", "claimwire-extract", f"{BOX}.volumeMounts.1.name", "kafka", "no volume"),
    Mutant("no tmp", "Deployment", "claimwire-api", f"{BOX}.volumeMounts", [], "/tmp"),
    # Deployments and Jobs
    Mutant("selector", "Deployment", "claimwire-api", "spec.selector.matchLabels.tier", "web", "selector"),
    Mutant("version in selector", "Deployment", "claimwire-api", "spec.selector.matchLabels", {"app.kubernetes.io/version": "0.1.0"}, "immutable"),
    Mutant("probe of no port", "Deployment", "claimwire-api", f"{BOX}.readinessProbe.httpGet.port", "web", "port"),
    Mutant("liveness asks readiness", "Deployment", "claimwire-extract", f"{BOX}.livenessProbe.httpGet.path", "/readyz", "/livez"),
    Mutant("no startup probe", "Deployment", "claimwire-extract", f"{BOX}.startupProbe", GONE, "startupProbe"),
    Mutant("grace too short", "Deployment", "claimwire-api", f"{POD}.terminationGracePeriodSeconds", 25, "killed"),
    Mutant("preStop over grace", "Deployment", "claimwire-api", f"{BOX}.lifecycle.preStop.sleep.seconds", 20, "killed"),
    Mutant("no preStop", "Deployment", "claimwire-ingest", f"{BOX}.lifecycle", GONE, "preStop"),
    Mutant("port out of range", "Deployment", "claimwire-api", f"{BOX}.ports.0.containerPort", 99_999, "none"),
    Mutant("port not the setting's", "Deployment", "claimwire-api", f"{BOX}.ports.1.containerPort", 9465, "METRICS_PORT"),
    Mutant("spread of others", "Deployment", "claimwire-api", f"{POD}.topologySpreadConstraints.0.labelSelector.matchLabels", {"app": "x"}, "spread"),
    Mutant("Job that restarts for ever", "Job", JOB, f"{POD}.restartPolicy", "Always", "restartPolicy"),
    Mutant("Job without version", "Job", JOB, "metadata.name", "claimwire-migrate", "named with the version"),
    Mutant("Job that stays", "Job", JOB, "spec.ttlSecondsAfterFinished", GONE, "for ever"),
    Mutant("CronJobs side by side", "CronJob", "claimwire-keys", "spec.concurrencyPolicy", "Allow", "one at a time"),
    Mutant("schedule of four fields", "CronJob", "claimwire-feeds", "spec.schedule", "*/5 * * *", "five fields"),
    Mutant("Pod Security baseline", "Namespace", "claimwire", "metadata.labels", {"pod-security.kubernetes.io/enforce": "baseline"}, "restricted"),
    Mutant("another namespace", "Service", "claimwire-api", "metadata.namespace", "default", "namespace"),
    # Configuration
    Mutant("no such setting", "ConfigMap", "claimwire-engines", "data.CLAIMWIRE_KAFKA_SERVER", "x:1", "no setting"),
    Mutant("value out of bounds", "ConfigMap", "claimwire-engines", "data.CLAIMWIRE_KAFKA_REPLICATION", "9", "do not load"),
    Mutant("security half set", "ConfigMap", "claimwire-engines", "data.CLAIMWIRE_KAFKA_USER", GONE, "do not load"),
    Mutant("password elsewhere", "ConfigMap", "claimwire-engines", "data.CLAIMWIRE_KAFKA_PASSWORD_FILE", "/etc/claimwire/password", "no file"),
    Mutant("missing ConfigMap", "Deployment", "claimwire-api", f"{BOX}.envFrom.0.configMapRef.name", "claimwire-api", "no ConfigMap"),
    Mutant("missing Secret", "Deployment", "claimwire-api", f"{BOX}.env.0.valueFrom.secretKeyRef.name", "claimwire-database", "no Secret"),
    Mutant("missing key of a Secret", "Deployment", "claimwire-api", f"{BOX}.env.0.valueFrom.secretKeyRef.key", "url", "no Secret"),
    Mutant("missing Secret volume", "Deployment", "claimwire-ingest", f"{POD}.volumes.1.secret.secretName", "kafka", "no Secret"),
    Mutant("no such command", "CronJob", "claimwire-feeds", f"{FEEDS}.containers.0.args", ["feeds", "synch", "/etc/claimwire/feeds/feeds.opml"], "no command"),
    Mutant("no such option", "Deployment", "claimwire-ingest", f"{BOX}.args", ["ingest", "--folders=/x"], "no command"),
    Mutant("no such file", "CronJob", "claimwire-feeds", f"{FEEDS}.containers.0.args.2", "/etc/claimwire/feeds/all.opml", "no file"),
    # Wiring
    Mutant("Service of nothing", "Service", "claimwire-api", "spec.selector", {"app": "api"}, "selects 0"),
    Mutant("Service port", "Service", "claimwire-api", "spec.ports.0.targetPort", "web", "no port"),
    Mutant("Ingress to no port", "Ingress", "claimwire-api", "spec.rules.0.http.paths.0.backend.service.port.name", "web", "no Service"),
    Mutant("budget of nothing", "PodDisruptionBudget", "claimwire-api", "spec.selector.matchLabels", {"app": "api"}, "selects 0"),
    Mutant("budget both ways", "PodDisruptionBudget", "claimwire-api", "spec.minAvailable", 1, "one way"),
    Mutant("budget of none", "PodDisruptionBudget", "claimwire-ingest", "spec.maxUnavailable", 0, "some may"),
    Mutant("HPA of nothing", "HorizontalPodAutoscaler", "claimwire-api", "spec.scaleTargetRef.name", "api", "no Deployment"),
    Mutant("HPA upside down", "HorizontalPodAutoscaler", "claimwire-api", "spec.minReplicas", 50, "replicas"),
    Mutant("two scalers", "HorizontalPodAutoscaler", "claimwire-api", "spec.scaleTargetRef.name", "claimwire-extract", "two scalers"),
    Mutant("replicas twice", "Deployment", "claimwire-extract", "spec.replicas", 2, "replicas"),
    Mutant("KEDA typo", "ScaledObject", "claimwire-extract", "spec.triggers.0.metadata.lagTreshold", "5", "knows no"),
    Mutant("KEDA over partitions", "ScaledObject", "claimwire-extract", "spec.maxReplicaCount", 13, "partitions"),
    Mutant("KEDA to zero", "ScaledObject", "claimwire-extract", "spec.minReplicaCount", 0, "replicas"),
    Mutant("KEDA of another group", "ScaledObject", "claimwire-extract", "spec.triggers.0.metadata.consumerGroup", "extractor", "another group"),
    Mutant("KEDA of another Kafka", "ScaledObject", "claimwire-extract", "spec.triggers.0.metadata.bootstrapServers", "kafka:9092", "another Kafka"),
    Mutant("KEDA without password", "TriggerAuthentication", "claimwire-kafka", "spec.secretTargetRef.0.key", "pass", "no Secret"),
    Mutant("nobody scrapes", "PodMonitor", "claimwire", "spec.selector.matchExpressions.1.values", ["ingest", "extract"], "scrapes"),
    Mutant("scrape of no port", "PodMonitor", "claimwire", "spec.podMetricsEndpoints.0.port", "http", "no pod with a port"),
    # Network
    Mutant("no default deny", "NetworkPolicy", "default-deny", "spec.egress", [{}], "denies by default"),
    Mutant("bad CIDR", "NetworkPolicy", "claimwire-fetch", "spec.egress.0.to.0.ipBlock.cidr", "0.0.0.0/33", "0.0.0.0/33"),
    Mutant("private range", "NetworkPolicy", "claimwire-fetch", "spec.egress.0.to.0.ipBlock.except", ["10.0.0.0/8"], "192.168.0.0/16"),
    Mutant("all of IPv6", "NetworkPolicy", "claimwire-fetch", "spec.egress.0.to.1.ipBlock.cidr", "::/0", "fc00::/7"),
    Mutant("no IPv6", "NetworkPolicy", "claimwire-fetch", "spec.egress.0.to.1", GONE, "IPv4 and IPv6"),
    Mutant("port of SSH", "NetworkPolicy", "claimwire-fetch", "spec.egress.0.ports.0.port", 22, "other ports"),
    Mutant("database closed", "NetworkPolicy", "claimwire-to-postgres", "spec.egress.0.ports.0.port", 5433, "CLAIMWIRE_DATABASE_URL"),
    Mutant("broker closed", "NetworkPolicy", "claimwire-to-kafka", "spec.podSelector.matchExpressions.1.values", ["ingest"], "CLAIMWIRE_KAFKA_SERVERS"),
    Mutant("no names", "NetworkPolicy", "claimwire-dns", "spec.podSelector", {"matchLabels": {"a": "b"}}, "ask for names"),
    Mutant("policy of nothing", "NetworkPolicy", "claimwire-api", "spec.podSelector.matchLabels", {"app": "api"}, "of no pod"),
    Mutant("open to everybody", "NetworkPolicy", "claimwire-api", "spec.ingress.0.from", [], "everybody"),
    # Engines
    Mutant("replicas over brokers", "KafkaTopic", "claimwire.articles.v1", "spec.replicas", 5, "brokers"),
    Mutant("all must be in sync", "KafkaTopic", "claimwire.articles.v1", "spec.config", {"min.insync.replicas": 3}, "stops it"),
    Mutant("claims with more", "KafkaTopic", "claimwire.claims.v1", "spec.partitions", 24, "CLAIMWIRE_KAFKA_PARTITIONS"),
    Mutant("other partitions", "KafkaTopic", "claimwire.articles.v1", "spec.partitions", 6, "CLAIMWIRE_KAFKA_PARTITIONS"),
    Mutant("other retention", "KafkaTopic", "claimwire.articles.v1", "spec.config", {"cleanup.policy": "delete"}, "cleanup.policy"),
    Mutant("topic of no cluster", "KafkaTopic", "claimwire.articles.v1", "metadata.labels", {}, "no cluster"),
    Mutant("listener without TLS", "Kafka", "claimwire-kafka", "spec.kafka.listeners.0.tls", False, "otherwise"),
    Mutant("other port", "Kafka", "claimwire-kafka", "spec.kafka.listeners.0.port", 9094, "CLAIMWIRE_KAFKA_SERVERS"),
    Mutant("small messages", "Kafka", "claimwire-kafka", "spec.kafka.config", {"message.max.bytes": 1_000_000}, "too large"),
    Mutant("user may not write", "KafkaUser", "claimwire-kafka-user", "spec.authorization.acls.0.operations", ["Read"], "may not Write"),
    Mutant("commits may be lost", "Cluster", "claimwire-database", "spec.postgresql.synchronous", GONE, "lose commits"),
    Mutant("no quorum", "Cluster", "claimwire-database", "spec.postgresql.synchronous.failoverQuorum", False, "lose commits"),
    Mutant("too few connections", "Cluster", "claimwire-database", "spec.postgresql.parameters.max_connections", "100", "connections"),
    Mutant("no pgvector", "Cluster", "claimwire-database", "spec.bootstrap.initdb.postInitApplicationSQL", [], "pgvector"),
)  # fmt: skip


def apply(mutant: Mutant, good: Manifests) -> Manifests:
    """Return a copy of good manifests with the fault in it; raises KeyError or IndexError where there is no place."""
    bad = Manifests(deepcopy(good.objects))
    place: Any = bad.get(mutant.kind, mutant.name)
    *parents, last = mutant.path.split(".") if "/" not in mutant.path else [mutant.path]
    for step in parents:
        place = place[int(step) if isinstance(place, list) else step]
    key: Any = int(last) if isinstance(place, list) else last
    if mutant.value is GONE:
        del place[key]
    elif isinstance(mutant.value, dict) and key == "config":
        place[key] = place[key] | mutant.value
    else:
        place[key] = mutant.value
    return bad
