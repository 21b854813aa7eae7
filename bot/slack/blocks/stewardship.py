"""Who looks after a channel's digest: what the channel reads, and what its owner does."""

from bot.core.replies import ChannelImported, DigestResumed, OwnerSought, Reader
from bot.slack.blocks import channelbuttons
from bot.slack.blocks.elements import (
    Message,
    actions,
    channel,
    date,
    header,
    literal,
    note,
    rich,
    section,
    span,
)
from bot.text import sentence
from bot.text.dates import moment, zone_name

__all__ = ["channel_imported", "digest_resumed", "owner_sought"]

#: Slack's own words for a moment, in the zone of whoever looks.
FORM = "{date_long_pretty}"


def channel_imported(reply: ChannelImported, reader: Reader, command: str) -> Message:
    """When it comes, who decided that, how to share and how to stop it."""
    title = sentence("imported.title", reader.locale)
    zone = zone_name(reply.zone, reader.locale)
    when = sentence("imported.when", reader.locale, schedule=literal(reply.schedule), zone=literal(zone))
    how = sentence("imported.how", reader.locale, command=command)
    return Message(f"{title}. {when}", [header(title), section(when), note(how)])


def digest_resumed(reply: DigestResumed, reader: Reader, command: str) -> Message:
    """It goes on, and how to stop it."""
    title = sentence("channel.resumed", reader.locale)
    where = rich(span(f"{sentence('digest.goes-to', reader.locale)} "), channel(reply.channel))
    how = sentence("channel.resumed.how", reader.locale, command=command)
    return Message(title, [header(title), where, note(how)])


def owner_sought(reply: OwnerSought, reader: Reader, command: str) -> Message:
    """Until when it goes on, who may adopt it, and what that means."""
    title = sentence("owner.over" if reply.is_over else "owner.sought", reader.locale)
    if reply.is_over or reply.until is None:
        how = sentence("owner.over.how", reader.locale, command=command)
        return Message(f"{title}. {how}", [header(title), section(how)])
    fallback = moment(reply.until, reader.zone, reader.locale)
    until = date(int(reply.until.timestamp()), FORM, fallback)
    left = rich(span(f"{sentence('owner.sought.until', reader.locale)} "), until, span("."))
    how = sentence("owner.sought.how", reader.locale, command=command)
    row = actions(channelbuttons.adopt(reply.channel, reader))
    return Message(f"{title}. {how}", [header(title), left, section(how), row])
