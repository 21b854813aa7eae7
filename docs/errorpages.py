"""The pages about errors: by their codes, and by the sentences that people read."""

import re
from collections.abc import Iterator
from functools import partial

import bot.core.onlineerrors  # noqa: F401 - its errors are told as well
from bot.core.errors import BotError
from bot.core.typed.command import MAX_LINE
from bot.text import SOURCE, has_sentence, sentence
from docs.catalogue import said_in
from docs.parts import COMMAND
from tests.crm.failure_table import TABLE

__all__ = ["REFUSALS", "errors", "kinds", "refusals", "troubleshooting", "what_people_read"]

#: What stands above the tables of the page about errors.
ERRORS = """# Errors

Made by `make docs`, from `bot/core/errors.py`, the catalogue of sentences and the table that the tests go by.

A failure says in one sentence what happened, what to do next, and a reference. The reference is in the bot's
log, in the line with the action `command.failed`, which names the code. A failure never looks like an empty
answer. By the sentence they are in [troubleshooting](troubleshooting.md).

## What people read
"""
WIRE = """
## What happens between the bot and SuperOffice

`tests/crm/test_failure_table.py` makes each of it happen over a real socket. *asked* is how often the bot
asks before it gives up; signing in is never asked twice. Where SuperOffice names the type of an exception,
the log has it as `exception_type`, beside its message with nothing left in it but known words: enough to see
which rule applied, and to tell us where it is wrong.
"""
TROUBLESHOOTING = """# Troubleshooting

Made by `make docs`, from the catalogue of sentences: look for the one that you read, as it stands there (a number or a name may be
another). Whoever runs the bot finds the whole story by the reference that the message ends with:
`grep reference=4f1c92ab bot.log` ([the log](operations.md#the-log)).

Where the bot says nothing, Slack does:

| Slack says | what it means | what to do |
|---|---|---|
| *… is not a valid command* | the app is not installed in this workspace, or its command has another name | install it with its [manifest](slack-app.md); look at `SLACK_COMMAND` |
| *… failed with the error "dispatch_failed"*, or *… failed because the app did not respond* | Slack cannot reach the bot: it does not run, Socket Mode is not connected, another program uses the same app-level token, or over HTTP its address or certificate is wrong | `python -m bot doctor` where the bot runs says [what is wrong](operations.md#is-it-set-up-right); over HTTP, look at the three addresses in the manifest, too |
| *… failed with the error "operation_timeout"* | the bot did not acknowledge within three seconds | look at the load of its machine |
| *Sending messages to this app has been turned off* | nothing is wrong: the bot is spoken to by commands | type `/superoffice help` |

Where the bot does not start, it names all that is wrong with [the configuration](configuration.md) at once, each with an example;
`python -m bot doctor` looks at everything around it as well.
"""
PROBLEMS = """## What cannot be read

The bot echoes what it cannot read, all of it at once, with the nearest thing that it can; nothing was done. `…` is what you typed.
[Commands](commands.md) has all that there is.

| what people read |
|---|"""

#: Sentences that are no error's: by what their ids begin with, under what they stand in Slack, and what is
#: behind them. What ends with `.next` is what to do; of the others, the sentence says it itself.
REFUSALS = (
    (
        "refusal",
        "not-shared.title",
        "An answer stays with who asked: [who reads along](channels.md#who-reads-along).",
    ),
    ("channel.refused", "channel.refused", "The same of a channel's digest."),
    ("denied", "denied.title", "[Who may do what](permissions.md)."),
    (
        "paused",
        "digest.state.paused",
        "Its owner is told once: [when it is paused](channels.md#when-it-is-paused).",
    ),
    ("ended", "ended.title", "[Signing in, and staying signed in](sign-in.md)."),
    ("page.error", "page.title", "On the page that *Link SuperOffice* opens."),
    ("install.error", "page.closed", "On the pages for [installing](workspaces.md#installing) the app."),
    ("warning", "me.title", "Below `/superoffice me`, for admins; `python -m bot doctor` says more."),
)
_ALONE = ("| what people read |", "|---|")
#: What stands around those.
_AROUND = re.compile(r".*\.(title|request|once|admin|next)")

_say = partial(
    sentence,
    command=COMMAND,
    seconds=25,
    state="OfflineMaintenance",
    by="SuperOffice",
    workspace="T024BE7LH",
    name="…",
    reason="…",
    detail="…",
)


def kinds(kind: type[BotError] = BotError) -> Iterator[type[BotError]]:
    """Every error, each before those that are of its kind."""
    yield kind
    for other in sorted(kind.__subclasses__(), key=lambda other: other.code):
        yield from kinds(other)


def what_people_read(kind: type[BotError]) -> str:
    """An error's sentence, with examples for its values."""
    return _say(f"error.{kind.code}")


def errors() -> Iterator[str]:
    """Every error: what people read, and what happened on the way to SuperOffice when they do."""
    yield ERRORS
    yield "| code | what it means | what people read | what to do |"
    yield "|---|---|---|---|"
    for kind in kinds():
        way_out = _say(f"error.{kind.code}.next")
        yield f"| `{kind.code}` | {_meaning(kind)} | {what_people_read(kind)} | {way_out} |"
    yield WIRE
    yield "| what happens | code | asked | in the log |"
    yield "|---|---|---|---|"
    for case in TABLE:
        asked = "once" if case.tries == 1 else f"{case.tries} times"
        yield f"| {case.happens} | `{case.code}` | {asked} | {case.logged and f'`{case.logged}`'} |"
    yield ""


def troubleshooting() -> Iterator[str]:
    """Every sentence of an error, what it means and what to do; and everything that cannot be read."""
    yield TROUBLESHOOTING
    for kind in sorted(kinds(), key=what_people_read):
        yield f"## {what_people_read(kind)}\n"
        meaning = re.sub(r" \(`[^)]*\)", "", _meaning(kind))  # what the log says beside it
        yield f"**What it means.** {meaning} In the log and in metrics it is `{kind.code}`.\n"
        yield f"**What to do.** {_say(f'error.{kind.code}.next')}\n"
        if seen := [case for case in TABLE if case.code == kind.code]:
            yield "**When it happens**, seen from the bot:\n"
            yield from (f"- {case.happens}" for case in seen)
            yield ""
    for start, title, behind in REFUSALS:
        yield f"## {_say(title)}\n\n{behind}\n"
        heads = ("| what people read | what to do |", "|---|---|") if start.endswith("error") else _ALONE
        yield from (*heads, *refusals(start), "")
    yield PROBLEMS
    yield from sorted(f"| {text} |" for text in set(_problems()))
    yield ""


def refusals(start: str) -> Iterator[str]:
    """A row for each sentence whose id begins so."""
    for id_ in said_in(SOURCE):
        if id_.startswith(f"{start}.") and not _AROUND.fullmatch(id_):
            ways_out = (f"{id_}.next", f"{id_.removeprefix('page.')}.next")
            row = [_say(id_), *(_say(way_out) for way_out in ways_out if has_sentence(way_out))]
            yield f"| {' | '.join(row[:2])} |"


def _meaning(kind: type[BotError]) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n")[0].replace("``", "`").split())


def _problems() -> Iterator[str]:
    for id_ in said_in(SOURCE):
        if re.fullmatch(r"problem\.(?!title|help|nearest|either)[^.]+", id_):
            yield sentence(id_, given="…", most=MAX_LINE)
