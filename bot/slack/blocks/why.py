"""Explanations: what an answer left out, and why one company is in it."""

from collections.abc import Iterator

from bot.core.filters import EVERYTHING, Filter, Reason
from bot.core.localtime import local
from bot.core.replies import Reader, WhyHidden, WhyShown
from bot.core.requests import Page
from bot.core.typed.filtertext import read_filters, written
from bot.slack.blocks import words
from bot.slack.blocks.elements import (
    Block,
    Message,
    actions,
    bullets,
    button,
    escape,
    header,
    link,
    note,
    rich,
    section,
    shorten,
    span,
)
from bot.slack.blocks.footer import asked_of_superoffice, left_out
from bot.slack.blocks.words import span_of_time
from bot.slack.carried import Asked, owned
from bot.text import sentence

__all__ = ["why_hidden", "why_shown"]

#: So much of a name goes along with a button, as with an option of a menu.
MAX_MUTED = 130


def why_hidden(reply: WhyHidden, reader: Reader) -> Message:
    """How many companies there are, how many of them show, and what became of the others."""
    locale = reader.locale
    title = sentence("why.hidden.title", locale, count=reply.total, shown=reply.shown)
    reasons = [*left_out(reply.dropped, reply.filter, reader), *_left_out_by_superoffice(reply, reader)]
    blocks: list[Block] = [header(title), note(span_of_time(reply.window, reply.as_of, reader))]
    if reasons:
        blocks.append(bullets(*([span(reason)] for reason in reasons)))
    else:
        blocks.append(section(sentence("why.hidden.nothing", locale)))
    if reply.filter.by or reply.filter.not_by:
        blocks.append(note(sentence("why.people", locale)))
    plain = Asked(read_filters(reply.asked).words, Page(0, reply.window))
    if reply.filter != EVERYTHING:
        blocks.append(
            actions(
                button("page.plain", sentence("button.plain", locale), owned(reader.user, plain.encode()))
            )
        )
    return Message("\n".join((title, *map(escape, reasons))), blocks)


def _left_out_by_superoffice(reply: WhyHidden, reader: Reader) -> Iterator[str]:
    if reply.by_action:
        yield sentence("why.by-action", reader.locale, count=reply.by_action)
    if reply.by_category:
        yield sentence("why.by-category", reader.locale, count=reply.by_category)


def why_shown(reply: WhyShown, reader: Reader) -> Message:
    """Whose company it is, what happened on it, and that the time and the filters let it through."""
    if reply.activity is None:
        text = sentence("why.gone", reader.locale)
        return Message(text, [section(text)])
    name = words.name(reply.activity, reader)
    title = sentence("why.shown.title", reader.locale, name=shorten(name, 100))
    reasons = list(_reasons(reply, reader))
    url = words.company_url(reply.web_url, reply.activity.company_id)
    company = link(url, name) if url else span(name, "bold")
    blocks = [
        header(title),
        rich(company),
        bullets(*([span(reason)] for reason in reasons)),
        note(sentence("why.latest", reader.locale)),
    ]
    if reply.activity.company_id and reply.dropped is not Reason.MUTED:
        muting = owned(reader.user, f"{reply.activity.company_id}:{shorten(name, MAX_MUTED)}")
        blocks.append(actions(button("mute", sentence("menu.mute", reader.locale), muting)))
    return Message("\n".join(map(escape, (title, *reasons))), blocks)


def _reasons(reply: WhyShown, reader: Reader) -> Iterator[str]:
    activity, locale = reply.activity, reader.locale
    assert activity is not None  # noqa: S101 - for mypy; the caller has looked
    if activity.owner_id == reply.principal.associate_id:
        yield sentence("why.owner.you", locale)
    else:
        owner = shorten(" ".join(activity.owner.split()), words.MAX_NAME) or "–"
        yield sentence("why.owner", locale, name=owner)
    today = local(reply.as_of, reader.zone).date()
    said = words.Words(reply.principal, reader).of(activity)
    facts = (said.happened, said.who, words.when(activity, reader, today))
    yield sentence("why.happened", locale, what=", ".join(fact for fact in facts if fact))
    covered = span_of_time(reply.window, reply.as_of, reader)
    yield sentence("why.later" if reply.is_later else "why.inside", locale, span=covered)
    if reply.dropped:
        yield sentence(f"why.dropped.{reply.dropped}", locale)
    elif reply.filter.at_the_crm:
        yield sentence("why.asked", locale, what=asked_of_superoffice(reply.filter, reader))
    if not reply.dropped and (reply.filter.by or reply.filter.not_by):
        people = written(Filter(by=reply.filter.by, not_by=reply.filter.not_by))
        yield sentence("why.filter", locale, filter=people)
