"""Writes the rules as the PrometheusRule that Prometheus' operator takes: ``python deploy/prometheus/manifest.py``."""

import sys
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parent / "rules"

HEAD = "# Written from deploy/prometheus/rules by `make documents`: change them there.\n"


def prometheus_rule(folder: Path = RULES) -> dict[str, Any]:
    """Return the manifest with the groups of every file of the folder."""
    groups = [group for path in sorted(folder.glob("*.yaml")) for group in yaml.safe_load(path.read_text())["groups"]]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "claimwire"},
        "spec": {"groups": groups},
    }


def text() -> str:
    """Return it as YAML."""
    return HEAD + yaml.safe_dump(prometheus_rule(), sort_keys=False, width=120)


if __name__ == "__main__":
    sys.stdout.write(text())
