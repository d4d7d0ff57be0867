"""Rules and dashboards: promtool takes them, each alert is seen to fire and clear, and all they ask of is exposed."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.expressions import problems_of
from tests.deploy.manifests import DEPLOY, OVERLAYS, rendered

RULES = sorted((DEPLOY / "prometheus" / "rules").glob("*.yaml"))
TESTS = sorted((DEPLOY / "prometheus" / "tests").glob("*.yaml"))
DASHBOARDS = sorted((DEPLOY / "grafana").glob("*.json"))


def rules() -> list[dict[str, Any]]:
    return [rule for path in RULES for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


ALERTS = [rule for rule in rules() if "alert" in rule]
RECORDED = {rule["record"] for rule in rules() if "record" in rule}


def promtool(*arguments: object) -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool (Debian's package prometheus) is not installed")
    done = subprocess.run([found, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def written(*words: str) -> str:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True, timeout=60).stdout


def test_promtool_takes_rules_and_configuration() -> None:
    assert "SUCCESS" in promtool("check", "rules", *RULES)
    assert "SUCCESS" in promtool("check", "config", DEPLOY / "prometheus" / "prometheus.yml")


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_alerts_fire_and_clear(path: Path) -> None:
    assert "SUCCESS" in promtool("test", "rules", path)


def test_every_alert_is_seen_silent_firing_and_clear_again() -> None:
    seen: dict[str, list[int]] = {}
    for path in TESTS:
        for case in yaml.safe_load(path.read_text())["tests"]:
            for asked in case.get("promql_expr_test", []):
                name = re.findall(r'alertname="(\w+)"', asked["expr"])[0]
                seen.setdefault(name, []).append(asked["exp_samples"][0]["value"])
    assert seen == {rule["alert"]: [0, 1, 0] for rule in ALERTS}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_rule_asks_what_is_exposed(rule: dict[str, Any]) -> None:
    assert problems_of(rule["expr"], RECORDED) == []


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_alert_says_how_bad_it_is_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"].keys() == {"summary", "runbook_url"}
    assert rule["annotations"]["runbook_url"].endswith(f"/deploy/runbook.md#{rule['alert'].lower()}")
    if "$labels" in rule["annotations"]["summary"]:
        used = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert all(re.search(rf"\b{label}\b", rule["expr"]) for label in used)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_operator_gets_the_same_rules(overlay: str) -> None:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    manifest = rendered(overlay).get("PrometheusRule", "claimwire")
    assert manifest is not None
    assert manifest["spec"]["groups"] == groups


def test_manifest_of_rules_is_as_written() -> None:
    shown = (DEPLOY / "k8s" / "base" / "prometheus-rule.yaml").read_text("utf-8")
    assert written(str(DEPLOY / "prometheus" / "manifest.py")) == shown, "run make documents"


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panel_asks_what_is_exposed(path: Path) -> None:
    panels = json.loads(path.read_text("utf-8"))["panels"]
    assert len(panels) >= 8
    for panel in panels:
        assert panel["description"]
        for target in panel["targets"]:
            assert problems_of(target["expr"], RECORDED) == [], panel["title"]
            for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                assert re.search(rf"by \([^)]*\b{label}\b", target["expr"]), panel["title"]


def test_panels_are_promql(tmp_path: Path) -> None:
    asked = [
        {"record": "asked:of_a_panel", "expr": target["expr"].replace("$__rate_interval", "5m")}
        for path in DASHBOARDS
        for panel in json.loads(path.read_text("utf-8"))["panels"]
        for target in panel["targets"]
    ]
    groups = [{"name": str(number), "rules": [rule]} for number, rule in enumerate(asked)]
    (tmp_path / "rules.yaml").write_text(json.dumps({"groups": groups}))
    assert f"{len(asked)} rules found" in promtool("check", "rules", "--lint=none", tmp_path / "rules.yaml")


def test_dashboards_are_as_written() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import dashboards, json; "
        "print(json.dumps({name: dashboards.text(name) for name in dashboards.load_panels()}))"
    )
    texts = json.loads(written("-c", code, str(DEPLOY / "grafana")))
    assert texts == {path.stem: path.read_text("utf-8") for path in DASHBOARDS}, "run make documents"


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("sum(rate(claimwire_extract_claim_total[5m]))", "nothing exposes claimwire_extract_claim_total"),
        ("sum(claimwire_extract_claims)", "nothing exposes claimwire_extract_claims"),
        ('claimwire_ready_check{check="postgres"} == 0', "check is never postgres"),
        ('claimwire_ready{check="database"}', "it has no label check"),
        ("sum by (outcomes) (claimwire_ingest_feeds)", "has a label outcomes"),
        ('claimwire_ingest_feeds{outcome!~"polled|unmodified"}', "outcome is never unmodified"),
    ],
)
def test_fault_of_an_expression_is_told(expression: str, told: str) -> None:
    assert any(told in problem for problem in problems_of(expression, RECORDED))
