"""The main answer: what happened on my companies."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from bot.core.activity import Action, Activity
from bot.core.localtime import local
from bot.core.people import Principal
from bot.core.period import Between, LastLogout, Period, Since, Today, Week, Weekday, Yesterday
from bot.core.replies import ActivityAnswer, Reader
from bot.core.window import Window, known_time
from bot.slack.blocks.elements import (
    Block,
    Element,
    Message,
    actions,
    button,
    context,
    divider,
    escape,
    header,
    link,
    note,
    rich,
    shorten,
    span,
)
from bot.slack.payload import PageButton
from bot.text import sentence
from bot.text.dates import clock, day, moment, weekday, zone_name

__all__ = ["answer", "company_url"]

MAX_NAME = 200
MAX_TEXT = 3000
GAP = "  ·  "
#: An empty answer that looked less far back suggests to look so far.
WIDER = timedelta(days=7)


def answer(reply: ActivityAnswer, reader: Reader, command: str) -> Message:
    """One page of an answer. Empty says what it looked for; it never looks like a failure."""
    title = _title(reply, reader)
    blocks = [header(title), context(_covers(reply, reader)), *_remarks(reply, reader, command)]
    if not reply.total:
        blocks += [*(note(line) for line in _nothing(reply, reader, command)), *_buttons(reply, reader)]
        return Message(title, blocks)
    blocks += [divider(), *_days(reply, reader), *_later(reply, reader), *_position(reply, reader)]
    blocks += _buttons(reply, reader)
    return Message(_in_words(title, reply, reader), blocks)


def company_url(web_url: str, company_id: int) -> str:
    """The company's page in SuperOffice's web client; the two question marks are SoProtocol's."""
    return f"{web_url.rstrip('/')}/default.aspx?contact.main?contact_id={company_id}"


def _title(reply: ActivityAnswer, reader: Reader) -> str:
    name = _period_name(reply.period)
    when = {"since": _since_words, "between": _between_words}.get(name, _no_words)(reply, reader)
    if not reply.count:
        return sentence(
            f"answer.{'only-later' if reply.later_count else 'empty'}.{name}", reader.locale, when=when
        )
    return sentence(f"answer.title.{name}", reader.locale, count=reply.count, when=when)


def _period_name(period: Period) -> str:
    match period:
        case Today():
            return "today"
        case Yesterday():
            return "yesterday"
        case Week():
            return "week"
        case LastLogout():
            return "catchup"
        case Between(window) if window.end:
            return "between"
        case Between(window) if window.start is None:
            return "catchup"
        case _:
            return "since"


def _since_words(reply: ActivityAnswer, reader: Reader) -> str:
    """How a reader would say the start: ``Monday``, ``08:30``, or a date."""
    start = reply.window.start or reply.as_of
    if isinstance(reply.period, Since) and isinstance(reply.period.when, Weekday):
        return weekday(start, reader.zone, reader.locale)
    if local(start, reader.zone).date() == local(reply.as_of, reader.zone).date():
        return clock(start, reader.zone, reader.locale)
    return moment(start, reader.zone, reader.locale, reply.as_of)


def _between_words(reply: ActivityAnswer, reader: Reader) -> str:
    start, end = (
        moment(when, reader.zone, reader.locale, reply.as_of)
        for when in (reply.window.start or reply.as_of, reply.window.end or reply.as_of)
    )
    return sentence("when.between", reader.locale, start=start, end=end)


def _no_words(reply: ActivityAnswer, reader: Reader) -> str:
    return ""


def _covers(reply: ActivityAnswer, reader: Reader) -> str:
    """The exact span, its zone, what a row is, and as whom SuperOffice was asked."""
    end = moment(reply.window.end or reply.as_of, reader.zone, reader.locale, reply.as_of)
    zone = zone_name(reader.zone, reader.locale)
    if reply.window.start is None:
        covers = sentence("answer.span.logout", reader.locale, end=end, zone=zone)
    else:
        start = moment(reply.window.start, reader.zone, reader.locale, reply.as_of)
        covers = sentence("answer.span", reader.locale, start=start, end=end, zone=zone)
    latest = sentence("answer.latest", reader.locale)
    whom = sentence("answer.as", reader.locale, name=shorten(reply.principal.full_name, MAX_NAME))
    return " · ".join((covers, latest, whom))


def _remarks(reply: ActivityAnswer, reader: Reader, command: str) -> Iterator[Block]:
    if reader.zone_is_assumed:
        zone = zone_name(reader.zone, reader.locale)
        yield note(sentence("answer.assumed-zone", reader.locale, zone=zone))
    if reply.count and reply.later_count:
        yield context(sentence("answer.later.count", reader.locale, count=reply.later_count))
    if reply.window.start is None:
        yield note(sentence("answer.logout-unknown", reader.locale, command=command))


def _nothing(reply: ActivityAnswer, reader: Reader, command: str) -> Iterator[str]:
    yield sentence("answer.empty.looked", reader.locale)
    if reply.window.start and reply.as_of - reply.window.start < WIDER:
        yield sentence("answer.empty.wider", reader.locale, command=command)


def _days(reply: ActivityAnswer, reader: Reader) -> Iterator[Block]:
    today = local(reply.as_of, reader.zone).date()

    def heading(activity: Activity) -> str:
        time = known_time(activity)
        if time is None:
            return sentence("day.unknown", reader.locale)
        return day(local(time, reader.zone).date(), today, reader.locale)

    for name, activities in groupby(reply.rows, heading):
        yield note(f"*{name}*")
        for activity in activities:
            time = known_time(activity)
            when = clock(time, reader.zone, reader.locale) if time else ""
            yield _row(activity, when, reply, reader)


def _later(reply: ActivityAnswer, reader: Reader) -> Iterator[Block]:
    if not reply.later or reply.window.end is None:
        return
    end = moment(reply.window.end, reader.zone, reader.locale)
    yield note(f"*{sentence('answer.later', reader.locale)}*")
    yield note(sentence("answer.later.note", reader.locale, end=end))
    for activity in reply.later:
        time = known_time(activity)
        yield _row(activity, moment(time, reader.zone, reader.locale) if time else "", reply, reader)


def _row(activity: Activity, when: str, reply: ActivityAnswer, reader: Reader) -> Block:
    """The company, linked, and its category; below, what happened, who did it and when."""
    name = _name(activity, reader)
    company: Element = (
        link(company_url(reply.web_url, activity.company_id), name)
        if reply.web_url and activity.company_id
        else span(name, bold=True)
    )
    department = f", {shorten(activity.department, MAX_NAME)}" if activity.department.strip() else ""
    category = f"{GAP}{shorten(activity.category, MAX_NAME)}" if activity.category.strip() else ""
    who_and_when = ", ".join(part for part in (_who(activity, reply.principal, reader), when) if part)
    facts = (_happened(activity, reader), who_and_when, _owner(activity, reply.principal, reader))
    return rich(company, span(f"{department}{category}\n{GAP.join(fact for fact in facts if fact)}"))


def _name(activity: Activity, reader: Reader) -> str:
    name = shorten(" ".join(activity.company.split()), MAX_NAME)
    return name or sentence("answer.unnamed", reader.locale, id=activity.company_id)


def _happened(activity: Activity, reader: Reader) -> str:
    """The actions in words, the first with a capital."""
    known = [
        sentence(f"action.{flag.name}".lower(), reader.locale) for flag in Action if flag in activity.action
    ]
    others = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() for name in activity.other_actions]
    words = ", ".join((*known, *others)) or sentence("action.unknown", reader.locale)
    return shorten(words[0].upper() + words[1:], MAX_TEXT)


def _who(activity: Activity, principal: Principal, reader: Reader) -> str:
    if activity.actor_id and activity.actor_id == principal.person_id:
        return sentence("answer.you", reader.locale)
    return shorten(activity.actor.strip(), MAX_NAME)


def _owner(activity: Activity, principal: Principal, reader: Reader) -> str:
    """The owner, where that is not the reader: "owner you" on every row tells nothing."""
    if activity.owner_id == principal.associate_id or not activity.owner.strip():
        return ""
    return sentence("answer.owner", reader.locale, name=shorten(activity.owner, MAX_NAME))


def _position(reply: ActivityAnswer, reader: Reader) -> Iterator[Block]:
    """Which part of all this is, unless it is all."""
    shown = len(reply.rows) + len(reply.later)
    if shown == reply.total:
        return
    first, last = reply.offset + 1, reply.offset + shown
    time = clock(reply.as_of, reader.zone, reader.locale)
    yield divider()
    yield context(
        sentence("answer.page", reader.locale, first=first, last=last, total=reply.total, time=time)
    )


def _buttons(reply: ActivityAnswer, reader: Reader) -> list[Block]:
    """Where one can go from here."""
    shown = len(reply.rows) + len(reply.later)
    rest = reply.total - reply.offset - shown
    buttons = []
    if reply.offset:
        newest = sentence("button.newest", reader.locale)
        buttons.append(button("page.newest", newest, PageButton.of(reply, 0).encode()))
    if rest:
        following = sentence("button.next", reader.locale, count=min(rest, shown))
        buttons.append(button("page.next", following, PageButton.of(reply, reply.offset + shown).encode()))
    if reply.caught_up_at:
        since = PageButton(reply.asked, Window(reply.caught_up_at), 0)
        buttons.append(button("page.catchup", sentence("button.catchup", reader.locale), since.encode()))
    return [actions(*buttons)] if buttons else []


def _in_words(title: str, reply: ActivityAnswer, reader: Reader) -> str:
    """The same for ears: the title, then a line per company."""
    lines = [title]
    for activity in (*reply.rows, *reply.later):
        who = _who(activity, reply.principal, reader)
        happened = _happened(activity, reader)
        lines.append(f"{_name(activity, reader)}: {happened}{', ' + who if who else ''}")
    rest = reply.total - reply.offset - len(reply.rows) - len(reply.later)
    if rest > 0:
        lines.append(sentence("answer.text.more", reader.locale, count=rest))
    return shorten("\n".join(map(escape, lines)), MAX_TEXT)
