"""Every message of the bot, drawn in each language: what `make docs` writes into the pages of messages."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from rich.console import Console

from bot.core.command import VERBS
from bot.core.errors import Problem
from bot.core.filterkeys import KEYS
from bot.core.replies import CannotRead, Failed, HelpText, Reader, Reply, SharedPage
from bot.core.window import Window
from bot.demo.mrkdwn import Viewer
from bot.demo.terminal import draw as in_terminal
from bot.slack.blocks import draw, draw_shared
from bot.slack.blocks.home import home_view
from bot.slack.modals import digest_modal
from bot.text import LANGUAGES, SOURCE
from docs.catalogue import said_in
from tests.slack.replies import HOSTILE, REPLIES, answered
from tests.slack.test_channel_setup import REPLIES as OF_CHANNELS
from tests.slack.test_channel_setup import forms
from tests.slack.test_digests import ALL as OF_DIGESTS
from tests.slack.test_home import HOMES
from tests.slack.test_modals import FULL
from tests.slack.test_team_digests import PARTS

__all__ = ["GROUPS", "Drawn", "messages_page", "page_of", "readers"]

ROOT = Path(__file__).parent.parent
COMMAND = "/superoffice"
OSLO = ZoneInfo("Europe/Oslo")
NAMES = {
    "U0SELLER": "Kianna",
    "U0MANAGER": "Per",
    "U0COLLEAGUE": "Ida",
    "U0GUEST": "Gus",
    "C0SALES": "sales",
    "C0GENERAL": "general",
}
WIDTH = 96
#: So many choices of a menu are drawn.
MOST_CHOICES = 6

TAME = "Fjord & Sønn AS"

#: Blocks, and the surface that they are on.
Drawn = tuple[list[dict[str, Any]], str]
Draw = Callable[[Reader], Drawn]


def _messages(replies: Mapping[str, Reply]) -> dict[str, Draw]:
    """Those with ordinary content: hostile ones are for tests."""

    def message(reply: Reply) -> Draw:
        return lambda reader: (draw(_tamed(reply), reader, COMMAND).blocks, "message")

    return {name: message(reply) for name, reply in replies.items() if "hostile" not in name}


def _tamed(value: Any) -> Any:
    """The same with an ordinary name in place of the hostile one."""
    if isinstance(value, str):
        return value.replace(HOSTILE, TAME) if HOSTILE in value else value
    if isinstance(value, tuple):
        parts = map(_tamed, value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if is_dataclass(value) and not isinstance(value, type):
        named = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        return replace(value, **{name: _tamed(each) for name, each in named.items()})
    return value


def _forms() -> dict[str, Draw]:
    def form(name: str) -> Draw:
        return lambda reader: (_of_view(forms(reader)[name]), "modal")

    own = {
        "digest": lambda reader: (_of_view(digest_modal(FULL, reader, COMMAND)), "modal"),
        "digest-new": lambda reader: (
            _of_view(digest_modal(replace(FULL, is_new=True), reader, COMMAND)),
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
        "shared-page": SharedPage(answered(count=32, later_count=2, offset=10), "U0SELLER"),
        "shared-page-since-log-out": SharedPage(answered(window=Window(None)), "U0SELLER"),
    }

    def page(name: str) -> Draw:
        return lambda reader: (draw_shared(_tamed(pages[name]), reader).blocks, "message")

    return {name: page(name) for name in pages}


def _homes() -> dict[str, Draw]:
    def home(name: str) -> Draw:
        return lambda reader: (home_view(_tamed(HOMES[name]), reader, COMMAND)["blocks"], "home")

    return {f"home-{name.replace('hostile', 'much')}": home(name) for name in HOMES}


def _of_view(view: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """A modal's title and buttons, as blocks, around its own."""
    assert view is not None  # noqa: S101 - for mypy
    names = [view[name]["text"] for name in ("submit", "close") if name in view]
    buttons = [
        {
            "type": "button",
            "action_id": f"form-{number}",
            "text": {"type": "plain_text", "text": name, "emoji": False},
        }
        for number, name in enumerate(names)
    ]
    title = {"type": "header", "text": {"type": "plain_text", "text": view["title"]["text"], "emoji": False}}
    return [title, *view["blocks"], {"type": "actions", "elements": buttons}]


def readers() -> dict[str, Reader]:
    """Somebody in Oslo, by each language."""
    return {language: Reader(OSLO, language, "U0SELLER") for language in LANGUAGES}


#: Every message, by what it is about.
GROUPS: Mapping[str, Mapping[str, Draw]] = {
    "Answers, linking, help": _messages(REPLIES) | _shared(),
    "Help on each command and filter": _messages(_help()),
    "What cannot be read": _messages(_problems()),
    "Errors": _messages(_errors()),
    "Digests": _messages(OF_DIGESTS),
    "Digests of channels": {f"team-{name}": each for name, each in _messages(PARTS).items()},
    "Setting up a channel's digest": {
        f"channel-{name}": each for name, each in _messages(OF_CHANNELS).items()
    },
    "Forms": _forms(),
    "Home tab": _homes(),
}


def page_of(language: str) -> Path:
    """Where a language's messages are drawn."""
    return ROOT / ("docs/messages.md" if language == SOURCE else f"docs/messages/{language}.md")


def messages_page(language: str) -> str:
    """The page: every message, then the sentences that stand in none of them."""
    return "\n".join(_lines(language))


def _lines(language: str) -> Iterator[str]:
    reader = readers()[language]
    yield f"# Messages in {_name(language)}"
    yield ""
    yield "Made by `make docs`: every message of the bot, drawn as the demo's terminal does it."
    yield f"In other languages: {', '.join(_links(language))}. [Languages](" + (
        "languages.md)." if language == SOURCE else "../languages.md)."
    )
    drawn = []
    for title, messages in GROUPS.items():
        yield from ("", f"## {title}")
        for name, message in messages.items():
            text = _in_text(message(reader)[0])
            drawn.append(text)
            yield from ("", f"### {name}", "", "````text", text, "````")
    yield from ("", "## Other sentences", "", "| id | sentence |", "|---|---|")
    yield from _others(language, " ".join(" ".join(drawn).lower().split()))
    yield ""


def _others(language: str, drawn: str) -> Iterator[str]:
    for id_, forms_ in said_in(language).items():
        if not _stands_in(forms_[-1].lower(), drawn):
            yield f"| `{id_}` | {' / '.join(dict.fromkeys(map(_cell, forms_)))} |"


def _stands_in(form: str, drawn: str) -> bool:
    """Whether all of it that is no value was drawn."""
    parts = [" ".join(re.sub("[`*]", "", part).split()) for part in re.split(r"\{[^}]*\}", form)]
    return all(part in drawn for part in parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def _name(language: str) -> str:
    return str(Locale(language).get_display_name("en"))


def _links(language: str) -> Iterator[str]:
    for other in LANGUAGES:
        if other != language:
            up = "" if language == SOURCE else "../"
            to = "messages.md" if other == SOURCE else f"messages/{other}.md"
            yield f"[{_name(other)}]({up}{to})"


def _in_text(blocks: list[dict[str, Any]]) -> str:
    """As the terminal draws it, without colours."""
    file = StringIO()
    shown = json.loads(json.dumps([_readable(block) for block in blocks]))
    drawing = in_terminal("", shown, Viewer(OSLO, NAMES))
    Console(file=file, width=WIDTH, color_system=None, force_terminal=False).print(drawing.content)
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    return "\n".join(lines).strip("\n")


def _readable(block: dict[str, Any]) -> dict[str, Any]:
    """A field of a form as a paragraph: the terminal fills in none."""
    if block["type"] != "input":
        return block
    element = block["element"]
    choices = [each["text"]["text"] for each in element.get("options", ())]
    chosen = [each["text"]["text"] for each in element.get("initial_options", ())]
    chosen += [element["initial_option"]["text"]["text"]] if "initial_option" in element else []
    more = ["…"] if len(choices) > MOST_CHOICES else []
    box = element.get("initial_value") or ", ".join(chosen) or element.get("placeholder", {}).get("text", "")
    parts = [
        block["label"]["text"],
        f"  [ {box} ]",
        *([f"  ({' | '.join([*choices[:MOST_CHOICES], *more])})"] if choices else []),
        *([f"  {block['hint']['text']}"] if "hint" in block else []),
    ]
    return {"type": "section", "text": {"type": "plain_text", "text": "\n".join(parts), "emoji": False}}
