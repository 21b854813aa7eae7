"""What admins read."""

from datetime import datetime

from bot.core.people import LinkState
from bot.core.replies import LinkList, Reader, UnlinkedByAdmin, UnlinkedOther
from bot.core.requests import Page
from bot.slack.blocks.elements import (
    Element,
    Message,
    actions,
    bullets,
    header,
    note,
    rich,
    shorten,
    span,
    user,
)
from bot.slack.blocks.footer import page_buttons
from bot.slack.blocks.words import GAP, MAX_NAME
from bot.text import sentence
from bot.text.dates import moment, zone_name

__all__ = ["link_list", "unlinked_by_admin", "unlinked_other"]


def link_list(reply: LinkList, reader: Reader, command: str) -> Message:
    """A line for each: who, as whom, until when or since when no more."""
    locale = reader.locale
    title = sentence("admin.links", locale, count=reply.total)
    blocks = [header(title)]
    if reply.failing:
        blocks.append(note(sentence("admin.links.failing", locale, count=reply.failing)))
    if reply.links:
        blocks.append(bullets(*(_line(state, reader) for state in reply.links)))
    following = Page(reply.offset + len(reply.links))
    buttons = page_buttons("admin links", Page(reply.offset), following, reply.total, reader)
    blocks += [actions(*buttons)] if buttons else []
    blocks.append(note(sentence("admin.links.how", locale, command=command)))
    return Message(title, blocks)


def unlinked_other(reply: UnlinkedOther, reader: Reader) -> Message:
    """Whether there was anything to delete."""
    text = sentence("admin.unlinked" if reply.was_linked else "admin.not-linked", reader.locale)
    return Message(text, [rich(user(reply.user), span(f" {text}"))])


def unlinked_by_admin(reply: UnlinkedByAdmin, reader: Reader, command: str) -> Message:
    """Who did it, what is gone, and how to link again."""
    text = sentence("admin.unlinked-you", reader.locale)
    how = sentence("admin.unlinked-you.next", reader.locale, command=command)
    return Message(text, [rich(user(reply.admin), span(f" {text}")), note(how)])


def _line(state: LinkState, reader: Reader) -> list[Element]:
    locale = reader.locale
    facts = [shorten(" ".join(state.full_name.split()), MAX_NAME), state.tenant]
    if state.ending:
        why = sentence(f"admin.over.{state.ending.why}", locale)
        time = moment(state.ending.at, reader.zone, locale)
        facts.append(sentence("admin.over", locale, time=time, why=why))
        facts.append(sentence(f"admin.told.{state.told or 'pending'}", locale))
    else:
        facts.append(_good(state.expires_at, reader))
        if state.outcome not in ("", "ok"):
            facts.append(sentence("admin.failing", locale, code=state.outcome))
    return [user(state.user.user), span(GAP + GAP.join(facts))]


def _good(until: datetime | None, reader: Reader) -> str:
    if until is None:
        return sentence("admin.renews", reader.locale)
    time, zone = moment(until, reader.zone, reader.locale), zone_name(reader.zone, reader.locale)
    return sentence("admin.good", reader.locale, time=time, zone=zone)
