"""Below the companies: which part this is, what is left out and why, and where to go from here."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache

from bot.core.activity import Action
from bot.core.filters import Filter, Reason, Style
from bot.core.replies import ActivityAnswer, Reader
from bot.core.requests import Page
from bot.core.typed.filtertext import written
from bot.core.window import Window, known_time, mark
from bot.slack.blocks.companies import company_select
from bot.slack.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    confirm,
    context,
    divider,
    escape,
    menu,
    option,
    shorten,
)
from bot.slack.blocks.words import GAP
from bot.slack.carried import REFRESH, Asked, block_id, marks, owned
from bot.text import sentence
from bot.text.dates import clock

__all__ = [
    "FOOTER",
    "asked_of_superoffice",
    "filtered",
    "footer",
    "hidden",
    "left_out",
    "looked",
    "page_buttons",
]

#: The number of the footer's block in its id; rows count up from 0.
FOOTER = 99
MAX_LISTED = 300
#: So many companies.
WORTH_A_CHART = 4
TICK = timedelta(microseconds=1)


def footer(reply: ActivityAnswer, reader: Reader, question: str) -> Iterator[Block]:
    """The grey lines, then the buttons; ``question`` asks for the same page."""
    lines = [
        *_position(reply, reader),
        *hidden(reply.dropped, reply.filter, reader),
        *filtered(reply.filter, reader),
    ]
    if lines:
        yield divider()
        yield context(GAP.join(lines))
    yield _buttons(reply, reader, question)


def left_out(
    dropped: Mapping[Reason, int], filter_: Filter, reader: Reader, *, ranked: bool = False
) -> list[str]:
    """What this bot left out, by reason, in words: ``2 your own``.

    ``ranked``: what matters comes first, not the newest.
    """
    names = {Reason.TOP: "beyond-top"} if ranked else {}
    return [
        sentence(
            f"hidden.{names.get(reason, reason)}",
            reader.locale,
            count=dropped[reason],
            top=filter_.top or 0,
        )
        for reason in Reason
        if dropped.get(reason)
    ]


def hidden(
    dropped: Mapping[Reason, int], filter_: Filter, reader: Reader, *, ranked: bool = False
) -> Iterator[str]:
    """How many are left out, and why."""
    if dropped:
        reasons = ", ".join(left_out(dropped, filter_, reader, ranked=ranked))
        number = sum(dropped.values())
        yield sentence("footer.hidden", reader.locale, number=number, reasons=reasons)


def looked(filter_: Filter, reader: Reader) -> str:
    """What an empty answer proves."""
    if not filter_.at_the_crm:
        return sentence("answer.empty.looked", reader.locale)
    what = escape(asked_of_superoffice(filter_, reader))
    return sentence("answer.none-fits.looked", reader.locale, what=what)


def asked_of_superoffice(filter_: Filter, reader: Reader) -> str:
    """What SuperOffice was told to leave everything else out for: actions and categories, in words."""
    wanted = Action(0) if filter_.actions is None else filter_.actions
    acted = [sentence(f"action.{flag.name}".lower(), reader.locale) for flag in Action if flag in wanted]
    return shorten(", ".join((*acted, *filter_.categories)), MAX_LISTED)


def _position(reply: ActivityAnswer, reader: Reader) -> Iterator[str]:
    """Which part of all this is, unless it is all."""
    shown = len(reply.rows) + len(reply.later)
    if shown != reply.total:
        first, last = reply.offset + 1, reply.offset + shown
        time = clock(reply.as_of, reader.zone, reader.locale)
        yield sentence("answer.page", reader.locale, first=first, last=last, total=reply.total, time=time)
    if reply.moved:
        yield sentence("answer.moved", reader.locale, count=reply.moved)


def filtered(filter_: Filter, reader: Reader) -> Iterator[str]:
    """What was filtered by: what SuperOffice was asked for alone, and whose latest activity counts."""
    if filter_.at_the_crm:
        yield sentence("footer.only", reader.locale, what=asked_of_superoffice(filter_, reader))
    if filter_.by or filter_.not_by:
        people = written(Filter(by=filter_.by, not_by=filter_.not_by))
        yield sentence("footer.people", reader.locale, people=shorten(people, MAX_LISTED))


def _buttons(reply: ActivityAnswer, reader: Reader, question: str) -> Block:
    shown = len(reply.rows) + len(reply.later)
    last = (*reply.rows, *reply.later)[-1:]
    following = replace(reply.page, offset=reply.offset + shown, after=mark(last[0]) if last else None)
    buttons = page_buttons(reply.asked, reply.page, following, reply.total, reader)
    buttons += [
        *_catchup(reply, reader),
        *_chart(reply, reader),
        *_share(reply, reader),
        *_why(reply, reader, question),
    ]
    rows = [] if reply.style is Style.FULL else [*reply.rows, *reply.later]
    block = actions(*buttons, *company_select(rows, reader), _view(reply, reader, question))
    return {**block, "block_id": block_id(FOOTER, question)}


def page_buttons(asked: str, page: Page, following: Page, total: int, reader: Reader) -> list[Element]:
    """To the first page and to the ``following``, where there are such."""
    buttons = []
    if page.offset:
        newest = Asked(asked, replace(page, offset=0, after=None))
        buttons.append(_button("page.newest", sentence("button.newest", reader.locale), newest, reader))
    rest = total - following.offset
    if rest > 0:
        text = sentence("button.next", reader.locale, count=min(rest, following.offset - page.offset))
        buttons.append(_button("page.next", text, Asked(asked, following), reader))
    return buttons


def _catchup(reply: ActivityAnswer, reader: Reader) -> Iterator[Element]:
    if reply.caught_up_at:
        since = Asked(reply.asked, Page(0, Window(reply.caught_up_at), reply.style))
        yield _button("page.catchup", sentence("button.catchup", reader.locale), since, reader)


def _chart(reply: ActivityAnswer, reader: Reader) -> Iterator[Element]:
    """Of a few companies a list shows more than a picture."""
    if reply.count >= WORTH_A_CHART:
        asked = Asked(reply.asked, Page(0, reply.window, reply.style))
        yield _button("page.chart", sentence("button.chart", reader.locale), asked, reader)


def _share(reply: ActivityAnswer, reader: Reader) -> Iterator[Element]:
    """Shared is what the reader has seen: these companies, and nothing that happens from now on.

    Something may have happened in the very second of the answer, or be ahead of the server's own clock.
    """
    if not (reply.shareable and reply.rows):
        return
    seen_at = [reply.as_of, *(time + TICK for row in reply.rows if (time := known_time(row)))]
    seen = Window(reply.window.start, reply.window.end or max(seen_at))
    asked = Asked(reply.asked, Page(reply.offset, seen, reply.style))
    value = f"{marks(*map(mark, reply.rows))}|{asked.encode()}"
    share = button("share", sentence("button.share", reader.locale), owned(reader.user, value))
    yield {**share, "confirm": _sure(reader.locale, reply.principal.full_name)}


def _sure(locale: str, name: str) -> Element:
    return confirm(
        sentence("share.confirm.title", locale),
        sentence("share.confirm.text", locale, name=shorten(name, 100)),
        sentence("share.confirm.yes", locale),
        sentence("share.confirm.no", locale),
    )


def _why(reply: ActivityAnswer, reader: Reader, question: str) -> Iterator[Element]:
    if reply.dropped or reply.filter.at_the_crm:
        yield button("why", sentence("button.why", reader.locale), question)


def _view(reply: ActivityAnswer, reader: Reader, question: str) -> Element:
    """The other styles, and the same once more; a menu of one line would be a button."""
    if not reply.total:
        return button("page.newest", sentence("menu.refresh", reader.locale), question)
    return _styles(reader.locale, reply.style)


@cache
def _styles(locale: str, shown: Style) -> Element:
    """Made once: nobody changes it."""
    styles = [style for style in Style if style is not shown]
    options = [option(sentence(f"menu.style.{style}", locale), style) for style in styles]
    return menu("view", [*options, option(sentence("menu.refresh", locale), REFRESH)])


def _button(action: str, text: str, asked: Asked, reader: Reader) -> Element:
    return button(action, text, owned(reader.user, asked.encode()))
