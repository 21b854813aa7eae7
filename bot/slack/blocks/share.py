"""Sharing: what a channel gets to see, and what the sharer is told of it."""

from collections.abc import Iterator
from datetime import datetime

from bot.core.activity import Activity
from bot.core.replies import ActivityAnswer, NotShared, Reader, Shared, SharedPage, Unshared
from bot.core.window import known_time
from bot.slack.blocks import words
from bot.slack.blocks.elements import (
    Element,
    Message,
    actions,
    bullets,
    button,
    channel,
    context,
    date,
    escape,
    header,
    link,
    rich,
    section,
    shorten,
    span,
    user,
)
from bot.slack.blocks.footer import filtered
from bot.slack.carried import owned
from bot.text import sentence
from bot.text.dates import moment, zone_name

__all__ = ["draw_shared", "not_shared", "shared", "unshared"]

#: Slack's own words for a moment, in the zone of whoever looks.
FORM = "{date_short_pretty} {time}"
MAX_TEXT = 3000


def draw_shared(page: SharedPage, reader: Reader) -> Message:
    """A page for everybody in a channel: no menus, no buttons, times by each reader's own clock.

    All CRM text is in ``rich_text``. ``reader`` is the sharer, whose language it is in.
    """
    answer, in_words = page.answer, words.Words(words.NOBODY, reader)
    title = sentence("shared.title", reader.locale, count=len(answer.rows))
    said = [in_words.of(activity) for activity in answer.rows]
    blocks = [
        header(title),
        rich(user(page.sharer), span(f" {sentence('shared.by', reader.locale)}")),
        rich(*_covers(answer, reader)),
        bullets(*(_line(*row, answer, reader) for row in zip(answer.rows, said, strict=True))),
        context(words.GAP.join(_notes(page, reader))),
    ]
    lines = [f"{each.name}: {each.happened}" for each in said]
    return Message(shorten("\n".join(map(escape, (title, *lines))), MAX_TEXT), blocks)


def shared(reply: Shared, reader: Reader) -> Message:
    """It stands there, with a button that deletes it."""
    title = sentence("shared.done", reader.locale)
    delete = button(
        "unshare",
        sentence("button.unshare", reader.locale),
        owned(reader.user, f"{reply.channel} {reply.ts}"),
    )
    return Message(title, [rich(span(f"{title} "), channel(reply.channel)), actions(delete)])


def not_shared(reply: NotShared, reader: Reader) -> Message:
    """Why nothing was posted, and what would help."""
    title = sentence("not-shared.title", reader.locale)
    why = sentence(f"refusal.{reply.refusal}", reader.locale)
    return Message(f"{title}. {why}", [header(title), section(why)])


def unshared(reply: Unshared, reader: Reader) -> Message:
    """It stands there no more."""
    text = sentence("unshared", reader.locale)
    return Message(text, [rich(span(f"{text} "), channel(reply.channel))])


def _covers(answer: ActivityAnswer, reader: Reader) -> Iterator[Element]:
    end = answer.window.end or answer.as_of
    if answer.window.start is None:
        yield span(f"{sentence('shared.since-logout', reader.locale)} ")
    else:
        yield _date(answer.window.start, reader)
        yield span(" – ")
    yield _date(end, reader)
    whom = sentence("answer.as", reader.locale, name=shorten(answer.principal.full_name, words.MAX_NAME))
    yield span(f" · {sentence('answer.latest', reader.locale)} · {whom}")


def _line(activity: Activity, said: words.Said, answer: ActivityAnswer, reader: Reader) -> list[Element]:
    """The company, what happened, who did it and when; whose it is, for nobody here is "you"."""
    url = words.company_url(answer.web_url, activity.company_id)
    facts = words.GAP.join(fact for fact in (said.happened, said.who) if fact)
    company = link(url, said.name) if url else span(said.name, "bold")
    line = [company, span(f"{said.more}{words.GAP}{facts}")]
    time = known_time(activity)
    return [*line, span(", "), _date(time, reader)] if time else line


def _date(time: datetime, reader: Reader) -> Element:
    fallback = f"{moment(time, reader.zone, reader.locale)} {zone_name(reader.zone, reader.locale)}"
    return date(int(time.timestamp()), FORM, fallback)


def _notes(page: SharedPage, reader: Reader) -> Iterator[str]:
    """That it is not all, where it is not. Why the sharer leaves out which companies is the sharer's own."""
    answer = page.answer
    if answer.total > len(answer.rows) + page.changed:
        yield sentence("shared.page", reader.locale, shown=len(answer.rows), total=answer.total)
    if page.changed:
        yield sentence("shared.changed", reader.locale, count=page.changed)
    yield from filtered(answer.filter, reader)
    if answer.dropped:
        yield sentence("shared.hidden", reader.locale, count=sum(answer.dropped.values()))
    time = moment(answer.as_of, reader.zone, reader.locale)
    zone = zone_name(reader.zone, reader.locale)
    yield sentence("shared.limits", reader.locale, time=time, zone=zone)
