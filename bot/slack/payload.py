"""What Slack delivers, as requests."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.core.filters import Style
from bot.core.people import SlackUser
from bot.core.requests import (
    Ask,
    AskChart,
    AskWhyHidden,
    AskWhyShown,
    Confirm,
    Conversation,
    Decline,
    Forget,
    LinkAgain,
    LinkTo,
    Mute,
    PressAnothers,
    Request,
    Share,
    Unmute,
    Unshare,
    Wish,
)
from bot.core.secret import Secret
from bot.core.typed.command import verb_named
from bot.slack.carried import REFRESH, Asked, owner_of, pair, read_marks
from bot.slack.channelpayload import ANYBODY, ANYBODYS, CHANNEL_ACTIONS, CHANNEL_BESIDE, channel_wish
from bot.slack.markup import as_typed

__all__ = ["ACTIONS", "pressed", "typed"]

#: The buttons that put another page in the place of theirs.
_PAGES = ("page.chart", "page.newest", "page.next", "page.catchup", "page.plain", "again")
#: Menus, whose options hold too little: the id of their block carries the question.
_MENUS = ("row", "view", "digest.snooze", "home.channel")
#: What buttons without a value of their own ask for; of a digest, as it would be typed.
_PLAIN: Mapping[str, Wish] = {
    "unlink": Confirm(),
    "keep": Decline(),
    "forget": Forget(),
    "sign-in": LinkAgain(),
    "digest.stop": Ask("digest off"),
    "digest.off": Ask("digest off"),
    "digest.on": Ask("digest on"),
    "digest.wake": Ask("digest snooze off"),
    "digest.change": Ask("digest"),
    "digest.preview": Ask("digest preview"),
    "digest.history": Ask("digest history"),
    "home.link": Ask("link"),
    "home.filters": Ask("filter list"),
    "home.links": Ask("admin links"),
    "home.digests": Ask("admin digests"),
    "home.failures": Ask("admin digests"),
    "home.help": Ask("help"),
}
#: What buttons with something to be put in ask for, as it would be typed.
_LINES: Mapping[str, str] = {
    "digest.at": "digest at {}",
    "filter.run": "week filter:{}",
    "filter.remove": "filter remove {}",
}
#: Every button and menu that this bot draws, by its ``action_id``.
ACTIONS = (
    *_PAGES,
    *_MENUS,
    "why",
    "share",
    "unshare",
    "mute",
    "unmute",
    "digest.rest",
    "tenant",
    *_LINES,
    *_PLAIN,
    *CHANNEL_ACTIONS,
)
#: What leaves the message as it is: the reply is said beside it.
_BESIDE = (
    *("row", "why", "share", "mute", "sign-in"),
    *("digest.rest", "digest.stop", "digest.snooze", "digest.change", "digest.preview"),
    *CHANNEL_BESIDE,
)
#: Commands that take people, who are named by their ids.
_OF_PEOPLE = re.compile(r"\s*(?:admin|(?:channels?|team)\s+invite)\b", re.IGNORECASE)


def typed(body: Mapping[str, Any]) -> Request:
    """The request in a slash command's form fields.

    Source: docs.slack.dev, "Implementing slash commands".
    """
    user = SlackUser(body["team_id"], body["user_id"])
    response_url, trigger = Secret(body["response_url"]), Secret(body["trigger_id"])
    conversation = Conversation(user, body["channel_id"], response_url, trigger)
    raw = body.get("text") or ""
    text = as_typed(raw, user.user, ids=bool(_OF_PEOPLE.match(raw)))
    return Request(
        f"command:{body['trigger_id']}", conversation, Ask(_without_name(text, body.get("command", "")))
    )


def _without_name(text: str, command: str) -> str:
    """The text without the command's own name, typed once more; a verb of that name stays what it is."""
    first, _, rest = text.strip().partition(" ")
    name = command.removeprefix("/").casefold()
    again = name and first.removeprefix("/").casefold() == name
    return rest if again and (first.startswith("/") or not verb_named(first)) else text


def pressed(body: Mapping[str, Any]) -> Request | None:
    """The request in a ``block_actions`` payload; ``None`` where the press asks for nothing.

    Raises :class:`ValueError` and what else comes of a payload that is not as Slack describes it.
    Source: docs.slack.dev, "block_actions payload".
    """
    # The workspace it was pressed in, as in a command; on Grid the user's own may be another. By an install
    # for a whole organisation, it may be missing. Source: docs.slack.dev, "Organization-ready apps".
    team = body.get("team") or {"id": body["user"]["team_id"]}
    user = SlackUser(team["id"], body["user"]["id"])
    channel = body.get("channel") or {}
    response_url, trigger = Secret(body.get("response_url", "")), Secret(body["trigger_id"])
    view = body.get("view") or {}
    at_home = view.get("type") == "home"
    modal = "" if at_home else str(view.get("id", ""))
    conversation = Conversation(user, channel.get("id", ""), response_url, trigger, modal, at_home)
    action = body["actions"][0]
    name = action["action_id"]
    owner, carried = owner_of(pair(action["block_id"], "~")[1] if name in _MENUS else action["value"])
    wish: Wish | None = PressAnothers()
    if name in CHANNEL_ACTIONS and (owner == user.user or (owner == ANYBODY and name in ANYBODYS)):
        place, wish = channel_wish(name, carried)
        conversation = replace(conversation, channel=place or conversation.channel)
    elif name == "home.channel" and owner == user.user:
        conversation = replace(conversation, channel=str(action["selected_conversation"]))
        wish = Ask("channel")
    elif owner == user.user:
        wish = _chosen(action, carried) if name in _MENUS else _wish(name, carried)
    is_replaced = name not in _BESIDE and owner != ANYBODY and wish != PressAnothers()
    if wish is None:
        return None
    return Request(f"press:{body['trigger_id']}", conversation, wish, pressed=True, replace=is_replaced)


def _wish(action: str, carried: str) -> Wish:
    if plain := _PLAIN.get(action):
        return plain
    if line := _LINES.get(action):
        return Ask(line.format(carried))
    match action:
        case "tenant":
            return LinkTo(*pair(carried, "|"))
        case "mute":
            return _mute(carried)
        case "unmute":
            return Unmute(int(carried))
        case "unshare":
            return Unshare(*pair(carried, " "))
    if action == "share":
        shown, carried = pair(carried, "|")
        asked = Asked.decode(carried)
        return Share(asked.text, asked.page, tuple(read_marks(shown)))
    asked = Asked.decode(carried)
    match action:
        case "page.chart":
            return AskChart(asked.text, asked.page)
        case "why":
            return AskWhyHidden(asked.text, asked.page)
        case _:
            return Ask(asked.text, asked.page)


def _chosen(action: Mapping[str, Any], carried: str) -> Wish | None:
    """What an option of a menu asks for: of a company's, or of the one below an answer."""
    what, _, rest = action["selected_option"]["value"].partition(":")
    if action["action_id"] == "digest.snooze":
        return Ask(f"digest snooze until {what}")
    asked = Asked.decode(carried)
    match what:
        case "why":
            return AskWhyShown(asked.text, asked.page, int(rest))
        case "mute":
            return _mute(rest)
        case "open":
            return None  # Slack opens the page itself, and reports it, too
        case _:
            page = asked.page
            style = page.style if what == REFRESH else Style(what)
            return Ask(asked.text, replace(page, style=style))


def _mute(carried: str) -> Mute:
    company, name = pair(carried, ":")
    return Mute(int(company), name)
