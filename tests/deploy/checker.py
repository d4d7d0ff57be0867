"""All checks of an overlay, each a generator of problems in words."""

from collections.abc import Callable, Iterator

from tests.deploy import configuration, engines, network, shapes, wiring, workloads
from tests.deploy.manifests import Manifests

Check = Callable[[Manifests], Iterator[str]]

CHECKS: tuple[Check, ...] = (
    shapes.check_shapes,
    workloads.check_pods,
    workloads.check_deployments,
    workloads.check_jobs,
    workloads.check_namespace,
    configuration.check_configuration,
    wiring.check_services,
    wiring.check_budgets,
    wiring.check_scaling,
    wiring.check_monitors,
    network.check_network,
    engines.check_topics,
    engines.check_kafka,
    engines.check_postgres,
)


def problems(all_: Manifests) -> list[str]:
    """Return all that is wrong with an overlay."""
    return [problem for check in CHECKS for problem in check(all_)]
