"""Every message of the bot, drawn in each language: what `make docs` writes into the pages of messages.

And the proof that these are all: no sentence of the catalogue stands in none of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from babel import Locale

from bot.core.errors import Problem
from bot.core.replies import CannotRead, Failed, HelpText, Reader, Reply, SharedPage
from bot.core.typed.command import VERBS
from bot.core.typed.filterkeys import KEYS
from bot.core.window import Window
from bot.slack.blocks import draw, draw_shared
from bot.slack.blocks.home import home_view
from bot.slack.modals import digest_modal
from bot.slack.modals.notice import unreadable_view
from bot.text import LANGUAGES, SOURCE, is_beta
from docs import samples
from docs.catalogue import said_in
from docs.drawnpages import FILES, PAGES, Written
from docs.heard import heard
from docs.intext import OSLO, in_text, of_view
from tests.slack.replies import HOSTILE, REPLIES, answered
from tests.slack.test_channel_setup import REPLIES as OF_CHANNELS
from tests.slack.test_channel_setup import forms
from tests.slack.test_digests import ALL as OF_DIGESTS
from tests.slack.test_home import HOMES
from tests.slack.test_modals import FULL
from tests.slack.test_team_digests import PARTS

__all__ = ["GROUPS", "Drawn", "messages_page", "page_of", "readers", "undrawn"]

ROOT = Path(__file__).parent.parent
COMMAND = "/superoffice"
TAME = "Fjord & Sønn AS"

#: Blocks, and the surface that they are on.
Drawn = tuple[list[dict[str, Any]], str]
Draw = Callable[[Reader], Drawn]


def _messages(replies: Mapping[str, Reply]) -> dict[str, Draw]:
    """Those with ordinary content: hostile ones are for tests."""

    def message(reply: Reply) -> Draw:
        return lambda reader: (draw(_tamed(reply), reader, COMMAND).blocks, "message")

    tame = {name.replace(HOSTILE, "other"): reply for name, reply in replies.items()}
    return {name: message(reply) for name, reply in tame.items() if "hostile" not in name}


def _tamed(value: Any) -> Any:
    """The same with an ordinary name in place of the hostile one."""
    if isinstance(value, str):
        if HOSTILE[:40] not in value:
            return value
        whole, _, cut_off = value.replace(HOSTILE, TAME).partition(HOSTILE[:40])
        return f"{whole}{TAME}" if cut_off else whole
    if isinstance(value, dict):
        return {key: _tamed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_tamed(each) for each in value]
    if isinstance(value, tuple):
        parts = map(_tamed, value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if is_dataclass(value) and not isinstance(value, type):
        named = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        return replace(value, **{name: _tamed(each) for name, each in named.items()})
    return value


def _forms() -> dict[str, Draw]:
    def form(name: str) -> Draw:
        return lambda reader: (of_view(_tamed(forms(reader)[name])), "modal")

    own = {
        "digest": lambda reader: (of_view(digest_modal(FULL, reader, COMMAND)), "modal"),
        "unreadable": lambda reader: (of_view(unreadable_view(reader)), "modal"),
        "digest-new": lambda reader: (
            of_view(digest_modal(replace(FULL, is_new=True), reader, COMMAND)),
            "modal",
        ),
    }
    return {**own, **{f"channel-{name}": form(name) for name in forms(readers()[SOURCE])}}


def _help() -> dict[str, Reply]:
    names = (*(verb.name for verb in VERBS), *(key.name for key in KEYS))
    return {f"help-{name}": HelpText(name) for name in dict.fromkeys(names)}


def _problems() -> dict[str, Reply]:
    """One of each, with what was typed."""
    codes = [match[1] for id_ in said_in(SOURCE) if (match := re.fullmatch(r"problem\.([^.]+)", id_))]
    no_codes = ("title", "help", "nearest", "either", "known")
    return {
        f"problem-{code}": CannotRead((Problem(code, "typed", known=("this", "that")),))
        if f"problem.known.{code}" in said_in(SOURCE)
        else CannotRead((Problem(code, "typed"),))
        for code in codes
        if code not in no_codes
    }


def _errors() -> dict[str, Reply]:
    """One of each, as a reply in Slack; those of sign-in and install pages say the same there."""
    values: dict[str, object] = {
        "seconds": 25,
        "state": "OfflineMaintenance",
        "by": "SuperOffice",
        "workspace": "T024BE7LH",
    }
    codes = [match[1] for id_ in said_in(SOURCE) if (match := re.fullmatch(r"error\.(.+)\.next", id_))]
    return {f"error-{code}": Failed(code, values, "1f0c93ab", "today") for code in codes}


def _shared() -> dict[str, Draw]:
    pages = {
        **samples.SHARED,
        "shared-page": SharedPage(answered(count=32, later_count=2, offset=10), "U0SELLER"),
        "shared-page-since-log-out": SharedPage(answered(window=Window(None)), "U0SELLER"),
    }

    def page(name: str) -> Draw:
        return lambda reader: (draw_shared(_tamed(pages[name]), reader).blocks, "message")

    return {name: page(name) for name in pages}


def _homes() -> dict[str, Draw]:
    homes = {**HOMES, **samples.HOME}

    def home(name: str) -> Draw:
        return lambda reader: (home_view(_tamed(homes[name]), reader, COMMAND)["blocks"], "home")

    return {f"home-{name.replace('hostile', 'much')}": home(name) for name in homes}


def _of(what: str, replies: Mapping[str, Reply]) -> dict[str, Reply]:
    return {f"{what}-{name}": reply for name, reply in replies.items()}


def _of_nowhere() -> dict[str, Draw]:
    """To somebody for whom Slack names no time zone."""
    reply = REPLIES["answer-one"]
    return {
        "answer-assumed-zone": lambda reader: (
            draw(reply, replace(reader, zone_is_assumed=True), COMMAND).blocks,
            "message",
        )
    }


def _spoken() -> dict[str, Written]:
    """The texts that stand in for blocks."""

    def text(reply: Reply) -> Written:
        return lambda reader: draw(_tamed(reply), reader, COMMAND).text

    replies = {"answer": REPLIES["answer"], "digest": OF_DIGESTS["full"], "team-digest": PARTS["headline"]}
    return {f"spoken-{name}": text(reply) for name, reply in replies.items()}


def readers() -> dict[str, Reader]:
    """Somebody in Oslo, by each language."""
    return {language: Reader(OSLO, language, "U0SELLER") for language in LANGUAGES}


#: Every message, by what it is about.
GROUPS: Mapping[str, Mapping[str, Draw]] = {
    "Answers, linking, help": _messages({**REPLIES, **samples.ANSWERS}) | _of_nowhere() | _shared(),
    "Help on each command and filter": _messages(_help()),
    "What cannot be read": _messages(_problems()),
    "Errors": _messages(_errors()),
    "Digests": _messages({**OF_DIGESTS, **{f"also-{name}": each for name, each in samples.DIGESTS.items()}}),
    "Digests of channels": _messages(_of("team", {**PARTS, **samples.OF_CHANNELS})),
    "Setting up a channel's digest": _messages(_of("channel", {**OF_CHANNELS, **samples.SETTING_UP})),
    "Forms": _forms(),
    "Home tab": _homes(),
}

#: What is no message with blocks.
WRITTEN: Mapping[str, Mapping[str, Written]] = {
    "What notifications and screen readers tell": _spoken(),
    "Pages of the bot": PAGES,
    "Files": FILES,
}


def page_of(language: str) -> Path:
    """Where a language's messages are drawn."""
    return ROOT / ("docs/messages.md" if language == SOURCE else f"docs/messages/{language}.md")


def messages_page(language: str) -> str:
    """The page: every message."""
    return "\n".join(_lines(language))


def undrawn(language: str) -> list[str]:
    """The ids of sentences that no message shows."""
    shown: set[str] = set()
    said = said_in(language)
    for _, _, text, asked in _texts(language):
        plain = _plain(text)
        shown.update(id_ for id_ in asked - shown if any(_stands_in(form, plain) for form in said[id_]))
    return [id_ for id_ in said if id_ not in shown and (id_ != "beta" or is_beta(language))]


def _lines(language: str) -> Iterator[str]:
    yield f"# Messages in {_name(language)}"
    yield ""
    yield "Made by `make docs`: every message of the bot, drawn as the demo's terminal does it."
    yield f"In other languages: {', '.join(_links(language))}. [Languages](" + (
        "languages.md)." if language == SOURCE else "../languages.md)."
    )
    for title, drawn in groupby(_texts(language), itemgetter(0)):
        yield from ("", f"## {title}")
        for _, name, text, _ in drawn:
            yield from ("", f"### {name}", "", "````text", text, "````")
    yield ""


def _texts(language: str) -> Iterator[tuple[str, str, str, set[str]]]:
    """Each message with its heading and its name, and the sentences that were asked for to draw it."""
    reader, said = readers()[language], said_in(SOURCE)
    drawn = {
        title: {name: _drawn(each) for name, each in messages.items()} for title, messages in GROUPS.items()
    }
    for title, messages in {**drawn, **WRITTEN}.items():
        for name, write in messages.items():
            with heard() as asked:
                text = write(reader)
            yield title, name, text, asked & said.keys()


def _drawn(message: Draw) -> Written:
    return lambda reader: in_text(message(reader)[0])


def _plain(text: str) -> str:
    return " ".join(re.sub("[`*]", "", text).split()).lower()


def _stands_in(form: str, drawn: str) -> bool:
    """Whether all of it that is no value was drawn."""
    return all(_plain(part) in drawn for part in re.split(r"\{[^}]*\}", form))


def _name(language: str) -> str:
    return str(Locale(language).get_display_name("en"))


def _links(language: str) -> Iterator[str]:
    for other in LANGUAGES:
        if other != language:
            up = "" if language == SOURCE else "../"
            to = "messages.md" if other == SOURCE else f"messages/{other}.md"
            yield f"[{_name(other)}]({up}{to})"
