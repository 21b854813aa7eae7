"""What is said of a channel's digest as a whole: how much, since when, as whom, and what is missing."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from bot.core.activity import Activity
from bot.core.channeldigest import Grouping
from bot.core.errors import SignInOver
from bot.core.languages import in_language
from bot.core.localtime import local
from bot.core.replies import Reader
from bot.core.teamchart import Chart
from bot.core.teamdigest import TeamDigest, TeamEntry
from bot.core.window import EPOCH, known_time
from bot.slack.blocks.charts import bars, in_figures
from bot.slack.blocks.elements import Block, Element, shorten, span
from bot.slack.blocks.elements import date as moment_element
from bot.slack.blocks.words import GAP
from bot.text import has_sentence, sentence
from bot.text.dates import day, day_within, listed, moment, short_day, tiny_day, zone_name

__all__ = [
    "chart_block",
    "covers",
    "dropped",
    "figures",
    "heading",
    "left_out",
    "missing",
    "spoken_time",
    "takeaway",
    "time_element",
    "title",
]

#: So many names are told of those whose views are missing, for each reason.
MAX_NAMES = 5
#: As Slack shows a moment to whoever looks, in the zone of their device.
FORM = "{date_short_pretty} {time}"


def title(digest: TeamDigest, reader: Reader) -> str:
    """How many companies; or that there are none, and why."""
    if digest.entries:
        return sentence("team.title", reader.locale, count=len(digest.entries))
    if not digest.views:
        return sentence("team.nobody", reader.locale)
    if digest.hidden:
        return sentence("team.all-hidden", reader.locale, count=sum(digest.hidden.values()))
    return sentence("team.empty", reader.locale)


def covers(digest: TeamDigest, reader: Reader) -> list[Element]:
    """From when to when, what a row is, and as how many people see it."""
    locale = reader.locale
    if not digest.views:
        return [span(sentence("team.nobody.how", locale))]
    begins, ends = sentence("team.from", locale), sentence("team.to", locale)
    latest, seen = sentence("answer.latest", locale), sentence("team.seen", locale, count=digest.views)
    return [
        span(f"{begins} "),
        time_element(digest.window.start or EPOCH, reader),
        span(f" {ends} "),
        time_element(digest.window.end or EPOCH, reader),
        span(f"{GAP}{latest}{GAP}{seen}"),
    ]


def time_element(when: datetime, reader: Reader) -> Element:
    """A moment as the reader's device tells it; in the digest's zone where it cannot."""
    return moment_element(int(when.timestamp()), FORM, spoken_time(when, reader))


def spoken_time(when: datetime, reader: Reader) -> str:
    """A moment in the digest's zone, which it names."""
    return f"{moment(when, reader.zone, reader.locale)}, {zone_name(reader.zone, reader.locale)}"


def missing(digest: TeamDigest, reader: Reader) -> str:
    """Whose views could not be had and why; what they miss comes later."""
    if not digest.missing:
        return ""
    locale, reasons = reader.locale, Counter(each.reason for each in digest.missing)
    of = digest.views + len(digest.missing)
    told = [sentence("team.missing", locale, count=len(digest.missing), of=of)]
    for reason, count in reasons.most_common():
        names = [shorten(" ".join(each.name.split()), 60) for each in digest.missing if each.reason == reason]
        told.append(
            sentence(_why(reason), locale, who=_names([name for name in names if name], count, reader))
        )
    told.append(sentence("team.missing.later", locale))
    return " ".join(told)


def dropped(digest: TeamDigest, reader: Reader) -> str:
    """How many do not share any more, and why; nobody knows who."""
    if not digest.drop_outs:
        return ""
    locale, names = reader.locale, (f"team.dropped.{each.reason}" for each in digest.drop_outs)
    reasons = Counter(name if has_sentence(name) else "team.dropped.other" for name in names)
    whys = [sentence(name, locale, count=count) for name, count in reasons.most_common()]
    return sentence("team.dropped", locale, count=reasons.total(), whys=listed(whys, locale))


def heading(entry: TeamEntry, digest: TeamDigest, reader: Reader) -> str:
    """What an entry is told under."""
    under, locale = entry.under, reader.locale
    if isinstance(under, date):
        today = local(digest.window.end or EPOCH, reader.zone).date()
        return day(under, today, locale)
    match digest.settings.grouping:
        case Grouping.OWNER:
            return under or sentence("team.no-owner", locale)
        case Grouping.CATEGORY:
            return " ".join(in_language(under or "", locale).split()) or sentence("team.no-category", locale)
        case Grouping.DAY:
            return sentence("day.unknown", locale)


def left_out(digest: TeamDigest, reader: Reader) -> Iterator[str]:
    """What whoever sees it does not share: never whose that is, nor how much where that would tell."""
    if digest.withheld and digest.views > 2:
        yield sentence("team.withheld", reader.locale, count=digest.withheld)
    elif digest.withheld:
        yield sentence("team.withheld.some", reader.locale)


def chart_block(chart: Chart, reader: Reader) -> Block:
    """Slack's own bar chart; the title, series and labels are ours."""
    counts = {tiny_day(which, reader.locale): count for which, count in chart.days.items()}
    locale = reader.locale
    return bars(sentence("team.chart", locale), sentence("team.chart.series", locale), counts)


def takeaway(chart: Chart, digest: TeamDigest, reader: Reader) -> str:
    """What the chart says, in a sentence."""
    locale, (last, count), (most, top) = reader.locale, chart.last, chart.most
    today = local(digest.window.end or EPOCH, reader.zone).date()
    on = day_within(last, today, locale)
    said = sentence(f"team.chart.{chart.trend}", locale, count=count, day=on, usual=chart.usual)
    peak = sentence("team.chart.most", locale, count=top, day=day_within(most, today, locale))
    return said if most == last else f"{said} {peak}"


def figures(chart: Chart, reader: Reader) -> str:
    """The chart in words: each day and its number."""
    days = {short_day(which, reader.locale): count for which, count in chart.days.items()}
    return in_figures(days, reader.locale)


def when(activity: Activity, reader: Reader) -> Element | None:
    """When it happened, if that is known."""
    time = known_time(activity)
    return None if time is None else time_element(time, reader)


def _why(reason: str) -> str:
    if reason == SignInOver.code:
        return "team.missing.sign-in"
    if reason.startswith("crm-"):
        return "team.missing.crm"
    name = f"team.missing.{reason}"
    return name if has_sentence(name) else "team.missing.other"


def _names(names: list[str], count: int, reader: Reader) -> str:
    """A few of them, and how many more."""
    told = names[:MAX_NAMES]
    if more := count - len(told):
        told.append(sentence("team.more" if told else "team.people", reader.locale, count=more))
    return listed(told, reader.locale)
