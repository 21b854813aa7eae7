"""What is said of each activity, whatever the style: plain text, or what is asked of it where it goes."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple, TypeVar
from urllib.parse import quote

from bot.core.activity import Action, Activity
from bot.core.languages import in_language
from bot.core.localtime import local
from bot.core.people import Principal
from bot.core.replies import Reader
from bot.core.window import Window, known_time
from bot.slack.blocks.elements import escape, shorten
from bot.text import sentence
from bot.text.dates import moment, time_of_day, zone_name

__all__ = [
    "GAP",
    "MAX_NAME",
    "NOBODY",
    "Once",
    "Said",
    "Words",
    "capital",
    "company_url",
    "company_urls",
    "name",
    "span_of_time",
    "when",
]

#: No name in SuperOffice is longer; the columns end before.
MAX_NAME = 255
GAP = "  ·  "
Key = TypeVar("Key")
#: Nobody in a channel is "you", and nobody's companies are "yours".
NOBODY = Principal(0, -1, "", "")


def company_url(web_url: str, company_id: int) -> str:
    """The company's page in SuperOffice's web client; ``""`` where there is no web client, or no company."""
    return f"{company_urls(web_url)}{company_id}" if web_url and company_id else ""


@lru_cache(maxsize=64)
def company_urls(web_url: str) -> str:
    """How the addresses of all companies' pages begin; the two question marks are SoProtocol's.

    Source: docs.superoffice.com, "SoProtocol".
    """
    root = quote(web_url.rstrip("/"), safe=":/%?=&+,;@~!$()*'#[]")
    return f"{root}/default.aspx?contact.main?contact_id="


def name(activity: Activity, reader: Reader, longest: int = MAX_NAME) -> str:
    """The company's name, or its number where it has none."""
    return _one_line(activity.company, longest) or shorten(
        sentence("answer.unnamed", reader.locale, id=str(activity.company_id)), longest
    )


class Said(NamedTuple):
    """What is said of one activity; what there is not to say is empty."""

    company_id: int
    #: The company's name as it is, for what is never parsed.
    plain: str
    name: str
    #: What follows the name: the company's department and its category.
    more: str
    #: The actions in words, the first with a capital.
    happened: str
    #: Who did it, or "you".
    who: str
    #: The owner, where that is not the reader: "owner you" on every row tells nothing.
    owner: str


class Once(dict[Key, str]):
    """Words by what they are made of: made once for each, within one message."""

    def __init__(self, make: Callable[[Key], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> str:
        words = self[key] = self._make(key)
        return words


class Words:
    """What is said of the companies of one message. What many of them share is put in words once.

    It is plain, or escaped for paragraphs; no name and no fact is longer than ``longest``.
    """

    def __init__(
        self,
        principal: Principal,
        reader: Reader,
        longest: int = MAX_NAME,
        *,
        escaped: bool = False,
        with_category: bool = True,
    ) -> None:
        def owned_by(owner: str) -> str:
            name = _one_line(owner)
            return form(shorten(sentence("answer.owner", locale, name=name), longest)) if name else ""

        def more(place: tuple[str, str]) -> str:
            department, category = place
            return form(_more(department, category if with_category else "", locale, longest))

        def happened(acted: tuple[Action, tuple[str, ...]]) -> str:
            return form(shorten(_happened(*acted, locale), longest))

        locale, form = reader.locale, escape if escaped else str
        self.longest, self.escaped = longest, escaped
        self._principal, self._reader, self._form = principal, reader, form
        self._you = sentence("answer.you", locale)
        self._person = Once[str](lambda person: form(_one_line(person, longest)))
        self._owner, self._more, self._happened = Once(owned_by), Once(more), Once(happened)

    def of(self, activity: Activity) -> Said:
        """What is said of one of them."""
        plain, principal = name(activity, self._reader, self.longest), self._principal
        is_own = activity.actor_id and activity.actor_id == principal.person_id
        is_owned = activity.owner_id == principal.associate_id
        return Said(
            activity.company_id,
            plain,
            self._form(plain),
            self._more[activity.department, activity.category],
            self._happened[activity.action, activity.other_actions],
            self._you if is_own else self._person[activity.actor],
            "" if is_owned else self._owner[activity.owner],
        )

    def aloud(self, said: Said) -> str:
        """The company, what happened on it, and who did it: for ears, and always escaped."""
        line = f"{said.name}: {said.happened}{f', {said.who}' if said.who else ''}"
        return line if self.escaped else escape(line)


def _more(department: str, category: str, locale: str, longest: int) -> str:
    """SuperOffice may tell a category in several languages."""
    place = _one_line(department, longest)
    kind = _one_line(in_language(category, locale), longest)
    return f"{f', {place}' if place else ''}{f'{GAP}{kind}' if kind else ''}"


@lru_cache(maxsize=512)
def _happened(action: Action, other_actions: tuple[str, ...], locale: str) -> str:
    known = [sentence(f"action.{flag.name}".lower(), locale) for flag in Action if flag in action]
    others = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", each).lower() for each in other_actions]
    words = ", ".join((*known, *map(_one_line, others))) or sentence("action.unknown", locale)
    return shorten(capital(words), MAX_NAME)


def when(activity: Activity, reader: Reader, today: date) -> str:
    """The day and the time, as within a sentence; ``""`` where it is not known."""
    then = known_time(activity)
    if then is None:
        return ""
    here = local(then, reader.zone)
    back = (today - here.date()).days
    if back in (0, 1):
        return _near(back, here.hour, here.minute, reader.locale)
    return moment(then, reader.zone, reader.locale)


@lru_cache(maxsize=4096)
def _near(back: int, hour: int, minute: int, locale: str) -> str:
    """Many are told of the same minutes."""
    clock = time_of_day(time(hour, minute), locale)
    return sentence("when.yesterday" if back else "when.today", locale, time=clock)


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return f"{text[:1].upper()}{text[1:]}"


def span_of_time(window: Window, as_of: datetime, reader: Reader) -> str:
    """Exactly from when to when, and in which zone."""
    end = moment(window.end or as_of, reader.zone, reader.locale, as_of)
    zone = zone_name(reader.zone, reader.locale)
    if window.start is None:
        return sentence("answer.span.logout", reader.locale, end=end, zone=zone)
    start = moment(window.start, reader.zone, reader.locale, as_of)
    return sentence("answer.span", reader.locale, start=start, end=end, zone=zone)


def _one_line(text: str, longest: int = MAX_NAME) -> str:
    """Printable text has no white space but the blank: nearly all of it is one line as it is."""
    is_plain = text.isprintable() and "  " not in text
    return shorten(text.strip() if is_plain else " ".join(text.split()), longest)
