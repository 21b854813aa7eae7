"""What became of a digest: on a date, and lately."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.replies import DigestProof, History, ProofRow, Reader
from bot.core.slots import Shift
from bot.slack.blocks.digestwords import slot_reason
from bot.slack.blocks.elements import (
    Block,
    Message,
    bullets,
    channel,
    context,
    escape,
    header,
    rich,
    section,
    span,
)
from bot.slack.blocks.words import GAP
from bot.text import sentence
from bot.text.dates import clock, day_within, moment, time_of_day, zone_name
from bot.text.schedules import utc_offset

__all__ = ["digest_proof", "history", "proof_bullets", "proof_line"]


def digest_proof(reply: DigestProof, reader: Reader, command: str) -> Message:
    """Every slot of a date, and what became of it."""
    locale = reader.locale
    name = "proof.channel" if reply.channel else "proof.title"
    title = sentence(name, locale, day=day_within(reply.day, _today(reply), locale))
    blocks: list[Block] = [header(title), *_of_channel(reply.channel, locale)]
    lines = [proof_line(row, reply.zone, reader, reply.day) for row in reply.rows]
    times = [time_of_day(row.time, locale) for row in reply.rows]
    if reply.holiday:
        blocks.append(context(sentence("proof.holiday", locale, holiday=reply.holiday)))
    if lines:
        blocks.append(proof_bullets(times, lines))
    elif not reply.holiday:
        blocks.append(section(sentence("proof.not-chosen", locale)))
    blocks.append(context(sentence("proof.zone", locale, zone=zone_name(reply.zone, locale))))
    spoken = [title, *(f"{time}: {line}" for time, line in zip(times, lines, strict=True))]
    return Message(escape("\n".join(spoken)), blocks)


def history(reply: History, reader: Reader) -> Message:
    """The last slots, each with its day, and what became of it."""
    locale = reader.locale
    title = sentence("history.channel" if reply.channel else "history.title", locale)
    blocks: list[Block] = [header(title), *_of_channel(reply.channel, locale)]
    days = [moment(row.due_at, reply.zone, locale, reply.as_of) for row in reply.rows]
    lines = [proof_line(row, reply.zone, reader) for row in reply.rows]
    if lines:
        blocks.append(proof_bullets(days, lines))
        blocks.append(context(sentence("proof.zone", locale, zone=zone_name(reply.zone, locale))))
    else:
        blocks.append(section(sentence("history.none", locale)))
    spoken = [title, *(f"{day}: {line}" for day, line in zip(days, lines, strict=True))]
    return Message(escape("\n".join(spoken)), blocks)


def _of_channel(id_: str, locale: str) -> list[Block]:
    return [rich(span(f"{sentence('digest.goes-to', locale)} "), channel(id_))] if id_ else []


def proof_bullets(starts: Sequence[str], lines: Sequence[str]) -> Block:
    """A line for each slot, beginning with its time."""
    pairs = zip(starts, lines, strict=True)
    return bullets(*([span(start, "bold"), span(f"{GAP}{line}")] for start, line in pairs))


def _today(reply: DigestProof) -> date:
    return (
        (reply.as_of or datetime.combine(reply.day, datetime.min.time(), reply.zone))
        .astimezone(reply.zone)
        .date()
    )


def proof_line(row: ProofRow, zone: ZoneInfo, reader: Reader, day: date | None = None) -> str:
    """When it was due, if not at its time; what became of it, and why. ``day``: the one that is told of."""
    locale, local = reader.locale, row.due_at.astimezone(zone)
    offset = f"UTC{utc_offset(local.utcoffset() or timedelta(0))}"
    due = f"{time_of_day(local, locale)} ({offset})"
    is_shifted = row.shift is not Shift.NONE
    parts = [sentence(f"proof.shift.{row.shift}", locale, time=due) if is_shifted else offset]
    parts.append(_outcome(row, zone, reader, day or local.date()))
    if row.companies:
        parts.append(sentence("proof.companies", locale, count=row.companies))
    if row.tries > 1:
        parts.append(sentence("proof.tries", locale, count=row.tries))
    return GAP.join(parts)


def _outcome(row: ProofRow, zone: ZoneInfo, reader: Reader, day: date) -> str:
    at = _moment(row.at, zone, reader, day) if row.at else ""
    said = sentence(f"proof.{row.outcome}", reader.locale, at=at).strip()
    return f"{said}: {slot_reason(row.reason, reader)}" if row.reason else said


def _moment(at: datetime, zone: ZoneInfo, reader: Reader, day: date) -> str:
    """The time of the day; with the day, where that is another."""
    same_day = at.astimezone(zone).date() == day
    return (clock if same_day else moment)(at, zone, reader.locale)
