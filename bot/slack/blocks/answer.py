"""The main answer: what happened on my companies."""

from collections.abc import Iterator
from datetime import time, timedelta

from bot.core.filters import Style
from bot.core.localtime import local
from bot.core.period import Between, LastLogout, Period, Since, Today, Week, Weekday, Yesterday
from bot.core.replies import ActivityAnswer, Reader
from bot.slack.blocks import words
from bot.slack.blocks.elements import Block, Message, context, divider, header, note, shorten, spoken
from bot.slack.blocks.footer import footer, looked
from bot.slack.blocks.rows import rows
from bot.slack.carried import Asked, owned
from bot.text import sentence
from bot.text.dates import clock, moment, weekday, zone_name

__all__ = ["answer", "covers", "title_of"]

#: An empty answer that looked less far back suggests to look so far.
WIDER = timedelta(days=7)


def answer(reply: ActivityAnswer, reader: Reader, command: str) -> Message:
    """One page of an answer. Empty says what it looked for; it never looks like a failure."""
    heading, is_full = title_of(reply, reader), reply.style is Style.FULL
    in_words = words.Words(reply.principal, reader, escaped=is_full)  # only paragraphs are
    said = [in_words.of(activity) for activity in (*reply.rows, *reply.later)]
    question = owned(reader.user, Asked(reply.asked, reply.page).encode())
    blocks = [header(heading), context(covers(reply, reader)), *_remarks(reply, reader, command)]
    if reply.total:
        blocks += [divider(), *rows(reply, reader, question, said)]
    else:
        blocks += [note(line) for line in _nothing(reply, reader, command)]
    lines = [*map(in_words.aloud, said), *_rest(reply, reader)]
    return Message(spoken([heading], lines), [*blocks, *footer(reply, reader, question)])


def title_of(reply: ActivityAnswer, reader: Reader) -> str:
    """What, how many, and since when."""
    name = _period_name(reply.period)
    when = {"since": _since_words, "between": _between_words}.get(name, _no_words)(reply, reader)
    if reply.count:
        return sentence(f"answer.title.{name}", reader.locale, count=reply.count, when=when)
    if reply.later_count:
        return sentence(f"answer.only-later.{name}", reader.locale, when=when)
    if reply.dropped:
        return sentence("answer.all-hidden", reader.locale, count=sum(reply.dropped.values()))
    if reply.filter.at_the_crm:
        return sentence("answer.none-fits", reader.locale)
    return sentence(f"answer.empty.{name}", reader.locale, when=when)


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
    """How a reader would say the start: ``Monday``, ``Monday 08:30``, ``08:30``, or a date."""
    start = reply.window.start or reply.as_of
    if isinstance(reply.period, Since) and isinstance(reply.period.when, Weekday):
        name = weekday(start, reader.zone, reader.locale)
        at = clock(start, reader.zone, reader.locale) if reply.period.when.time != time.min else ""
        return f"{name} {at}".rstrip()
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


def covers(reply: ActivityAnswer, reader: Reader) -> str:
    """The exact span, its zone, what a row is, and as whom SuperOffice was asked."""
    latest = sentence("answer.latest", reader.locale)
    whom = sentence("answer.as", reader.locale, name=shorten(reply.principal.full_name, words.MAX_NAME))
    return " · ".join((words.span_of_time(reply.window, reply.as_of, reader), latest, whom))


def _remarks(reply: ActivityAnswer, reader: Reader, command: str) -> Iterator[Block]:
    if reader.zone_is_assumed:
        zone = zone_name(reader.zone, reader.locale)
        yield note(sentence("answer.assumed-zone", reader.locale, zone=zone))
    if reply.count and reply.later_count:
        yield context(sentence("answer.later.count", reader.locale, count=reply.later_count))
    for name, near in reply.unknown_people:
        yield context(" ".join(_nobody(name, near, reader)))
    if reply.window.start is None:
        yield note(sentence("answer.logout-unknown", reader.locale, command=command))


def _nobody(name: str, near: str, reader: Reader) -> Iterator[str]:
    """That a name in the filter is nobody's here."""
    yield sentence("answer.nobody", reader.locale, name=shorten(name, words.MAX_NAME))
    if near:
        yield sentence("answer.nobody.near", reader.locale, name=shorten(near, words.MAX_NAME))


def _nothing(reply: ActivityAnswer, reader: Reader, command: str) -> Iterator[str]:
    """What an empty answer proves, and where there may be more."""
    if reply.dropped:
        return  # the footer says what was left out, and why
    yield looked(reply.filter, reader)
    narrow = reply.filter.at_the_crm
    if not narrow and reply.window.start and reply.as_of - reply.window.start < WIDER:
        yield sentence("answer.empty.wider", reader.locale, command=command)


def _rest(reply: ActivityAnswer, reader: Reader) -> Iterator[str]:
    """For ears: how many companies there are beyond this page."""
    rest = reply.total - reply.offset - len(reply.rows) - len(reply.later)
    if rest > 0:
        yield sentence("answer.text.more", reader.locale, count=rest)
