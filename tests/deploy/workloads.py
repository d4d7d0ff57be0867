"""What every pod of ours must be: image, resources, probes, ending, volumes, Pod Security's restricted profile."""

from collections.abc import Iterator

from services.cli.app import TEARDOWN_SECONDS
from tests.deploy.manifests import DEPLOY, Manifests, Object, Pod, name_of, selects
from tests.deploy.quantities import parse_quantity

VOLUMES = frozenset({"configMap", "emptyDir", "secret"})
"""Kinds of volumes that we use; all are allowed by the restricted profile."""

HOSTS = ("hostNetwork", "hostPID", "hostIPC")


def version() -> dict[str, str]:
    """Return what ``version.env`` says."""
    lines = (DEPLOY / "k8s" / "base" / "version.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def check_pods(all_: Manifests) -> Iterator[str]:
    for pod in all_.pods():
        where = f"{pod.kind} {pod.name}"
        yield from (f"{where}: {problem}" for problem in _security(pod))
        for container in pod.containers:
            parts = (_image, _resources, _mounts)
            yield from (f"{where}: {problem}" for part in parts for problem in part(pod, container))


def _security(pod: Pod) -> Iterator[str]:
    context = pod.spec.get("securityContext", {})
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        yield "may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile"
    if any(pod.spec.get(host) for host in HOSTS):
        yield "shares the host's namespaces"
    if pod.spec.get("automountServiceAccountToken") is not False:
        yield "mounts a token of Kubernetes"
    for volume in pod.spec.get("volumes", []):
        if not (volume.keys() - {"name"}) <= VOLUMES:
            yield f"volume {volume['name']} is of a kind that is not allowed"
    for container in pod.containers + pod.spec.get("initContainers", []):
        own = container.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
            yield f"{container['name']} may gain privileges"
        if own.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{container['name']} keeps capabilities"
        if own.get("readOnlyRootFilesystem") is not True:
            yield f"{container['name']} may write to its image"
        if own.get("runAsUser") == 0 or own.get("runAsNonRoot") is False:
            yield f"{container['name']} runs as root"


def _image(pod: Pod, container: Object) -> Iterator[str]:
    name, _, tag = container["image"].partition("@")[0].rpartition(":")
    if not name or tag != version()["version"]:
        yield f"image {container['image']} is not of the version"


def _resources(pod: Pod, container: Object) -> Iterator[str]:
    requests, limits = (container.get("resources", {}).get(part, {}) for part in ("requests", "limits"))
    if not requests.keys() >= {"cpu", "memory"} or "memory" not in limits or "cpu" in limits:
        yield "requests CPU and memory, and limits memory alone"
    wrong = [value for value in (*requests.values(), *limits.values()) if parse_quantity(value) is None]
    yield from (f"{value} is no quantity" for value in wrong)
    asked = [(parse_quantity(requests.get(name, 0)), parse_quantity(most)) for name, most in limits.items()]
    if any(least is not None and most is not None and least > most for least, most in asked):
        yield "requests more than its limit"


def _mounts(pod: Pod, container: Object) -> Iterator[str]:
    volumes = {volume["name"] for volume in pod.spec.get("volumes", [])}
    mounts = container.get("volumeMounts", [])
    yield from (f"mounts {one['name']}, which is no volume" for one in mounts if one["name"] not in volumes)
    if not any(one["mountPath"] == "/tmp" for one in mounts):
        yield "has no /tmp to write to"
    if len({one["mountPath"] for one in mounts}) < len(mounts):
        yield "mounts two volumes at one place"


def check_deployments(all_: Manifests) -> Iterator[str]:
    for one, pod in zip(all_.of("Deployment"), all_.pods("Deployment"), strict=True):
        where = f"Deployment {pod.name}"
        selector = one["spec"]["selector"]
        if not selects(selector, pod.labels):
            yield f"{where}: its selector is not its pods'"
        if "app.kubernetes.io/version" in selector["matchLabels"]:
            yield f"{where}: its selector, which is immutable, carries the version"
        for constraint in pod.spec.get("topologySpreadConstraints", [{"labelSelector": {"matchLabels": {"": "none"}}}]):
            if not selects(constraint["labelSelector"], pod.labels):
                yield f"{where}: it is not spread by its own pods"
        for container in pod.containers:
            for part in (_probes, _ending):
                yield from (f"{where}: {problem}" for problem in part(all_, pod, container))


def _probes(all_: Manifests, pod: Pod, container: Object) -> Iterator[str]:
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    yield from (f"port {number} is none" for number in ports.values() if not 0 < number < 65_536)
    for probe, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
        asked = container.get(probe, {}).get("httpGet", {})
        if asked.get("path") != path:
            yield f"{probe} does not ask {path}"
        if asked.get("port") not in ports:
            yield f"{probe} asks a port that is not there"


def _ending(all_: Manifests, pod: Pod, container: Object) -> Iterator[str]:
    waits = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    maps = all_.config_maps()
    said = [maps.get(source["configMapRef"]["name"], {}) for source in container.get("envFrom", [])]
    stop = float(next((one["CLAIMWIRE_STOP_SECONDS"] for one in said if "CLAIMWIRE_STOP_SECONDS" in one), "20"))
    if waits < 5:
        yield "goes on its preStop before load balancers know"
    if pod.spec.get("terminationGracePeriodSeconds", 30) < waits + stop + TEARDOWN_SECONDS:
        yield "is killed before it could end in order"


def check_jobs(all_: Manifests) -> Iterator[str]:
    jobs = list(all_.of("Job"))
    if [name_of(job) for job in jobs] != [version()["migrate"]]:
        yield "Job: there is one, named with the version"
    for job in jobs:
        if not 0 < job["spec"].get("ttlSecondsAfterFinished", 0) <= 7 * 86_400:
            yield f"Job {name_of(job)}: it stays for ever"
    for pod in all_.pods("Job", "CronJob"):
        if pod.spec.get("restartPolicy") not in {"Never", "OnFailure"}:
            yield f"{pod.kind} {pod.name}: its restartPolicy is not for Jobs"
    for one in all_.of("CronJob"):
        if len(one["spec"]["schedule"].split()) != 5 or one["spec"].get("concurrencyPolicy") != "Forbid":
            yield f"CronJob {name_of(one)}: runs at five fields of time, one at a time"


def check_namespace(all_: Manifests) -> Iterator[str]:
    spaces = list(all_.of("Namespace"))
    if len(spaces) != 1:
        yield "Namespace: there is one"
        return
    labels = spaces[0]["metadata"].get("labels", {})
    for mode in ("enforce", "warn", "audit"):
        mark = f"pod-security.kubernetes.io/{mode}"
        if labels.get(mark) != "restricted" or not labels.get(f"{mark}-version", "").startswith("v1."):
            yield f"Namespace: {mode} is not restricted, of a version that is named"
    seen: set[tuple[str, str]] = set()
    for one in all_.objects:
        key = (one["kind"], name_of(one))
        if one["kind"] != "Namespace" and one["metadata"].get("namespace") != name_of(spaces[0]):
            yield f"{one['kind']} {name_of(one)}: is not in the namespace"
        if key in seen:
            yield f"{one['kind']} {name_of(one)}: is there twice"
        seen.add(key)
