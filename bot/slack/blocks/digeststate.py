"""How a digest stands, one's own or a channel's, and how to begin with one."""

from collections.abc import Iterator
from dataclasses import replace

from bot.core.channeldigest import DELETED, OVER_BY_ITSELF
from bot.core.filters import Style
from bot.core.replies import (
    DigestForm,
    DigestNone,
    DigestPaused,
    DigestState,
    Reader,
    ShareForm,
    TeamState,
)
from bot.core.typed.filtertext import written
from bot.slack.blocks import channelbuttons
from bot.slack.blocks import digestbuttons as buttons
from bot.slack.blocks.elements import (
    Block,
    Element,
    Message,
    actions,
    channel,
    fields,
    header,
    literal,
    note,
    rich,
    section,
    shorten,
    span,
    user,
)
from bot.slack.carried import block_id, owned
from bot.text import has_sentence, percent, sentence
from bot.text.dates import listed, moment, time_of_day, zone_name
from bot.text.schedules import slot

__all__ = [
    "changed_words",
    "digest_form",
    "digest_none",
    "digest_paused",
    "digest_sent",
    "digest_state",
    "own_buttons",
    "settings_fields",
    "share_form",
    "state_title",
    "why_paused",
]

MAX_LISTED = 300
#: Two back-ticks with nothing in between are no code.
NOTHING = "–"


def digest_state(reply: DigestState, reader: Reader, command: str) -> Message:
    """What was changed, how it stands now, and when it comes next."""
    title = state_title(reply, reader)
    changed = changed_words(reply, reader)
    blocks = [
        header(title),
        *([rich(channel(reply.team.channel))] if reply.team else []),
        *([note(changed)] if changed else []),
        *([note(sentence("channel.untold", reader.locale))] if reply.team and reply.team.is_untold else []),
        *([section(why_paused(reply.reason, reader, command))] if reply.reason else []),
        fields(*settings_fields(reply, reader), *_of_team(reply.team, reader)),
    ]
    if reply.not_today:
        times = listed([time_of_day(at, reader.locale) for at in reply.not_today], reader.locale)
        blocks.append(note(sentence("digest.not-today", reader.locale, times=times)))
    blocks += guests(reply, reader)
    if reply.team and reply.team.is_managed:
        blocks.append(note(sentence("denied.managed", reader.locale, command=command)))
    row_of = channelbuttons.of_state if reply.team else own_buttons
    row = {**actions(*row_of(reply, reader)), "block_id": block_id(0, owned(reader.user))}
    spoken = [title, changed, *(_plain_next(reply, reader))]
    return Message("\n".join(filter(None, spoken)), [*blocks, row])


def digest_none(reply: DigestNone, reader: Reader, command: str) -> Message:
    """What a digest is, and how to get one."""
    if reply.channel:
        return _channel_none(reply, reader, command)
    title = sentence("digest.none", reader.locale)
    what = sentence("digest.none.what", reader.locale)
    how = sentence("digest.none.how", reader.locale, command=command)
    row = actions(buttons.turn_on_at(reader, reply.offered), buttons.choose(reader))
    return Message(f"{title}. {what}", [header(title), section(f"{what}\n{how}"), row])


def digest_form(reply: DigestForm, reader: Reader, command: str) -> Message:
    """What stands in for the modal where Slack could not open it any more."""
    text = sentence("digest.form.instead", reader.locale)
    choose = channelbuttons.set_up(reply.team.channel, reader) if reply.team else buttons.choose(reader)
    return Message(text, [section(text), actions(choose)])


def share_form(reply: ShareForm, reader: Reader) -> Message:
    """The same, of what somebody shares with a channel."""
    text = sentence("digest.form.instead", reader.locale)
    return Message(text, [section(text), actions(channelbuttons.narrow(reply.channel, reader))])


def digest_sent(reader: Reader) -> Message:
    """A test digest was sent."""
    text = sentence("digest.sent", reader.locale)
    return Message(text, [note(text)])


def digest_paused(reply: DigestPaused, reader: Reader, command: str) -> Message:
    """Why no more digests come, and what to do about it."""
    if reply.channel:
        return _channel_paused(reply, reader, command)
    title = sentence("digest.state.paused", reader.locale)
    why = why_paused(reply.reason, reader, command)
    blocks = [header(title), section(why)]
    row = actions(buttons.turn_on(reader), buttons.change(reader))
    return Message(f"{title}. {why}", [*blocks, row, note(sentence("digest.paused.kept", reader.locale))])


def _channel_paused(reply: DigestPaused, reader: Reader, command: str) -> Message:
    """Its buttons do what their presser may there at that moment."""
    title = sentence("channel.paused", reader.locale)
    why = why_paused(reply.reason, reader, command)
    where = rich(span(f"{sentence('digest.goes-to', reader.locale)} "), channel(reply.channel))
    how = "waits" if reply.reason in OVER_BY_ITSELF else "over" if reply.reason == DELETED else "how"
    hint = note(sentence(f"channel.paused.{how}", reader.locale, command=command))
    row = [actions(*channelbuttons.of_paused(reply.channel, reader))] if how == "how" else []
    return Message(f"{title}. {why}", [header(title), where, section(why), *row, hint])


def _channel_none(reply: DigestNone, reader: Reader, command: str) -> Message:
    title = sentence("channel.none", reader.locale)
    what = sentence("channel.none.what", reader.locale)
    how = sentence("channel.none.how", reader.locale, command=command)
    row = actions(channelbuttons.set_up(reply.channel, reader))
    where = rich(channel(reply.channel))
    return Message(f"{title}. {what}", [header(title), where, section(f"{what}\n{how}"), row])


def state_title(reply: DigestState, reader: Reader) -> str:
    """Whether it is on, in words."""
    if reply.state == "on" and reply.snoozed_until:
        until = moment(reply.snoozed_until, reply.zone, reader.locale, reply.as_of)
        snoozed = "channel.state.snoozed" if reply.team else "digest.state.snoozed"
        return sentence(snoozed, reader.locale, until=until)
    if reply.team:
        return sentence(f"channel.state.{reply.state}", reader.locale)
    return sentence(f"digest.state.{reply.state}", reader.locale)


def changed_words(reply: DigestState, reader: Reader) -> str:
    """What was just done to it; ``""`` for nothing."""
    if not reply.changed:
        return ""
    is_own_word = reply.team and has_sentence(f"channel.changed.{reply.changed}")
    if is_own_word:
        return sentence(f"channel.changed.{reply.changed}", reader.locale)
    return sentence(f"changed.{reply.changed}", reader.locale)


def why_paused(reason: str, reader: Reader, command: str) -> str:
    """Why, and what to do about it."""
    name = reason if has_sentence(f"paused.{reason}") else "other"
    return sentence(f"paused.{name}", reader.locale, command=command, reason=literal(reason))


def guests(reply: DigestState, reader: Reader) -> list[Block]:
    """That guests may read along, and who approved that."""
    if not (reply.team and reply.team.guests_approved_by):
        return []
    said = span(f"{sentence('channel.guests', reader.locale)} ")
    return [rich(said, user(reply.team.guests_approved_by))]


def settings_fields(reply: DigestState, reader: Reader) -> Iterator[tuple[str, str]]:
    """Each setting: what it is called, and what it is."""
    locale = reader.locale
    zone = zone_name(reply.zone, locale)
    whose = "digest.zone.said" if reply.zone_is_said else "digest.zone.slack"
    what = shorten(written(replace(reply.filter, style=None)), MAX_LISTED)
    yield sentence("digest.when", locale), f"`{literal(reply.schedule) or NOTHING}`"
    yield sentence("digest.next", locale), "\n".join(_plain_next(reply, reader)) or _no_next(reply, reader)
    yield sentence("digest.zone", locale), sentence(whose, locale, zone=literal(zone))
    everything = "channel.what.all" if reply.team else "digest.what.all"
    yield sentence("digest.what", locale), literal(what) or sentence(everything, locale)
    yield sentence("digest.style", locale), sentence(_style(reply), locale)
    yield sentence("digest.when-empty", locale), sentence(f"empty.{reply.when_empty}", locale)
    if reply.team:
        yield sentence("form.group", locale), sentence(f"grouping.{reply.team.grouping}", locale)
        yield sentence("form.layout", locale), sentence(f"layout.{reply.team.layout}", locale)


def _style(reply: DigestState) -> str:
    """A channel's digest has no menus."""
    style = reply.filter.style or Style.FULL
    return "channel.style.full" if reply.team and style is Style.FULL else f"style.{style}"


def _of_team(team: TeamState | None, reader: Reader) -> Iterator[tuple[str, str]]:
    """What a channel's has beside."""
    if team is None:
        return
    locale = reader.locale
    yield (
        sentence("channel.participants", locale),
        sentence(
            "channel.participants.count",
            locale,
            count=team.participants,
            quorum=percent(team.quorum, locale),
        ),
    )
    owner = f"<@{literal(team.owner)}>" if team.owner else sentence("channel.owner.none", locale)
    yield sentence("channel.owner", locale), owner


def _plain_next(reply: DigestState, reader: Reader) -> list[str]:
    """The next slots, each with what its zone adds to UTC then."""
    return [slot(each, reply.zone, reader.locale, reply.as_of) for each in reply.fires]


def _no_next(reply: DigestState, reader: Reader) -> str:
    return sentence("digest.next.never" if reply.state == "on" else "digest.next.off", reader.locale)


def own_buttons(reply: DigestState, reader: Reader) -> Iterator[Element]:
    """What one can do about one's own."""
    is_snoozed = reply.snoozed_until is not None
    if reply.state != "on":
        yield buttons.turn_on(reader)
    elif is_snoozed:
        yield buttons.end_snooze(reader)
    yield buttons.change(reader)
    yield buttons.preview(reader)
    if reply.state == "on":
        if not is_snoozed:
            yield buttons.snooze(reader)
        yield buttons.turn_off(reader)
