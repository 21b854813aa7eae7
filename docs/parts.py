"""The parts of pages that are made of definitions: tables of commands, filters, metrics and scopes."""

from collections.abc import Iterable, Iterator

from prometheus_client.parser import text_string_to_metric_families

from bot.core.typed.command import VERBS
from bot.core.typed.filterkeys import KEYS, SHOWN_ACTIONS, Key
from bot.core.typed.verb import Verb
from bot.metrics import PrometheusMetrics
from bot.slack.scopes import ALL_SCOPES, Scope
from bot.text import has_sentence, sentence
from tests.faults.table import TABLE as FAULTS
from tests.faults.table import Fault

__all__ = [
    "COMMAND",
    "commands_page",
    "commands_table",
    "faults_table",
    "filters_table",
    "metrics_table",
    "scopes_table",
]

COMMAND = "/superoffice"
COMMANDS_PAGE = """# Commands

Made by `make docs`, from the definitions that the bot reads commands by and `help` tells. Each is typed
after `/superoffice`, or what the command [is called](slack-app.md#another-name-for-the-command) in your
workspace. Capitals, curly quotes and stray commas do no harm.
"""
#: Where a metric's meaning leads to.
LEADS = {
    "the code of an error": "the code of an [error](errors.md)",
    "is not asked,": "[is not asked](faults.md#a-superoffice-that-does-not-answer),",
    "the optional scopes": "the [optional scopes](slack-app.md#optional-scopes)",
    "how they ended": "how [they ended](digests.md)",
    "a back-up,": "[a back-up](operations.md#back-ups),",
}


def commands_table() -> str:
    """The verbs as a table, from the definitions that the parser and `help` use."""
    return "\n".join(["| command | shows or does |", "|---|---|", *map(_row, VERBS), ""])


def filters_table() -> str:
    """The filters as a table, from the definitions that the parser and `help filter` use."""
    return "\n".join(["| filter | shows |", "|---|---|", *map(_filter, KEYS), ""])


def commands_page() -> Iterator[str]:
    """Everything that one can type, as `help` and `help <verb>` tell it."""
    yield COMMANDS_PAGE
    for verb in VERBS:
        yield from _entry(f"`{verb.usage}`", f"verb.{verb.name}", verb.examples, "")
        if verb.aliases:
            yield f"Also: {_quoted(verb.aliases)}.\n"
        if verb.filtered:
            yield "It takes [filters](#filters).\n"
    yield "## Filters\n\nAny number of them, after any time.\n"
    for key in KEYS:
        yield from _entry(f"`{key.usage}`", f"filter.{key.name}", key.examples, "today ", "###")
        if key.aliases:
            yield f"Also: {_quoted(f'{alias}:' for alias in key.aliases)}.\n"
        if key.name == "action":
            yield f"{sentence('help.actions', actions=_quoted(SHOWN_ACTIONS))}\n"


def _entry(title: str, id_: str, examples: Iterable[str], before: str, level: str = "##") -> Iterator[str]:
    what, *more = (sentence(each, command=COMMAND) for each in (id_, f"{id_}.more") if has_sentence(each))
    yield f"{level} {title}\n\n{' '.join((f'{what[:1].upper()}{what[1:]}.', *more))}\n"
    if lines := [f"{COMMAND} {before}{example}" for example in examples]:
        yield "\n".join(("```slack", *lines, "```\n"))


def _filter(key: Key) -> str:
    such_as = _listed("; such as", key.examples)
    return f"| `{key.usage}` | {sentence(f'filter.{key.name}')}{such_as} |"


def _row(verb: Verb) -> str:
    what = sentence(f"verb.{verb.name}", command=COMMAND)
    such_as = _listed("; such as", (text for text in verb.examples if text != verb.usage))
    return f"| `{COMMAND} {verb.usage}` | {what}{such_as}{_listed('; also', verb.aliases)} |"


def _listed(start: str, texts: Iterable[str]) -> str:
    quoted = _quoted(texts)
    return f"{start} {quoted}" if quoted else ""


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def metrics_table() -> str:
    """Every metric of the bot's own, as it says of itself at ``/metrics``."""
    metrics = PrometheusMetrics()
    labels = metrics.labels
    rows = ["| metric | kind | labels | meaning |", "|---|---|---|---|"]
    for family in text_string_to_metric_families(metrics.expose().decode()):
        if family.name in labels:
            name = f"{family.name}_total" if family.type == "counter" else family.name
            meaning = family.documentation
            for words, link in LEADS.items():
                meaning = meaning.replace(words, link)
            rows.append(f"| `{name}` | {family.type} | {_quoted(labels[family.name])} | {meaning} |")
    return "\n".join([*rows, ""])


def scopes_table(*, optional: bool) -> str:
    """The scopes with their reasons."""
    rows = [_scope(scope) for scope in ALL_SCOPES if scope.is_optional == optional]
    return "\n".join(["| scope | reason | without it | used for |", "|---|---|---|---|", *rows, ""])


def _scope(scope: Scope) -> str:
    used = _quoted(scope.methods) or "slash commands"
    return f"| `{scope.name}` | {scope.reason} | {scope.without} | {used} |"


def faults_table() -> str:
    """Every fault: what people read, what the ledger says, how soon it is over."""
    head = "| what happens | who asks meanwhile | due digests | over, at most | lost | doubled | shown by |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *map(_fault, FAULTS), ""])


def _fault(fault: Fault) -> str:
    people = f"“{_said(fault.people)}”" if "." in fault.people else fault.people
    ledger = " ".join(f"`{word}`" for word in fault.ledger.split()) or "–"
    over = f"{fault.recovers:.0f} s" if fault.recovers else "–"
    return f"| {fault.happens} | {people} | {ledger} | {over} | nothing | nothing | `{fault.test}` |"


def _said(id_: str) -> str:
    return sentence(id_, seconds=25, command="/superoffice today" if "asking" in id_ else COMMAND)
