"""What is said of one activity, whatever the style: plain text, as it goes where Slack parses nothing."""

import re
from datetime import date, datetime, time
from functools import lru_cache
from urllib.parse import quote

from bot.core.activity import Action, Activity
from bot.core.languages import in_language
from bot.core.localtime import local
from bot.core.people import Principal
from bot.core.replies import Reader
from bot.core.window import Window, known_time
from bot.slack.blocks.elements import shorten
from bot.text import sentence
from bot.text.dates import moment, time_of_day, zone_name

__all__ = [
    "GAP",
    "MAX_NAME",
    "capital",
    "company_url",
    "happened",
    "in_a_line",
    "more",
    "name",
    "owner",
    "span_of_time",
    "when",
    "who",
]

#: No name in SuperOffice is longer; the columns end before.
MAX_NAME = 255
GAP = "  ·  "


def company_url(web_url: str, company_id: int) -> str:
    """The company's page in SuperOffice's web client; the two question marks are SoProtocol's.

    ``""`` where there is no web client, or no company. Source: docs.superoffice.com, "SoProtocol".
    """
    if not (web_url and company_id):
        return ""
    return f"{_root(web_url)}/default.aspx?contact.main?contact_id={company_id}"


@lru_cache(maxsize=64)
def _root(web_url: str) -> str:
    return quote(web_url.rstrip("/"), safe=":/%?=&+,;@~!$()*'#[]")


def name(activity: Activity, reader: Reader) -> str:
    """The company's name, or its number where it has none."""
    return _one_line(activity.company) or sentence(
        "answer.unnamed", reader.locale, id=str(activity.company_id)
    )


def more(activity: Activity, reader: Reader, longest: int = MAX_NAME, *, with_category: bool = True) -> str:
    """What follows the company's name: its department, and its category, which SuperOffice may tell in
    several languages; neither is longer than so much.
    """
    category = activity.category if with_category else ""
    return _more(activity.department, category, reader.locale, longest)


@lru_cache(maxsize=1024)
def _more(department: str, category: str, locale: str, longest: int) -> str:
    """Many companies have the same."""
    place = shorten(_one_line(department), longest)
    kind = shorten(_one_line(in_language(category, locale)), longest)
    return f"{f', {place}' if place else ''}{f'{GAP}{kind}' if kind else ''}"


def happened(activity: Activity, reader: Reader) -> str:
    """The actions in words, the first with a capital."""
    return _happened(activity.action, activity.other_actions, reader.locale)


@lru_cache(maxsize=512)
def _happened(action: Action, other_actions: tuple[str, ...], locale: str) -> str:
    known = [sentence(f"action.{flag.name}".lower(), locale) for flag in Action if flag in action]
    others = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", each).lower() for each in other_actions]
    words = ", ".join((*known, *map(_one_line, others))) or sentence("action.unknown", locale)
    return shorten(capital(words), MAX_NAME)


def who(activity: Activity, principal: Principal, reader: Reader) -> str:
    """Who did it, or "you"."""
    if activity.actor_id and activity.actor_id == principal.person_id:
        return sentence("answer.you", reader.locale)
    return _often(activity.actor)


def owner(activity: Activity, principal: Principal, reader: Reader) -> str:
    """The owner, where that is not the reader: "owner you" on every row tells nothing."""
    owner_name = _often(activity.owner)
    if activity.owner_id == principal.associate_id or not owner_name:
        return ""
    return _owned_by(owner_name, reader.locale)


@lru_cache(maxsize=1024)
def _owned_by(owner_name: str, locale: str) -> str:
    return sentence("answer.owner", locale, name=owner_name)


def when(activity: Activity, reader: Reader, today: date | None = None) -> str:
    """The time of the day; with the day, if today's date is told; ``""`` where it is not known.

    It is written as within a sentence.
    """
    then = known_time(activity)
    if then is None:
        return ""
    here = local(then, reader.zone)
    if today is None:
        return time_of_day(here, reader.locale)
    back = (today - here.date()).days
    if back in (0, 1):
        return _near(back, here.hour, here.minute, reader.locale)
    return moment(then, reader.zone, reader.locale)


@lru_cache(maxsize=4096)
def _near(back: int, hour: int, minute: int, locale: str) -> str:
    """Many are told of the same minutes."""
    clock = time_of_day(time(hour, minute), locale)
    return sentence("when.yesterday" if back else "when.today", locale, time=clock)


def in_a_line(activity: Activity, principal: Principal, reader: Reader) -> str:
    """The company, what happened on it, and who did it: for ears."""
    by = who(activity, principal, reader)
    return f"{name(activity, reader)}: {happened(activity, reader)}{f', {by}' if by else ''}"


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


def _one_line(text: str) -> str:
    """Printable text has no white space but the blank: nearly all of it is one line as it is."""
    is_plain = text.isprintable() and "  " not in text
    return shorten(text.strip() if is_plain else " ".join(text.split()), MAX_NAME)


#: The same for people, and what else is told of many companies.
_often = lru_cache(maxsize=1024)(_one_line)
