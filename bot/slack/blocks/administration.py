"""What admins read."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.overview import DigestStanding
from bot.core.people import LinkState
from bot.core.replies import DigestList, LinkList, Reader, UnlinkedByAdmin, UnlinkedOther
from bot.core.requests import Page
from bot.core.signin import Why
from bot.core.subscription import Delivery, State
from bot.slack.blocks.digestwords import slot_reason
from bot.slack.blocks.elements import (
    Element,
    Message,
    actions,
    bullets,
    channel,
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

__all__ = [
    "digest_list",
    "last_outcome",
    "link_list",
    "standing_state",
    "unlinked_by_admin",
    "unlinked_other",
]


def link_list(reply: LinkList, reader: Reader, command: str) -> Message:
    """A line for each: who, as whom, until when or since when no more."""
    first = sentence("admin.links.failing", reader.locale, count=reply.failing) if reply.failing else ""
    lines = [_line(state, reply.as_of, reader) for state in reply.links]
    return _list("links", reply, first, lines, reader, command)


def digest_list(reply: DigestList, reader: Reader, command: str) -> Message:
    """A line for each: whose, when, whether it is on, and what became of the last."""
    first = sentence("admin.digests.paused", reader.locale, count=reply.paused) if reply.paused else ""
    lines = [_digest(standing, reply, reader) for standing in reply.digests]
    last = sentence("channels.private", reader.locale) if reply.left_out else ""
    return _list("digests", reply, first, lines, reader, command, last, reply.left_out)


def unlinked_other(reply: UnlinkedOther, reader: Reader) -> Message:
    """Whether there was anything to delete."""
    text = sentence("admin.unlinked" if reply.was_linked else "admin.not-linked", reader.locale)
    return Message(text, [rich(user(reply.user), span(f" {text}"))])


def unlinked_by_admin(reply: UnlinkedByAdmin, reader: Reader, command: str) -> Message:
    """Who did it, what is gone, and how to link again."""
    text = sentence("admin.unlinked-you", reader.locale)
    how = sentence("admin.unlinked-you.next", reader.locale, command=command)
    return Message(text, [rich(user(reply.admin), span(f" {text}")), note(how)])


def _list(
    what: str,
    reply: LinkList | DigestList,
    first: str,
    lines: Sequence[list[Element]],
    reader: Reader,
    command: str,
    last: str = "",
    left_out: int = 0,
) -> Message:
    """One page of a list; ``first``: what is said of those that come first, ``last`` of the ones left out."""
    title = sentence(f"admin.{what}", reader.locale, count=reply.total)
    following = Page(reply.offset + len(lines) + left_out)
    buttons = page_buttons(f"admin {what}", Page(reply.offset), following, reply.total, reader)
    blocks = [
        header(title),
        *([note(first)] if first else []),
        *([bullets(*lines)] if lines else []),
        *([note(last)] if last else []),
        *([actions(*buttons)] if buttons else []),
        note(sentence(f"admin.{what}.how", reader.locale, command=command)),
    ]
    return Message(title, blocks)


def _digest(standing: DigestStanding, reply: DigestList, reader: Reader) -> list[Element]:
    """Times in the reader's own zone, but for the schedule's."""
    locale = reader.locale
    places = [user(standing.owner.user)] if standing.owner.user else []
    places += [channel(standing.channel)] if standing.channel else []
    whose = places if len(places) < 2 else [places[0], span(GAP), places[1]]
    zone = zone_name(standing.zone, locale)
    schedule = sentence("admin.digests.when", locale, schedule=standing.schedule, zone=zone)
    facts = [schedule, standing_state(standing, reply.as_of, reader)]
    if standing.last:
        facts.append(last_outcome(standing.last, reply.as_of, reader))
    return [*whose, span(GAP + GAP.join(facts))]


def standing_state(standing: DigestStanding, as_of: datetime, reader: Reader) -> str:
    """Whether it is on, and why not."""
    locale = reader.locale
    snoozed = standing.snoozed_until
    if standing.state is State.PAUSED:
        reason = slot_reason(standing.reason, reader)
        since = moment(standing.since, reader.zone, locale, as_of)
        return sentence("admin.digests.state.paused", locale, since=since, reason=reason)
    if standing.state is State.ON and snoozed and snoozed > as_of:
        until = moment(snoozed, reader.zone, locale, as_of)
        return sentence("admin.digests.state.snoozed", locale, until=until)
    return sentence(f"admin.digests.state.{standing.state}", locale)


def last_outcome(last: Delivery, as_of: datetime, reader: Reader) -> str:
    """What became of the last slot."""
    locale = reader.locale
    at = moment(last.concluded_at or last.due_at, reader.zone, locale, as_of)
    outcome = sentence(f"proof.{last.outcome}", locale, at="").strip()
    why = f": {slot_reason(last.reason, reader)}" if last.reason else ""
    return sentence("admin.digests.last", locale, at=at, outcome=f"{outcome}{why}")


def _line(state: LinkState, as_of: datetime, reader: Reader) -> list[Element]:
    locale = reader.locale
    facts = [shorten(" ".join(state.full_name.split()), MAX_NAME), state.tenant]
    if state.ending:
        facts.append(_over(state.ending.at, state.ending.why, reader))
        facts.append(sentence(f"admin.told.{state.told or 'pending'}", locale))
    else:
        until = state.expires_at
        if until and until <= as_of:  # nobody could find out yet: SuperOffice does not answer, say
            facts.append(_over(until, Why.UNUSED, reader))
        else:
            facts.append(_good(until, reader))
        if state.outcome not in ("", "ok"):
            why = slot_reason(state.outcome, reader)
            facts.append(sentence("admin.failing", locale, code=why))
    return [user(state.user.user), span(GAP + GAP.join(facts))]


def _over(at: datetime, why: Why, reader: Reader) -> str:
    told = sentence(f"admin.over.{why}", reader.locale)
    time = moment(at, reader.zone, reader.locale)
    return sentence("admin.over", reader.locale, time=time, why=told)


def _good(until: datetime | None, reader: Reader) -> str:
    if until is None:
        return sentence("admin.renews", reader.locale)
    time, zone = moment(until, reader.zone, reader.locale), zone_name(reader.zone, reader.locale)
    return sentence("admin.good", reader.locale, time=time, zone=zone)
