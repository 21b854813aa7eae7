"""What is said of what is stored about somebody: that it is sent, and that it is deleted."""

from collections.abc import Iterator, Mapping

from bot.core.replies import Forgotten, MyDataSent, Reader
from bot.slack.blocks.elements import (
    Block,
    Message,
    actions,
    bullets,
    button,
    context,
    header,
    note,
    section,
    span,
)
from bot.slack.carried import owned
from bot.text import sentence
from bot.text.dates import moment

__all__ = ["forget_question", "forgotten", "my_data_sent"]


def my_data_sent(reply: MyDataSent, reader: Reader, command: str) -> Message:
    """Where the file is, and how much of what is in it."""
    locale = reader.locale
    how = note(sentence("mydata.delete", locale, command=command))
    if not any(reply.counts.values()):
        nothing = sentence("stored.nothing", locale)
        return Message(nothing, [section(nothing), context(sentence("mydata.nothing", locale))])
    title = sentence("mydata.sent", locale)
    lines = list(_counted(reply.counts, locale))
    return Message("\n".join((title, *lines)), [section(title), _listed(lines), how])


def forget_question(reader: Reader, command: str) -> Message:
    """What is deleted, and the button that does it."""
    locale = reader.locale
    title = sentence("forget.title", locale)
    what = sentence("forget.what", locale, command=command)
    forget = button("forget", sentence("button.forget", locale), owned(reader.user), "danger")
    keep = button("keep", sentence("button.keep", locale), owned(reader.user))
    return Message(f"{title} {what}", [header(title), section(what), actions(forget, keep)])


def forgotten(reply: Forgotten, reader: Reader) -> Message:
    """The receipt."""
    locale = reader.locale
    title = sentence("forgotten.title", locale)
    lines = list(_counted(reply.counts, locale)) or [sentence("stored.nothing", locale)]
    notes = [sentence("forgotten.left", locale, count=reply.left)] if reply.left else []
    until = moment(reply.backups_end, reader.zone, locale)
    notes.append(sentence("forgotten.backups", locale, time=until))
    notes += [] if reply.traceless else [sentence("forgotten.traces", locale)]
    blocks = [header(title), _listed(lines), *map(context, notes)]
    return Message("\n".join((title, *lines)), blocks)


def _counted(counts: Mapping[str, int], locale: str) -> Iterator[str]:
    return (sentence(f"stored.{table}", locale, count=count) for table, count in counts.items() if count)


def _listed(lines: list[str]) -> Block:
    return bullets(*([span(line)] for line in lines))
