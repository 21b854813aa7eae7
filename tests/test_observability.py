"""The example dashboard and alert rules: whatever they ask for is what the bot exposes."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

import bot.core.onlineerrors  # noqa: F401 - its errors are outcomes as well
from bot.core.errors import BotError
from bot.core.subscription import Outcome
from bot.metrics import PrometheusMetrics
from tests.test_metrics import use

FOLDER = Path(__file__).parent.parent / "config/observability"
ALERTS = FOLDER / "alerts.yml"
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "grafana-dashboard.json").read_text("utf-8"))
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"] for rule in group["rules"]
]
#: What Prometheus itself adds, and its histograms have.
OTHERS = {"job", "instance", "le"}
NAME = r"[a-zA-Z_:][\w:]*"
#: A name that is neither called nor a label: a metric.
METRIC = re.compile(rf"(?<![\w.$\"])({NAME})(?![\w(\"]|\s*\()")
WORDS = {"by", "and", "or", "unless", "bool", "on", "ignoring"}


def expressions() -> Iterator[tuple[str, str]]:
    """Every one there is, with where it stands."""
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.fixture(scope="module")
def exposed() -> dict[str, set[str]]:
    """Every series that the bot exposes, with the names of its labels."""
    metrics = PrometheusMetrics()
    metrics.watch("commands", lambda: 7)
    metrics.watch_paused("onsite", lambda: False)
    metrics.sign_ins("onsite", "good", 1)
    use(metrics)
    families = text_string_to_metric_families(metrics.expose().decode())
    return {sample.name: {*sample.labels} for family in families for sample in family.samples}


def metrics_in(expression: str) -> set[str]:
    bare = re.sub(r"\"[^\"]*\"|\{[^}]*\}|\[[^\]]*\]|\bby\s*\([^)]*\)|\b\d+[smhd]?\b", " ", expression)
    return set(METRIC.findall(bare)) - WORDS


def labels_in(expression: str) -> set[str]:
    matched = {
        label
        for inside in re.findall(r"\{([^}]*)\}", expression)
        for label in re.findall(rf"({NAME})\s*[=!]", inside)
    }
    grouped = {
        label
        for inside in re.findall(r"\bby\s*\(([^)]*)\)", expression)
        for label in re.findall(NAME, inside)
    }
    return matched | grouped


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_what_is_asked_for_is_exposed(exposed: dict[str, set[str]], where: str, expression: str) -> None:
    asked = metrics_in(expression) - {"up"}
    assert asked or where == "BotDown"
    assert asked <= exposed.keys()
    known = OTHERS.union(*(exposed[name] for name in asked))
    assert labels_in(expression) <= known


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_a_value_that_is_asked_for_is_one_that_there_may_be(where: str, expression: str) -> None:
    outcomes = {error.code for error in errors()} | {*map(str, Outcome), "ok", "busy", "answered"}
    for label, value in re.findall(rf"({NAME})\s*=~?\s*\"([^\"]*)\"", expression):
        if label == "outcome":
            assert set(value.split("|")) <= outcomes


def errors(kind: type[BotError] = BotError) -> Iterator[type[BotError]]:
    yield kind
    for other in kind.__subclasses__():
        yield from errors(other)


def test_an_alert_says_what_is_wrong_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert set(rule) >= {"alert", "expr", "labels", "annotations"}
        assert set(rule["annotations"]) == {"summary", "todo"}
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            assert label in labels_in(rule["expr"])


def test_every_metric_of_the_bot_is_on_the_dashboard(exposed: dict[str, set[str]]) -> None:
    shown = set().union(
        *(metrics_in(target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"])
    )
    of_ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exposed if not name.endswith("_created")}
    missing = {
        name
        for name in of_ours
        if name.startswith("superoffice_slack_") and name not in shown and f"{name}_bucket" not in shown
    }
    assert missing == set()


def test_panels_do_not_lie_on_each_other() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for at in places
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(at["x"] + at["w"] <= 24 for at in places)


@pytest.mark.long
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool, of Prometheus, is not installed")
def test_prometheus_itself_takes_them(tmp_path: Path) -> None:
    """The dashboard's expressions as rules, for promtool reads nothing else."""
    panels = [(where, expression) for where, expression in expressions()]
    recorded = [
        {"record": f"panel:{number}", "expr": expression.replace("$job", "x")}
        for number, (_, expression) in enumerate(panels)
    ]
    of_panels = tmp_path / "panels.yml"
    of_panels.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    told = subprocess.run(
        ["promtool", "check", "rules", ALERTS, of_panels], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
