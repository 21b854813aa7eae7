"""What is said of a digest as a whole: how much, since when, why it is wider or late."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from operator import attrgetter

from bot.core.audience import Refusal
from bot.core.causes import REFUSED, SLACK
from bot.core.digest import LONGEST_LOOK_BACK, Cause, CauseKind, Digest, News, Quiet
from bot.core.errors import CrmRefused
from bot.core.filters import EVERYTHING, Filter
from bot.core.localtime import local
from bot.core.replies import Reader
from bot.core.teamdigest import TeamDigest
from bot.core.typed.command import MAX_LINE
from bot.core.typed.filtertext import written
from bot.core.window import EPOCH
from bot.slack.blocks.elements import shorten
from bot.slack.blocks.words import GAP, MAX_NAME, Once, capital, span_of_time
from bot.text import has_sentence, sentence
from bot.text.dates import clock, day_within, listed, moment, weekday

__all__ = [
    "as_of",
    "asked",
    "causes",
    "covers",
    "marks",
    "news",
    "quiet_limit",
    "slot_reason",
    "title",
]

#: Characters of a reason for which there are no words.
MAX_REASON = 300
#: What Slack's own codes say about a channel that a digest was to go to.
_REFUSALS = {
    "channel_not_found": Refusal.NOT_INVITED,
    "not_in_channel": Refusal.NOT_INVITED,
    "is_archived": Refusal.ARCHIVED,
}
#: What makes a digest cover more, or come later. Other causes are whole sentences.
_WIDENING = ("crm", "crm-refused", "sign-in", "slack", "refused", "snoozed", "filters", "off", "late")
#: So many days are named.
MAX_DAYS = 3
A_DAY = timedelta(days=1)


def as_of(digest: Digest | TeamDigest) -> datetime:
    """When SuperOffice was asked."""
    return digest.window.end or EPOCH


def asked(filter_: Filter) -> str:
    """A line that asks for the same companies; without the filter where no line can hold it."""
    filters = (replace(filter_, saved="", style=None), Filter(saved=filter_.saved), EVERYTHING)
    lines = (f"today {written(each)}".strip() for each in filters)
    return next(line for line in lines if len(line) <= MAX_LINE)


def title(digest: Digest, reader: Reader) -> str:
    """How many companies since when; or that there is nothing, and why."""
    locale, when = reader.locale, _since(digest, reader)
    if digest.entries:
        return sentence("digest.title", locale, count=len(digest.entries), when=when)
    if digest.hidden:
        return sentence("digest.all-hidden", locale, count=sum(digest.hidden.values()), when=when)
    none = "digest.none-fits" if digest.filter.at_the_crm else "digest.empty"
    return sentence(none, locale, when=when)


def covers(digest: Digest, reader: Reader) -> str:
    """The exact span, its zone, what a row is, and as whom SuperOffice was asked."""
    latest = sentence("answer.latest", reader.locale)
    whom = sentence("answer.as", reader.locale, name=shorten(digest.principal.full_name, MAX_NAME))
    return " · ".join((span_of_time(digest.window, as_of(digest), reader), latest, whom))


def news(digest: Digest | TeamDigest, reader: Reader) -> str:
    """How many are new, moved again, may have been told before, and came late; nothing of a first digest."""
    found = Counter(map(attrgetter("news"), digest.entries))
    if _is_first(digest):
        counted = []
    elif len(found) == 1 and len(digest.entries) > 1:
        counted = [sentence(f"news.all.{kind}", reader.locale) for kind in found]
    else:
        counted = [
            sentence(f"news.count.{kind}", reader.locale, count=found[kind]) for kind in News if found[kind]
        ]
    if late := sum(map(attrgetter("is_late"), digest.entries)):
        counted.append(sentence("digest.late.count", reader.locale, count=late))
    return GAP.join(counted)


def marks(digest: Digest | TeamDigest, reader: Reader) -> Once[tuple[News, bool]]:
    """How a company stands to the digest before, by its news, and that it comes late, if it does.

    Where all stand alike, or there is none before, only that it may have been told tells something.
    """
    locale = reader.locale
    are_alike = _is_first(digest) or len({entry.news for entry in digest.entries}) == 1

    def mark(news: News, is_late: bool) -> str:
        standing = "" if are_alike and news is not News.REPEATED else sentence(f"news.{news}", locale)
        late = sentence("digest.late", locale) if is_late else ""
        return f"{standing}, {late}" if standing and late else standing or late

    return Once(lambda entry: mark(*entry))


def causes(digest: Digest | TeamDigest, reader: Reader, command: str) -> str:
    """A sentence for each kind of cause; the first says how much the digest covers."""
    days: dict[str, list[date]] = {}
    for cause in digest.causes:
        days.setdefault(_cause_name(cause), []).extend([cause.day] if cause.day else [])
    phrases = {name: _cause(name, days[name], digest, reader, command) for name in days}
    widening = [phrases.pop(name) for name in _WIDENING if name in phrases]
    first = [_wider(digest, why, reader) for why in widening[:1]]
    return " ".join((*first, *(f"{capital(why)}." for why in widening[1:]), *phrases.values()))


def quiet_limit(quiet: Quiet, reader: Reader) -> str:
    """How many companies are quiet in all, and what the look back could not see."""
    return sentence(
        "digest.quiet.limit",
        reader.locale,
        count=quiet.total,
        days=quiet.since.days,
        back=quiet.looked_back.days,
    )


def slot_reason(reason: str, reader: Reader) -> str:
    """Why a slot ended as it did, or a digest is paused: a word, a refusal, or an error's code, in words."""
    refused = f"{REFUSED}{_REFUSALS.get(reason, reason)}"
    for name in (reason, refused):
        if has_sentence(f"reason.{name}"):
            return sentence(f"reason.{name}", reader.locale)
    if reason.startswith(SLACK):
        error = shorten(reason.removeprefix(SLACK), MAX_REASON)
        return sentence("reason.slack", reader.locale, error=error)
    if reason.startswith("crm-"):
        return sentence("reason.crm", reader.locale, code=shorten(reason, MAX_REASON))
    return shorten(reason, MAX_REASON)


def _since(digest: Digest, reader: Reader) -> str:
    """How a reader would say the start: ``08:00``, ``yesterday 08:00``, ``Monday 08:00``, or a date."""
    end, zone, locale = as_of(digest), reader.zone, reader.locale
    start = digest.window.start or EPOCH
    back = (local(end, zone).date() - local(start, zone).date()).days
    time = clock(start, zone, locale)
    if back == 0:
        return time
    if back == 1:
        return sentence("when.yesterday", locale, time=time)
    return f"{weekday(start, zone, locale)} {time}" if back < 7 else moment(start, zone, locale, end)


def _is_first(digest: Digest | TeamDigest) -> bool:
    """Whether there is none before it to compare with."""
    return any(cause.kind is CauseKind.FIRST for cause in digest.causes)


def _cause_name(cause: Cause) -> str:
    is_refusal = cause.kind is CauseKind.CRM and cause.detail == CrmRefused.code
    return "crm-refused" if is_refusal else cause.kind


def _cause(name: str, days: Sequence[date], digest: Digest | TeamDigest, reader: Reader, command: str) -> str:
    """The words for all causes of one kind; the days come with a space before them, or not at all."""
    today, locale = local(as_of(digest), reader.zone).date(), reader.locale
    named = sorted(set(days))
    on = [day_within(day, today, locale) for day in named[:MAX_DAYS]]
    if more := len(named[MAX_DAYS:]):
        on.append(sentence("days.more", locale, count=more))
    when = f" {listed(on, locale)}" if on else ""
    own = f"team.cause.{name}"
    id_ = own if isinstance(digest, TeamDigest) and has_sentence(own) else f"cause.{name}"
    return sentence(id_, locale, days=when, back=LONGEST_LOOK_BACK.days, command=command)


def _wider(digest: Digest | TeamDigest, why: str, reader: Reader) -> str:
    """How many days it covers, and why."""
    days = round((as_of(digest) - (digest.window.start or EPOCH)) / A_DAY)
    if days < 2:
        return sentence("digest.later", reader.locale, why=why)
    return sentence("digest.covers", reader.locale, count=days, why=why)
