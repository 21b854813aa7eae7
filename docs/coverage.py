"""What has to be documented, and where: `tests/test_docs.py` fails on anything that is not."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
from prometheus_client.parser import text_string_to_metric_families

from bot.config.loading import variables
from bot.config.reading import definitions
from bot.core.typed.command import VERBS
from bot.core.typed.filterkeys import KEYS
from bot.metrics import PrometheusMetrics
from docs.commandline import commands
from docs.errorpages import REFUSALS, kinds, refusals, what_people_read

__all__ = ["Item", "items", "undocumented"]

ROOT = Path(__file__).parent.parent


class Item(NamedTuple):
    """Something that a reader may look for."""

    kind: str
    name: str
    page: str
    #: What a line of the page says, or begins with, that is about it.
    line: str


def items() -> Iterator[Item]:
    """Everything there is: as the code has it, not as the pages were made."""
    yield from _typed()
    yield from _set()
    yield from _told()
    yield from _asked_of_slack()


def undocumented(pages: Mapping[str, str]) -> Sequence[Item]:
    """What no line of its page is about, given the pages by their names."""
    lines = {name: text.splitlines() for name, text in pages.items()}
    needed = Counter((item.kind, item.page, item.line) for item in items())
    return [
        item
        for item in items()
        if _count(lines[item.page], item.line) < needed[item.kind, item.page, item.line]
    ]


def _count(lines: Sequence[str], start: str) -> int:
    return sum(line.startswith(start) for line in lines)


def _typed() -> Iterator[Item]:
    for verb in VERBS:
        yield Item("command", verb.name, "README.md", f"| `/superoffice {verb.usage}` |")
        yield Item("command", verb.name, "docs/commands.md", f"## `{verb.usage}`")
    for key in KEYS:
        yield Item("filter", key.name, "README.md", f"| `{key.usage}` |")
        yield Item("filter", key.name, "docs/commands.md", f"### `{key.usage}`")
    for path, command in commands():
        yield Item("command of the command line", path, "docs/command-line.md", f"## `{path}")
        for option in command.params:
            if isinstance(option, click.Option):
                name = option.opts[0]
                yield Item("option", f"{path} {name}", "docs/command-line.md", f"| `{name}")


def _set() -> Iterator[Item]:
    page = "docs/configuration.md"
    for key, _, made in definitions():
        variable = f" `{made.variable}` |" if made.variable else "  |"
        yield Item("setting", key, page, f"| `{key.rpartition('.')[2]}` |{variable}")
    rows = {made.variable: f"| `{key.rpartition('.')[2]}` " for key, _, made in definitions()}
    for name in sorted(variables()):
        yield Item("environment variable", name, page, f"{rows.get(name, '')}| `{name}` |")


def _told() -> Iterator[Item]:
    for kind in kinds():
        yield Item("error", kind.code, "docs/errors.md", f"| `{kind.code}` |")
        yield Item("error's sentence", kind.code, "docs/troubleshooting.md", f"## {what_people_read(kind)}")
    for start, _, _ in REFUSALS:
        for row in refusals(start):
            yield Item("sentence of a refusal", row, "docs/troubleshooting.md", row)
    metrics = PrometheusMetrics()
    for family in text_string_to_metric_families(metrics.expose().decode()):
        if family.name in metrics.labels:
            name = f"{family.name}_total" if family.type == "counter" else family.name
            yield Item("metric", name, "docs/metrics.md", f"| `{name}` | {family.type} |")


def _asked_of_slack() -> Iterator[Item]:
    manifest = json.loads((ROOT / "config/manifest.json").read_text("utf-8"))
    for scope in manifest["oauth_config"]["scopes"]["bot"]:
        yield Item("scope", scope, "docs/slack-app.md", f"| `{scope}` |")
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        yield Item("event", event, "docs/slack-app.md", f"| `{event}` |")
