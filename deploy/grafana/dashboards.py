"""Writes Grafana's dashboards from ``panels.yaml`` as the JSON beside it: ``python deploy/grafana/dashboards.py``."""

import json
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent

PANEL_WIDTH, PANEL_HEIGHT = 8, 7
"""Three panels a row of Grafana's 24 columns."""

SOURCE = {"type": "prometheus", "uid": "${source}"}
"""The Prometheus that is chosen at the top of the dashboard."""


def load_panels() -> dict[str, list[dict[str, Any]]]:
    """Return the panels of each dashboard."""
    panels: dict[str, list[dict[str, Any]]] = yaml.safe_load((FOLDER / "panels.yaml").read_text("utf-8"))
    return panels


def dashboard(name: str, panels: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a dashboard as Grafana imports it."""
    return {
        "uid": f"claimwire-{name}",
        "title": f"Claimwire: {name}",
        "tags": ["claimwire"],
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "1m",
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, panel: dict[str, Any]) -> dict[str, Any]:
    row, column = divmod(number, 24 // PANEL_WIDTH)
    place = {"x": column * PANEL_WIDTH, "y": row * PANEL_HEIGHT, "w": PANEL_WIDTH, "h": PANEL_HEIGHT}
    targets = [
        {"refId": chr(ord("A") + index), "expr": query, "legendFormat": legend, "datasource": SOURCE}
        for index, (legend, query) in enumerate(panel["queries"].items())
    ]
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel["title"],
        "description": panel["tells"],
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.get("unit", "short"), "min": 0}, "overrides": []},
        "targets": targets,
    }


def text(name: str) -> str:
    """Return the JSON of a dashboard."""
    return json.dumps(dashboard(name, load_panels()[name]), indent=2) + "\n"


if __name__ == "__main__":
    for name in load_panels():
        (FOLDER / f"{name}.json").write_text(text(name), "utf-8")
