"""What somebody shares with a channel: shown to them alone, before anything is shared."""

from collections.abc import Iterator

from bot.core.replies import Consent, Reader
from bot.core.replies.channels import Consented
from bot.core.replies.teamdigests import TeamPart
from bot.slack.blocks import channelbuttons as buttons
from bot.slack.blocks import words
from bot.slack.blocks.channeldigest import team_digest
from bot.slack.blocks.elements import (
    Block,
    Message,
    actions,
    channel,
    context,
    divider,
    header,
    note,
    rich,
    section,
    shorten,
    span,
)
from bot.text import sentence
from bot.text.dates import listed

__all__ = ["consent"]

#: Names that are listed, each and all together.
MOST_NAMES = 30
MAX_NAMES = 1000


def consent(reply: Consent, reader: Reader, command: str) -> Message:
    """What is shared, rows of it, and how to share less or nothing."""
    locale = reader.locale
    title = _title(reply, locale)
    blocks = [header(title), rich(span(f"{sentence('consent.with', locale)} "), channel(reply.channel))]
    if reply.is_lost:
        blocks.append(section(sentence("consent.lost", locale)))
    if reply.preview is not None:
        blocks += _shared(reply, reply.preview, reader, command)
    elif reply.done is Consented.LEFT:
        blocks.append(section(sentence("consent.left.what", locale)))
    else:
        blocks.append(section(sentence("consent.nothing.what", locale, command=command)))
    if reply.others:
        blocks.append(_others(reply, locale))
    return Message(title, [*blocks, actions(*buttons.of_consent(reply, reader))])


def _title(reply: Consent, locale: str) -> str:
    if reply.done:
        return sentence(f"consented.{reply.done}", locale)
    if reply.is_shared:
        return sentence("consent.shared", locale)
    return sentence("consent.would" if reply.preview is not None else "consent.nothing", locale)


def _shared(reply: Consent, preview: TeamPart, reader: Reader, command: str) -> Iterator[Block]:
    locale = reader.locale
    yield section(sentence("consent.what" if reply.is_shared else "consent.would.what", locale))
    if reply.only:
        yield context(sentence("consent.only", locale, names=_names(reply.only, locale)))
    if reply.never:
        yield context(sentence("consent.never", locale, names=_names(reply.never, locale)))
    yield note(sentence("consent.stop", locale, command=command))
    yield divider()
    yield note(sentence("consent.preview", locale))
    yield from team_digest(preview, reader, command).blocks
    yield divider()


def _names(names: tuple[str, ...], locale: str) -> str:
    shown = [shorten(name, words.MAX_NAME) for name in names[:MOST_NAMES]]
    return shorten(listed(shown, locale), MAX_NAMES)


def _others(reply: Consent, locale: str) -> Block:
    spans = [span(f"{sentence('consent.others', locale)}")]
    for each in reply.others[:MOST_NAMES]:
        spans += [span(" "), channel(each)]
    return rich(*spans)
