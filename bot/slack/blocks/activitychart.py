"""An answer as pictures: by day, by action, and who is quiet. What each says stands above it, in words.

All CRM text is in blocks that Slack never parses.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from bot.core.activity import Action
from bot.core.activitychart import Grain
from bot.core.localtime import local
from bot.core.replies import ActivityChart, Reader
from bot.core.requests import Page
from bot.core.window import EPOCH, known_time
from bot.slack.blocks import words
from bot.slack.blocks.answer import covers, title_of
from bot.slack.blocks.charts import bars, in_figures
from bot.slack.blocks.companies import HEADS, Companies
from bot.slack.blocks.elements import (
    Block,
    Message,
    actions,
    button,
    context,
    header,
    spoken,
    table,
)
from bot.slack.blocks.footer import filtered, hidden
from bot.slack.blocks.words import GAP
from bot.slack.carried import Asked, owned
from bot.text import has_sentence, sentence
from bot.text.dates import day_month, day_within, month, short_day, tiny_day

__all__ = ["activity_chart"]

MAX_NAME = 120


def activity_chart(reply: ActivityChart, reader: Reader, command: str) -> Message:
    """At most two charts and a table: what a message holds."""
    title = title_of(reply.answer, reader)
    blocks = [header(title), context(covers(reply.answer, reader))]
    lines = [title]
    for drawing in (_by_day, _by_action, _quiet):
        for said, block, figures in drawing(reply, reader):
            blocks += [context(said), block, *([context(figures)] if figures else [])]
            lines += [said, figures]
    blocks.append(context(GAP.join(_remarks(reply, reader))))
    return Message(spoken(filter(None, lines)), [*blocks, _buttons(reply, reader)])


def _by_day(reply: ActivityChart, reader: Reader) -> Iterator[tuple[str, Block, str]]:
    """Of one day alone there is nothing to draw."""
    counts, locale = reply.counts, reader.locale
    if len(counts.by_day.days) < 2:
        return
    busiest, most = counts.by_day.most
    said = sentence(
        f"chart.{counts.grain}.busiest",
        locale,
        when=_when(busiest, reply, reader),
        number=most,
        total=counts.total,
    )
    tiny, short = (_labels(reply, reader, is_tiny) for is_tiny in (True, False))
    title, series = sentence(f"chart.{counts.grain}", locale), sentence("team.chart.series", locale)
    yield said, bars(title, series, tiny), in_figures(short, locale)


def _labels(reply: ActivityChart, reader: Reader, is_tiny: bool) -> Mapping[str, int]:
    counts = reply.counts
    label = {
        Grain.DAY: tiny_day if is_tiny else short_day,
        Grain.WEEK: day_month,
        Grain.MONTH: month,
    }[counts.grain]
    return {label(which, reader.locale): count for which, count in counts.by_day.days.items()}


def _when(which: date, reply: ActivityChart, reader: Reader) -> str:
    match reply.counts.grain:
        case Grain.DAY:
            return day_within(which, local(reply.answer.as_of, reader.zone).date(), reader.locale)
        case Grain.WEEK:
            return day_month(which, reader.locale)
        case Grain.MONTH:
            return month(which, reader.locale)


def _by_action(reply: ActivityChart, reader: Reader) -> Iterator[tuple[str, Block, str]]:
    by_action, locale = reply.counts.by_action, reader.locale
    labels = {_action(flag, locale): count for flag, count in by_action.items()}
    first, most = next(iter(labels.items()))
    said = sentence("chart.action.most", locale, action=first, number=most, total=reply.counts.total)
    if sum(labels.values()) > reply.counts.total:
        said = f"{said} {sentence('chart.action.several', locale)}"
    title = sentence("chart.action", locale)
    yield said, bars(title, sentence("team.chart.series", locale), labels), in_figures(labels, locale)


def _action(flag: Action, locale: str) -> str:
    """What it is called; where that is long in some language, shorter, as a label."""
    name = (flag.name or "unknown").lower()
    return sentence(
        f"chart.label.{name}" if has_sentence(f"chart.label.{name}") else f"action.{name}", locale
    )


def _quiet(reply: ActivityChart, reader: Reader) -> Iterator[tuple[str, Block, str]]:
    """A table holds the rest in words already."""
    rows = reply.counts.quiet
    if not rows:
        return
    today = local(reply.answer.as_of, reader.zone).date()
    companies = Companies(reader, reply.answer.web_url, "")
    in_words = words.Words(reply.answer.principal, reader, MAX_NAME)
    said = [(in_words.of(row), words.when(row, reader, today)) for row in rows]
    since = day_within(local(known_time(rows[0]) or EPOCH, reader.zone).date(), today, reader.locale)
    first = sentence("chart.quiet", reader.locale, name=said[0][0].name, when=since)
    heads = [sentence(f"table.{head}", reader.locale) for head in HEADS]
    yield first, table(heads, [companies.cells(*row, longest=MAX_NAME) for row in said]), ""


def _remarks(reply: ActivityChart, reader: Reader) -> Iterator[str]:
    """What the pictures cannot show."""
    answer, locale = reply.answer, reader.locale
    if len(reply.counts.by_day.days) > 1:
        yield sentence("chart.honest", locale)
    yield sentence("chart.absent", locale)
    if reply.counts.undated:
        yield sentence("chart.undated", locale, count=reply.counts.undated)
    if answer.later_count:
        yield sentence("chart.later", locale, count=answer.later_count)
    yield from hidden(answer.dropped, answer.filter, reader)
    yield from filtered(answer.filter, reader)


def _buttons(reply: ActivityChart, reader: Reader) -> Block:
    answer = reply.answer
    listed = Asked(answer.asked, Page(0, answer.window, answer.style))
    value = owned(reader.user, listed.encode())
    row = [button("page.newest", sentence("button.list", reader.locale), value)]
    if answer.dropped or answer.filter.at_the_crm:
        row.append(button("why", sentence("button.why", reader.locale), value))
    return actions(*row)
