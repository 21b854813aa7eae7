"""What is counted, and that all of it is documented."""

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import PREFIX, PrometheusMetrics
from bot.services.ports import UNCOUNTED, Metrics
from tests.conftest import NOW

PAGE = (Path(__file__).parent.parent / "docs/metrics.md").read_text("utf-8")


def samples(metrics: PrometheusMetrics, name: str) -> dict[tuple[str, ...], float]:
    """What a metric says, by its labels' values in their order."""
    families = text_string_to_metric_families(metrics.expose().decode())
    told = [sample for family in families for sample in family.samples if sample.name == f"{PREFIX}_{name}"]
    return {tuple(value for _, value in sorted(each.labels.items())): each.value for each in told}


def use(metrics: Metrics) -> None:
    """Everything that can be told."""
    metrics.command("answered", 0.3)
    metrics.command("answered", 3)
    metrics.refused("unsigned")
    metrics.post("posted")
    metrics.lookup("absent")
    metrics.digest("posted", late=70)
    metrics.digest("skipped", "nothing")
    for outcome in ("ok", "crm-timed-out"):
        metrics.crm_call("onsite", "me", outcome, 1.5)


@pytest.fixture
def metrics() -> PrometheusMetrics:
    """Of a bot to whom everything happened."""
    made = PrometheusMetrics()
    made.watch("commands", lambda: 7)
    made.sign_ins("onsite", "expiring", 2)
    made.backed_up(NOW)
    made.watch_paused("onsite", lambda: False)
    use(made)
    return made


def test_it_counts(metrics: PrometheusMetrics) -> None:
    assert samples(metrics, "commands_total") == {("answered",): 2}
    assert samples(metrics, "command_seconds_sum") == {(): 3.3}
    assert samples(metrics, "requests_refused_total") == {("unsigned",): 1}
    assert samples(metrics, "crm_calls_total") == {
        ("me", outcome, "onsite"): 1 for outcome in ("ok", "crm-timed-out")
    }
    assert samples(metrics, "crm_seconds_count") == {("onsite",): 2}
    assert samples(metrics, "crm_seconds_sum") == {("onsite",): 3}
    assert samples(metrics, "digests_total") == {("posted", ""): 1, ("skipped", "nothing"): 1}
    assert samples(metrics, "digest_late_seconds_sum") == {(): 70}
    assert samples(metrics, "digest_late_seconds_count") == {(): 1}
    assert samples(metrics, "queue_length") == {("commands",): 7}
    assert samples(metrics, "sign_ins") == {("expiring", "onsite"): 2}
    assert samples(metrics, "backup_timestamp_seconds") == {(): NOW.timestamp()}


def test_each_bot_counts_for_itself(metrics: PrometheusMetrics) -> None:
    assert samples(PrometheusMetrics(), "commands_total") == {}


def test_nobody_has_to_count() -> None:
    use(UNCOUNTED)


def test_every_metric_is_documented_with_its_labels(metrics: PrometheusMetrics) -> None:
    rows = [row.split("|") for row in PAGE.splitlines() if row.startswith(f"| `{PREFIX}_")]
    documented = {
        name.strip(" `"): (kind.strip(), set(re.findall(r"`(\w+)`", labels)))
        for _, name, kind, labels, *rest in rows
        if rest
    }
    told = {}
    for family in text_string_to_metric_families(metrics.expose().decode()):
        if family.name.startswith(PREFIX) and not family.name.endswith("_created"):
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            name = f"{family.name}_total" if family.type == "counter" else family.name
            told[name] = (family.type, labels)
    assert {
        name: row for name, row in documented.items() if row[0] in {"counter", "gauge", "histogram"}
    } == told


def test_every_metric_that_the_page_names_exists(metrics: PrometheusMetrics) -> None:
    for name in re.findall(rf"{PREFIX}_\w+", PAGE):
        assert samples(metrics, name.removeprefix(f"{PREFIX}_")) or samples(
            metrics, f"{name.removeprefix(f'{PREFIX}_')}_count"
        )
