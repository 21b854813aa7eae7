"""How a digest stands, what became of it on a day, and how to begin with one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.core.channeldigest import DELETED, OVER_BY_ITSELF
from bot.core.filters import Style
from bot.core.filtertext import written
from bot.core.replies import (
    DigestForm,
    DigestNone,
    DigestPaused,
    DigestProof,
    DigestState,
    ProofRow,
    Reader,
)
from bot.core.slots import Shift
from bot.slack.blocks import digestbuttons as buttons
from bot.slack.blocks.digestwords import slot_reason
from bot.slack.blocks.elements import (
    Block,
    Element,
    Message,
    actions,
    bullets,
    channel,
    context,
    escape,
    fields,
    header,
    literal,
    note,
    rich,
    section,
    shorten,
    span,
)
from bot.slack.blocks.words import GAP
from bot.slack.payload import block_id, owned
from bot.text import has_sentence, sentence
from bot.text.dates import clock, day_within, listed, moment, zone_name
from bot.text.schedules import slot, utc_offset

__all__ = ["digest_form", "digest_none", "digest_paused", "digest_proof", "digest_sent", "digest_state"]

MAX_LISTED = 300
#: Two back-ticks with nothing in between are no code.
NOTHING = "–"


def digest_state(reply: DigestState, reader: Reader, command: str) -> Message:
    """What was changed, how it stands now, and when it comes next."""
    title = _title(reply, reader)
    changed = _changed(reply, reader)
    blocks = [
        header(title),
        *([note(changed)] if changed else []),
        *([section(_why_paused(reply.reason, reader, command))] if reply.reason else []),
        fields(*_settings(reply, reader)),
    ]
    if reply.not_today:
        times = listed([f"{at:%H:%M}" for at in reply.not_today], reader.locale)
        blocks.append(note(sentence("digest.not-today", reader.locale, times=times)))
    row = {**actions(*_buttons(reply, reader)), "block_id": block_id(0, owned(reader.user))}
    spoken = [title, changed, *(_plain_next(reply, reader))]
    return Message("\n".join(filter(None, spoken)), [*blocks, row])


def digest_none(reply: DigestNone, reader: Reader, command: str) -> Message:
    """What a digest is, and how to get one."""
    title = sentence("digest.none", reader.locale)
    what = sentence("digest.none.what", reader.locale)
    how = sentence("digest.none.how", reader.locale, command=command)
    row = actions(buttons.turn_on_at(reader, reply.offered), buttons.choose(reader))
    return Message(f"{title}. {what}", [header(title), section(f"{what}\n{how}"), row])


def digest_form(reply: DigestForm, reader: Reader, command: str) -> Message:
    """What stands in for the modal where Slack could not open it any more."""
    text = sentence("digest.form.instead", reader.locale)
    return Message(text, [section(text), actions(buttons.choose(reader))])


def digest_sent(reader: Reader) -> Message:
    """A test digest was sent."""
    text = sentence("digest.sent", reader.locale)
    return Message(text, [note(text)])


def digest_paused(reply: DigestPaused, reader: Reader, command: str) -> Message:
    """Why no more digests come, and what to do about it."""
    if reply.channel:
        return _channel_paused(reply, reader, command)
    title = sentence("digest.state.paused", reader.locale)
    why = _why_paused(reply.reason, reader, command)
    blocks = [header(title), section(why)]
    row = actions(buttons.turn_on(reader), buttons.change(reader))
    return Message(f"{title}. {why}", [*blocks, row, note(sentence("digest.paused.kept", reader.locale))])


def _channel_paused(reply: DigestPaused, reader: Reader, command: str) -> Message:
    """It has no buttons: it may be resumed there alone, by whoever may at that moment."""
    title = sentence("channel.paused", reader.locale)
    why = _why_paused(reply.reason, reader, command)
    where = rich(span(f"{sentence('digest.goes-to', reader.locale)} "), channel(reply.channel))
    how = "waits" if reply.reason in OVER_BY_ITSELF else "over" if reply.reason == DELETED else "how"
    hint = note(sentence(f"channel.paused.{how}", reader.locale, command=command))
    return Message(f"{title}. {why}", [header(title), where, section(why), hint])


def digest_proof(reply: DigestProof, reader: Reader, command: str) -> Message:
    """Every slot of a date, and what became of it."""
    locale = reader.locale
    title = sentence("proof.title", locale, day=day_within(reply.day, _today(reply), locale))
    blocks: list[Block] = [header(title)]
    lines = [_proof_line(row, reply, reader) for row in reply.rows]
    if reply.holiday:
        blocks.append(context(sentence("proof.holiday", locale, holiday=reply.holiday)))
    if lines:
        drawn = [
            [span(f"{row.time:%H:%M}", bold=True), span(f"{GAP}{line}")]
            for row, line in zip(reply.rows, lines, strict=True)
        ]
        blocks.append(bullets(*drawn))
    elif not reply.holiday:
        blocks.append(section(sentence("proof.not-chosen", locale)))
    blocks.append(context(sentence("proof.zone", locale, zone=zone_name(reply.zone, locale))))
    spoken = [title, *(f"{row.time:%H:%M}: {line}" for row, line in zip(reply.rows, lines, strict=True))]
    return Message(escape("\n".join(spoken)), blocks)


def _title(reply: DigestState, reader: Reader) -> str:
    if reply.state == "on" and reply.snoozed_until:
        until = moment(reply.snoozed_until, reply.zone, reader.locale, reply.as_of)
        return sentence("digest.state.snoozed", reader.locale, until=until)
    return sentence(f"digest.state.{reply.state}", reader.locale)


def _changed(reply: DigestState, reader: Reader) -> str:
    return sentence(f"changed.{reply.changed}", reader.locale) if reply.changed else ""


def _why_paused(reason: str, reader: Reader, command: str) -> str:
    """Why, and what to do about it."""
    name = reason if has_sentence(f"paused.{reason}") else "other"
    return sentence(f"paused.{name}", reader.locale, command=command, reason=literal(reason))


def _settings(reply: DigestState, reader: Reader) -> Iterator[tuple[str, str]]:
    """Each setting: what it is called, and what it is."""
    locale = reader.locale
    zone = zone_name(reply.zone, locale)
    whose = "digest.zone.said" if reply.zone_is_said else "digest.zone.slack"
    what = shorten(written(replace(reply.filter, style=None)), MAX_LISTED)
    yield sentence("digest.when", locale), f"`{literal(reply.schedule) or NOTHING}`"
    yield sentence("digest.next", locale), "\n".join(_plain_next(reply, reader)) or _no_next(reply, reader)
    yield sentence("digest.zone", locale), sentence(whose, locale, zone=literal(zone))
    yield sentence("digest.what", locale), literal(what) or sentence("digest.what.all", locale)
    yield sentence("digest.style", locale), sentence(f"style.{reply.filter.style or Style.FULL}", locale)
    yield sentence("digest.when-empty", locale), sentence(f"empty.{reply.when_empty}", locale)


def _plain_next(reply: DigestState, reader: Reader) -> list[str]:
    """The next slots, each with what its zone adds to UTC then."""
    return [slot(each, reply.zone, reader.locale, reply.as_of) for each in reply.fires]


def _no_next(reply: DigestState, reader: Reader) -> str:
    return sentence("digest.next.never" if reply.state == "on" else "digest.next.off", reader.locale)


def _buttons(reply: DigestState, reader: Reader) -> Iterator[Element]:
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


def _today(reply: DigestProof) -> date:
    return (
        (reply.as_of or datetime.combine(reply.day, datetime.min.time(), reply.zone))
        .astimezone(reply.zone)
        .date()
    )


def _proof_line(row: ProofRow, reply: DigestProof, reader: Reader) -> str:
    """When it was due, if not at its time; what became of it, and why."""
    locale, local = reader.locale, row.due_at.astimezone(reply.zone)
    offset = f"UTC{utc_offset(local.utcoffset() or timedelta(0))}"
    due = f"{local:%H:%M} ({offset})"
    is_shifted = row.shift is not Shift.NONE
    parts = [sentence(f"proof.shift.{row.shift}", locale, time=due) if is_shifted else offset]
    parts.append(_outcome(row, reply, reader))
    if row.companies:
        parts.append(sentence("proof.companies", locale, count=row.companies))
    if row.tries > 1:
        parts.append(sentence("proof.tries", locale, count=row.tries))
    return GAP.join(parts)


def _outcome(row: ProofRow, reply: DigestProof, reader: Reader) -> str:
    at = _moment(row.at, reply, reader) if row.at else ""
    said = sentence(f"proof.{row.outcome}", reader.locale, at=at).strip()
    return f"{said}: {slot_reason(row.reason, reader)}" if row.reason else said


def _moment(at: datetime, reply: DigestProof, reader: Reader) -> str:
    """The time of the day; with the day, where that is another."""
    same_day = at.astimezone(reply.zone).date() == reply.day
    return (clock if same_day else moment)(at, reply.zone, reader.locale)
