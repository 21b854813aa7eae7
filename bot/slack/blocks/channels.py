"""Channels' digests: what the channel is told, what admins decide, and what each shares."""

import re
from collections.abc import Iterator, Sequence

from bot.core.replies import (
    ChannelAnnouncement,
    ChannelAsked,
    ChannelDecided,
    ChannelDenied,
    ChannelInvitation,
    ChannelInvited,
    ChannelList,
    ChannelRefused,
    ChannelRemoved,
    ChannelRequested,
    Reader,
    RemoveQuestion,
)
from bot.core.replies.channels import Announced, ChannelRow
from bot.slack.blocks import channelbuttons as buttons
from bot.slack.blocks.digeststate import guests, settings_fields
from bot.slack.blocks.elements import (
    Block,
    Element,
    Message,
    actions,
    bullets,
    channel,
    fields,
    header,
    note,
    rich,
    section,
    span,
    user,
)
from bot.slack.blocks.words import GAP
from bot.text import sentence
from bot.text.dates import zone_name
from bot.text.schedules import slot

__all__ = [
    "announcement",
    "asked",
    "decided",
    "denied",
    "invitation",
    "invited",
    "listed",
    "refused",
    "remove_question",
    "removed",
    "requested",
]

#: What a line about whom to invite begins with, and somebody in it.
INVITATION = "channel invite "
_MENTION = re.compile(r"@([UW][A-Z0-9]{2,})", re.ASCII)


def announcement(reply: ChannelAnnouncement, reader: Reader, command: str) -> Message:
    """Who did what, how it stands, how to stop it and how to share. Everybody in the channel reads it."""
    locale = reader.locale
    title = sentence(f"announced.{reply.what}", locale)
    blocks = [header(title), rich(*_who(reply, locale))]
    if reply.what is Announced.REMOVED:
        blocks.append(note(sentence("announced.removed.kept", locale)))
        return Message(title, blocks)
    blocks += [fields(*settings_fields(reply.state, reader)), *guests(reply.state, reader)]
    if reply.what in (Announced.SET_UP, Announced.RESUMED, Announced.CHANGED):
        blocks.append(section(sentence("announced.consent", locale, command=command)))
    if reply.tells_others:
        blocks.append(section(sentence("announced.mine", locale)))
    if reply.state.state == "on":
        blocks.append(note(sentence("announced.stop", locale, command=command)))
    row = actions(*buttons.of_announcement(reply.channel, reader, tells_others=reply.tells_others))
    return Message(title, [*blocks, row])


def _who(reply: ChannelAnnouncement, locale: str) -> Iterator[Element]:
    yield user(reply.by)
    yield span(f" {sentence(f'announced.{reply.what}.by', locale)}")
    if reply.asker:
        yield span(f" {sentence('announced.asker', locale)} ")
        yield user(reply.asker)


def denied(reply: ChannelDenied, reader: Reader, command: str) -> Message:
    """Why not; and the way, where there is one."""
    title = sentence("denied.title", reader.locale)
    why = sentence(f"denied.{reply.why}", reader.locale, command=command)
    blocks = [header(title), section(why)]
    if reply.line:
        how = sentence("denied.request", reader.locale)
        blocks += [section(how), _line(reply.line, command)]
        blocks.append(actions(buttons.ask_admin(reply.channel, reply.line, reader)))
    return Message(f"{title}. {why}", blocks)


def refused(reply: ChannelRefused, reader: Reader, command: str) -> Message:
    """Why no digest may come to this channel."""
    title = sentence("channel.refused", reader.locale)
    why = sentence(f"channel.refused.{reply.refusal}", reader.locale, command=command)
    return Message(f"{title}. {why}", [header(title), section(why)])


def asked(reply: ChannelAsked, reader: Reader, command: str) -> Message:
    """Whether somebody was told, and that the answer comes."""
    locale = reader.locale
    if not reply.admins:
        text = sentence("asked.nobody", locale)
        return Message(text, [section(text)])
    text = sentence("asked.title", locale)
    told = sentence("asked.told", locale, count=reply.admins)
    return Message(f"{text}. {told}", [header(text), _line(reply.line, command), note(told)])


def requested(reply: ChannelRequested, reader: Reader, command: str) -> Message:
    """Who asks for what, where; and what approving does."""
    locale = reader.locale
    title = sentence("requested.title", locale)
    who = rich(
        user(reply.asker), span(f" {sentence('requested.asks', locale)} "), channel(reply.channel), span(":")
    )
    row = actions(*buttons.decisions(reply.channel, reply.id, reader))
    is_invitation = reply.line.startswith(INVITATION)
    what = note(sentence("requested.what.invite" if is_invitation else "requested.what", locale))
    return Message(title, [header(title), who, _line(reply.line, command), row, what])


def decided(reply: ChannelDecided, reader: Reader, command: str) -> Message:
    """What became of it, and by whom."""
    locale = reader.locale
    title = sentence(f"decided.{reply.state}", locale)
    who = [user(reply.by), span(f" {sentence(f'decided.{reply.state}.by', locale)} ")] if reply.by else []
    about = rich(
        *who, user(reply.asker), span(f" {sentence('decided.for', locale)} "), channel(reply.channel)
    )
    blocks = [header(title), about, _line(reply.line, command)]
    if reply.is_void:
        blocks.append(note(sentence("decided.void", locale, command=command)))
    return Message(title, blocks)


def remove_question(reply: RemoveQuestion, reader: Reader) -> Message:
    """What goes, and what stays."""
    locale = reader.locale
    title = sentence("remove.title", locale)
    what = sentence("remove.what", locale, count=reply.participants)
    where = rich(span(f"{sentence('digest.goes-to', locale)} "), channel(reply.channel))
    row = actions(*buttons.removal(reply.channel, reader))
    return Message(f"{title} {what}", [header(title), where, section(what), row])


def removed(reply: ChannelRemoved, reader: Reader) -> Message:
    """It is gone."""
    text = sentence("remove.done", reader.locale)
    blocks: list[Block] = [rich(span(f"{text} "), channel(reply.channel))]
    if reply.is_untold:
        blocks.append(note(sentence("channel.untold", reader.locale)))
    return Message(text, blocks)


def invitation(reply: ChannelInvitation, reader: Reader, command: str) -> Message:
    """Who asks, and that nothing is shared until the reader says so."""
    locale = reader.locale
    title = sentence("invitation.title", locale)
    who = rich(user(reply.by), span(f" {sentence('invitation.asks', locale)} "), channel(reply.channel))
    what = section(sentence("invitation.what", locale, command=command))
    return Message(title, [header(title), who, what, actions(buttons.invitation(reply.channel, reader))])


def invited(reply: ChannelInvited, reader: Reader) -> Message:
    """Who was asked, and who was not."""
    locale = reader.locale
    title = sentence("invited.title", locale, count=len(reply.asked))
    blocks = [rich(span(title), *_people(reply.asked))]
    if reply.left_out:
        text = sentence("invited.left-out", locale, count=len(reply.left_out))
        blocks.append(rich(span(text), *_people(reply.left_out)))
    return Message(title, blocks)


def _people(users: Sequence[str]) -> Iterator[Element]:
    for each in users:
        yield span(" ")
        yield user(each)


def listed(reply: ChannelList, reader: Reader, command: str) -> Message:
    """A line for each channel."""
    locale = reader.locale
    title = sentence("channels.here", locale)
    if reply.is_whole:
        title = sentence("channels.title", locale, count=len(reply.rows))
    blocks = [header(title)]
    if reply.rows:
        blocks.append(bullets(*(_row(row, reader) for row in reply.rows)))
    else:
        blocks.append(section(sentence("channels.none", locale, command=command)))
    if reply.more:
        blocks.append(note(sentence("channels.more", locale, count=reply.more)))
    if reply.is_whole:
        blocks.append(note(sentence("channels.private", locale)))
    return Message(title, blocks)


def _row(row: ChannelRow, reader: Reader) -> list[Element]:
    locale = reader.locale
    facts = [
        sentence(f"channels.{row.state}", locale),
        row.schedule,
        zone_name(row.zone, locale),
        sentence("channels.participants", locale, count=row.participants),
    ]
    if row.next:
        facts.append(sentence("channels.next", locale, slot=slot(row.next, row.zone, locale)))
    start = [channel(row.channel), span(f"{GAP}{GAP.join(facts)}")]
    return (
        [*start, span(f"{GAP}{sentence('channels.owner', locale)} "), user(row.owner)] if row.owner else start
    )


def _line(line: str, command: str) -> Block:
    """A command as it would be typed; people who are to be invited by their names."""
    typed = f"{command} {line}"
    if not line.startswith(INVITATION):
        return rich(span(typed, "code"))
    parts = enumerate(_MENTION.split(typed))
    return rich(*(user(part) if number % 2 else span(part) for number, part in parts if part))
