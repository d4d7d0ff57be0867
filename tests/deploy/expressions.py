"""PromQL as tests read it: the names of metrics and labels in an expression, without its strings and functions."""

import re

from services.metrics import REGISTRY
from services.registry import closed

_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_WINDOW = re.compile(r"\[[^\]]*\]")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
_MATCHERS = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:\\.|[^"\\])*)"')

WORDS = frozenset(
    {
        *("sum", "max", "min", "count", "rate", "increase", "delta", "absent", "histogram_quantile", "time", "vector"),
        *("by", "and", "or", "unless", "on", "offset"),
    }
)
"""Functions and operators that we use."""

ELSEWHERE = frozenset(
    {
        *("kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"),
        "process_start_time_seconds",
    }
)
"""What the kubelet and the Python client expose."""

TARGETS = frozenset({"service", "pod", "instance", "namespace", "persistentvolumeclaim", "le"})
"""Labels that a scrape adds, that a histogram has, and those of the kubelet's metrics."""

EXPOSED = {series: declared for declared in REGISTRY.declared for series in declared.series}


def metrics_in(expression: str) -> set[str]:
    """Return the names of metrics and recorded series that an expression asks."""
    bare = _WINDOW.sub("", _STRING.sub('""', expression))
    bare = re.sub(r"\{[^}]*\}", "", _GROUPING.sub(" ", bare))
    bare = re.sub(r"\b\d+(?:\.\d+)?[smhdw]?\b", " ", bare)
    return {name for name in _NAME.findall(bare) if name not in WORDS}


def problems_of(expression: str, recorded: set[str]) -> list[str]:
    """Return what is wrong with an expression: metrics, labels and values that nothing exposes."""
    names = metrics_in(expression)
    wrong = [f"nothing exposes {name}" for name in names - EXPOSED.keys() - ELSEWHERE - recorded]
    labels = {label for name in names & EXPOSED.keys() for label in EXPOSED[name].labels}
    grouped = {label.strip() for group in _GROUPING.findall(expression) for label in group.split(",")}
    if names <= EXPOSED.keys():
        wrong += [f"no metric of it has a label {label}" for label in grouped - labels - TARGETS - {""}]
    for name, matchers in _MATCHERS.findall(expression):
        if name in EXPOSED:
            wrong += [f"{name}: {problem}" for problem in _of_matchers(name, matchers)]
    return wrong


def _of_matchers(name: str, matchers: str) -> list[str]:
    wrong = []
    for label, operator, value in _MATCHER.findall(matchers):
        if label in TARGETS:
            continue
        if label not in EXPOSED[name].labels:
            wrong.append(f"it has no label {label}")
            continue
        values = closed(EXPOSED[name].labels[label])
        asked = value.split("|") if operator in {"=~", "!~"} else [value]
        wrong += [f"{label} is never {one}" for one in asked if values is not None and one not in values]
    return wrong
