"""The digest's form: times, days and content in a modal, and what comes back of it as a typed line."""

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.core.digest import WhenEmpty
from bot.core.digestform import form_problems
from bot.core.errors import Problem
from bot.core.filters import Style
from bot.core.people import SlackUser
from bot.core.replies import DigestForm, Reader
from bot.core.requests import Ask, Conversation, Request
from bot.core.secret import Secret
from bot.slack.blocks.elements import (
    Block,
    Element,
    ask,
    chosen,
    multi_select,
    note,
    option,
    select,
    shorten,
    text_input,
)
from bot.slack.blocks.notes import problem_words
from bot.text import has_sentence, sentence
from bot.text.dates import zone_name

__all__ = ["DIGEST", "digest_modal", "submitted_digest"]

#: The modal's ``callback_id``.
DIGEST = "digest"
#: What one can choose without typing: each half hour, and the days that people choose most.
TIMES = tuple(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(0, 24 * 60, 30))
DAYS = (
    *("weekdays", "every day", "mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    *("1st", "15th", "last day", "1st mon", "last fri"),
)
MAX_TIMES, MAX_DAYS = 24, 12
MAX_ERROR = 300


def digest_modal(form: DigestForm, reader: Reader, command: str) -> dict[str, Any]:
    """The view. It remembers its reader's language, in which it says what is wrong when it comes back."""
    locale = reader.locale
    titles = {
        "title": "form.title",
        "submit": "form.turn-on" if form.is_new else "form.save",
        "close": "form.cancel",
    }
    return {
        "type": "modal",
        "callback_id": DIGEST,
        "private_metadata": locale,
        **{name: {"type": "plain_text", "text": sentence(id_, locale)} for name, id_ in titles.items()},
        "blocks": list(_blocks(form, reader, command)),
    }


def submitted_digest(body: Mapping[str, Any], command: str) -> Request | dict[str, str]:
    """The request in a ``view_submission`` payload; or what is wrong, by the ids of its blocks.

    Raises :class:`ValueError` and what else comes of a payload that is not as Slack describes it.
    Source: docs.slack.dev, "view_submission payload".
    """
    view = body["view"]
    form = _read(view["state"]["values"])
    if problems := form_problems(form):
        locale = view["private_metadata"]
        return {field: _in_plain(problem, locale, command) for field, problem in problems.items()}
    user = SlackUser(body["team"]["id"], body["user"]["id"])
    conversation = Conversation(user, "", Secret(""))
    return Request(f"submit:{body['trigger_id']}", conversation, Ask(f"digest {form.line}"), pressed=True)


def _blocks(form: DigestForm, reader: Reader, command: str) -> Iterator[Block]:
    """The fields: the name of each is its block's id, its element's ``action_id``, and in ``form.<name>``."""
    locale = reader.locale

    def named(name: str, element: Element, hint: str = "", *, optional: bool = False) -> Block:
        label = sentence(f"form.{name}", locale)
        return ask(name, label, {**element, "action_id": name}, hint, optional=optional)

    times = [option(time, time) for time in sorted(_with(TIMES, form.times))]
    yield named("times", multi_select(times, form.times, MAX_TIMES), sentence("form.times.hint", locale))
    days = [option(_day(each, locale), each) for each in _with(DAYS, form.days)]
    yield named("days", multi_select(days, form.days, MAX_DAYS))
    own = sentence("form.zone.hint", locale, zone=zone_name(reader.zone, locale))
    yield named("zone", text_input(form.zone, "Europe/Oslo"), own, optional=True)
    hint = sentence("form.filter.hint", locale)
    yield named("filter", text_input(form.filter, 'category:"VIP Customer" not:me'), hint, optional=True)
    styles = [option(sentence(f"menu.style.{style}", locale), style) for style in Style]
    yield named("style", chosen(select("style", "", *styles), form.style))
    empties = [option(sentence(f"form.empty.{each}", locale), each) for each in WhenEmpty]
    yield named("empty", chosen(select("empty", "", *empties), form.when_empty))
    yield named(
        "country", text_input(form.country, "NO"), sentence("form.country.hint", locale), optional=True
    )
    yield note(sentence("form.more", locale, command=command))


def _with(usual: Sequence[str], set_: Sequence[str]) -> list[str]:
    """What one can choose: the usual, and what is set already."""
    return list(dict.fromkeys((*usual, *set_)))


def _day(words: str, locale: str) -> str:
    id_ = f"days.{words.replace(' ', '-')}"
    return sentence(id_, locale) if has_sentence(id_) else words


def _read(values: Mapping[str, Mapping[str, Any]]) -> DigestForm:
    """The form in a view's state."""

    def text(name: str) -> str:
        return (values[name][name].get("value") or "").strip()

    def many(name: str) -> tuple[str, ...]:
        return tuple(each["value"] for each in values[name][name]["selected_options"])

    def one(name: str) -> str:
        return str(values[name][name]["selected_option"]["value"])

    return DigestForm(
        times=tuple(sorted(many("times"))),
        days=many("days"),
        zone=text("zone"),
        country=text("country"),
        filter=text("filter"),
        style=Style(one("style")),
        when_empty=WhenEmpty(one("empty")),
    )


def _in_plain(problem: Problem, locale: str, command: str) -> str:
    """What is wrong, where Slack formats nothing: quotes for back-ticks, nothing escaped."""
    words = html.unescape(problem_words(problem, locale, command))
    return shorten(words.replace("`", '"'), MAX_ERROR)
