"""NetworkPolicies: nothing is open that is not named, all that is needed is, and the fetcher sees only the web."""

import ipaddress
from collections.abc import Iterator

from services.ingest.fetching.guard import DENIED, GLOBAL_UNICAST, PUBLIC_PORTS, Network
from tests.deploy.configuration import told
from tests.deploy.manifests import Labels, Manifests, Object, name_of, selects

DNS_PORT = 53

ENGINES: tuple[tuple[str, int, Labels], ...] = (
    ("CLAIMWIRE_DATABASE_URL", 5432, {"cnpg.io/cluster": "claimwire-database"}),
    ("CLAIMWIRE_KAFKA_SERVERS", 9093, {"strimzi.io/name": "claimwire-kafka-kafka"}),
)
"""The setting that tells of an engine, its port, and how its pods are known."""

KUBERNETES_PORTS = {443, 6443}
"""Where Kubernetes itself is; operators' pods speak to it, and no selector knows its address."""


def check_network(all_: Manifests) -> Iterator[str]:
    policies = list(all_.of("NetworkPolicy"))
    if not any(_denies(policy["spec"]) for policy in policies):
        yield "NetworkPolicy: nothing denies by default"
    known: list[Labels] = [*(pod.labels for pod in all_.pods()), *all_.engine_pods()]
    for policy in policies:
        where = f"NetworkPolicy {name_of(policy)}"
        if not any(selects(policy["spec"]["podSelector"], labels) for labels in known):
            yield f"{where}: it is of no pod"
        yield from (f"{where}: {problem}" for problem in _rules(policy))
        for rule in _all_rules(policy):
            for peer in (*rule.get("to", []), *rule.get("from", [])):
                inside = "podSelector" in peer and "namespaceSelector" not in peer
                if inside and not any(selects(peer["podSelector"], labels) for labels in known):
                    yield f"{where}: it speaks of pods that are not there"
    yield from _reach(all_, policies)


def _denies(spec: Object) -> bool:
    """Whether a policy closes every pod in both directions."""
    both = set(spec["policyTypes"]) == {"Ingress", "Egress"}
    return spec["podSelector"] == {} and both and not spec.get("ingress") and not spec.get("egress")


def _all_rules(policy: Object) -> list[Object]:
    return [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]


def _rules(policy: Object) -> Iterator[str]:
    declared = {kind.lower() for kind in policy["spec"]["policyTypes"]}
    written = {kind for kind in ("ingress", "egress") if policy["spec"].get(kind)}
    yield from (f"{kind} is not among its policyTypes" for kind in written - declared)
    for rule in _all_rules(policy):
        open_to_all = not rule.get("to") and not rule.get("from")
        ports = {port["port"] for port in rule.get("ports", [])}
        if open_to_all and not (ports and ports <= KUBERNETES_PORTS):
            yield "it is open to everybody"
        for block in (peer["ipBlock"] for peer in rule.get("to", []) if "ipBlock" in peer):
            yield from _block(block, ports)


def _block(block: Object, ports: set[object]) -> Iterator[str]:
    try:
        cidr = ipaddress.ip_network(block["cidr"])
        excepted = [ipaddress.ip_network(one) for one in block.get("except", [])]
    except ValueError as error:
        yield str(error)
        return
    if not all(_within(one, cidr) for one in excepted):
        yield "it excepts what it does not name"
    if ports != PUBLIC_PORTS:
        yield "it is open on other ports than the web's"
    public = cidr.version == 4 or _within(cidr, GLOBAL_UNICAST)
    if not public:
        yield f"{cidr} is not public"
    for denied, why in DENIED:
        if _within(denied, cidr) and not any(_within(denied, one) for one in excepted):
            yield f"it reaches {denied}: {why}"


def _within(one: Network, other: Network) -> bool:
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def _reach(all_: Manifests, policies: list[Object]) -> Iterator[str]:
    """Whoever is told of an engine reaches it, and names; who fetches reaches the web of both families."""
    for pod in all_.pods():
        where = f"{pod.kind} {pod.name}"
        rules = [rule for one in policies if _is_of(one, pod.labels) for rule in one["spec"].get("egress", [])]
        environment = {key for container in pod.containers for key in told(all_, container)}
        for setting, port, mark in ENGINES:
            engines = [
                labels for labels in all_.engine_pods() if setting in environment and mark.items() <= labels.items()
            ]
            if not all(_opens(rules, labels, port) for labels in engines):
                yield f"{where}: no policy lets it reach {setting}"
        if not any(port["port"] == DNS_PORT for rule in rules for port in rule.get("ports", [])):
            yield f"{where}: no policy lets it ask for names"
        blocks = [peer["ipBlock"]["cidr"] for rule in rules for peer in rule.get("to", []) if "ipBlock" in peer]
        families = {6 if ":" in cidr else 4 for cidr in blocks}
        if families != ({4, 6} if pod.labels["app.kubernetes.io/component"] == "ingest" else set()):
            yield f"{where}: ingest fetches, by IPv4 and IPv6, and nobody else"
    for pod in all_.pods("Deployment"):
        rules = [rule for one in policies if _is_of(one, pod.labels) for rule in one["spec"].get("ingress", [])]
        heard = {port["port"] for rule in rules for port in rule.get("ports", [])}
        named = {port["name"] for container in pod.containers for port in container.get("ports", [])}
        yield from (f"Deployment {pod.name}: no policy lets port {port} be heard" for port in named - heard)
        yield from (f"Deployment {pod.name}: a policy names port {port}, which it has not" for port in heard - named)


def _is_of(policy: Object, labels: Labels) -> bool:
    return selects(policy["spec"]["podSelector"], labels)


def _opens(rules: list[Object], labels: Labels, port: int) -> bool:
    """Whether a rule leads to pods with these labels, on this port."""
    return any(
        "podSelector" in peer and selects(peer["podSelector"], labels)
        for rule in rules
        if port in {one["port"] for one in rule.get("ports", [])}
        for peer in rule.get("to", [])
    )
