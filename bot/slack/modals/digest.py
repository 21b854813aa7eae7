"""A digest's form, one's own or a channel's: settings in a modal, which come back as a typed line."""

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.core.channeldigest import MAX_FILTER, Grouping, Layout
from bot.core.digest import WhenEmpty
from bot.core.digestform import form_problems
from bot.core.errors import Problem
from bot.core.filters import Style
from bot.core.people import SlackUser
from bot.core.replies import DigestForm, Reader, TeamForm
from bot.core.requests import Ask, Conversation, Do, Request
from bot.core.secret import Secret
from bot.slack.blocks.elements import (
    MAX_TYPED,
    Block,
    Element,
    ask,
    channel,
    chosen,
    multi_select,
    note,
    option,
    rich,
    section,
    select,
    shorten,
    span,
    text_input,
    users,
)
from bot.slack.blocks.notes import problem_words
from bot.text import has_sentence, percent, sentence
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
#: Percents of the participants.
QUORUMS = (0, 25, 50, 75, 90, 100)
MAX_INVITED = 50
MAX_ERROR = 300


def digest_modal(form: DigestForm, reader: Reader, command: str) -> dict[str, Any]:
    """The view. It remembers its reader's language, in which it says what is wrong when it comes back.

    What it remembers of a channel is no proof of anything: who submits it is looked up there again.
    """
    locale, team = reader.locale, form.team
    remembered = {"locale": locale, "is_new": form.is_new, "channel": team.channel if team else ""}
    titles = {"title": "form.channel.title" if team else "form.title", "close": "form.cancel"}
    if not (team and team.is_managed):
        titles["submit"] = _submit(form)
    return {
        "type": "modal",
        "callback_id": DIGEST,
        "private_metadata": json.dumps(remembered),
        **{name: {"type": "plain_text", "text": sentence(id_, locale)} for name, id_ in titles.items()},
        "blocks": list(_blocks(form, reader, command)),
    }


def _submit(form: DigestForm) -> str:
    if form.team and form.team.is_request:
        return "form.request"
    return "form.turn-on" if form.is_new else "form.save"


def submitted_digest(body: Mapping[str, Any], command: str) -> Request | dict[str, str]:
    """The request in a ``view_submission`` payload; or what is wrong, by the ids of its blocks.

    Raises :class:`ValueError` and what else comes of a payload that is not as Slack describes it.
    Source: docs.slack.dev, "view_submission payload".
    """
    view = body["view"]
    remembered = json.loads(view["private_metadata"])
    form = _read(view["state"]["values"], remembered)
    if problems := form_problems(form):
        locale = remembered["locale"]
        return {field: _in_plain(problem, locale, command) for field, problem in problems.items()}
    user = SlackUser(body["team"]["id"], body["user"]["id"])
    conversation = Conversation(user, remembered["channel"], Secret(""))
    wish = Do(form.line, form.team.invited) if form.team else Ask(form.line)
    return Request(f"submit:{body['trigger_id']}", conversation, wish, pressed=True)


def _blocks(form: DigestForm, reader: Reader, command: str) -> Iterator[Block]:
    """The fields: the name of each is its block's id, its element's ``action_id``, and in ``form.<name>``."""
    locale, team = reader.locale, form.team
    if team:
        yield rich(span(f"{sentence('form.channel.goes-to', locale)} "), channel(team.channel))
    if team and team.is_managed:
        yield section(sentence("denied.managed", locale, command=command))
        return
    if team:
        yield note(sentence("form.channel.request" if team.is_request else "form.channel.what", locale))
    yield from _when(form, reader)
    yield from _what(form, reader)
    if team:
        yield from _of_team(team, locale)
    line = f"{command} {form.verb}"
    yield note(sentence("form.more", locale, line=line))


def _named(name: str, locale: str, element: Element, hint: str = "", *, optional: bool = False) -> Block:
    label = sentence(f"form.{name}", locale)
    return ask(name, label, {**element, "action_id": name}, hint, optional=optional)


def _when(form: DigestForm, reader: Reader) -> Iterator[Block]:
    locale = reader.locale
    times = [option(time, time) for time in sorted(_with(TIMES, form.times))]
    hint = sentence("form.times.hint", locale)
    yield _named("times", locale, multi_select(times, form.times, MAX_TIMES), hint)
    days = [option(_day(each, locale), each) for each in _with(DAYS, form.days)]
    yield _named("days", locale, multi_select(days, form.days, MAX_DAYS))
    own = "form.channel.zone.hint" if form.team else "form.zone.hint"
    hint = sentence(own, locale, zone=zone_name(reader.zone, locale))
    yield _named("zone", locale, text_input(form.zone, "Europe/Oslo"), hint, optional=True)


def _what(form: DigestForm, reader: Reader) -> Iterator[Block]:
    locale = reader.locale
    hint = sentence("form.channel.filter.hint" if form.team else "form.filter.hint", locale)
    example = f'category:"VIP Customer" {"top:20" if form.team else "not:me"}'
    most = MAX_FILTER if form.team else MAX_TYPED
    yield _named("filter", locale, text_input(form.filter, example, most), hint, optional=True)
    full = "form.channel.style.full" if form.team else "menu.style.full"
    names = {**{style: f"menu.style.{style}" for style in Style}, Style.FULL: full}
    styles = [option(sentence(name, locale), style) for style, name in names.items()]
    yield _named("style", locale, chosen(select("style", "", *styles), form.style))
    empties = [option(sentence(f"form.empty.{each}", locale), each) for each in WhenEmpty]
    yield _named("empty", locale, chosen(select("empty", "", *empties), form.when_empty))
    hint = sentence("form.country.hint", locale)
    yield _named("country", locale, text_input(form.country, "NO"), hint, optional=True)


def _of_team(team: TeamForm, locale: str) -> Iterator[Block]:
    groupings = [option(sentence(f"grouping.{each}", locale), each) for each in Grouping]
    yield _named("group", locale, chosen(select("group", "", *groupings), team.grouping))
    layouts = [option(sentence(f"layout.{each}", locale), each) for each in Layout]
    yield _named("layout", locale, chosen(select("layout", "", *layouts), team.layout))
    percents = [_quorum(each, locale) for each in sorted({*QUORUMS, team.quorum})]
    hint = sentence("form.quorum.hint", locale)
    yield _named("quorum", locale, chosen(select("quorum", "", *percents), str(team.quorum)), hint)
    if not team.is_request:
        hint = sentence("form.invited.hint", locale)
        yield _named("invited", locale, users(team.invited, MAX_INVITED), hint, optional=True)


def _quorum(of_a_hundred: int, locale: str) -> Element:
    id_ = f"quorum.{of_a_hundred}" if of_a_hundred in (0, 100) else "quorum"
    return option(sentence(id_, locale, percent=percent(of_a_hundred, locale)), str(of_a_hundred))


def _with(usual: Sequence[str], set_: Sequence[str]) -> list[str]:
    """What one can choose: the usual, and what is set already."""
    return list(dict.fromkeys((*usual, *set_)))


def _day(words: str, locale: str) -> str:
    id_ = f"days.{words.replace(' ', '-')}"
    return sentence(id_, locale) if has_sentence(id_) else words


def _read(values: Mapping[str, Mapping[str, Any]], remembered: Mapping[str, Any]) -> DigestForm:
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
        is_new=bool(remembered["is_new"]),
        team=_read_team(values, str(remembered["channel"])) if remembered["channel"] else None,
    )


def _read_team(values: Mapping[str, Mapping[str, Any]], channel_id: str) -> TeamForm:
    """What a channel's form has beside."""
    invited = values.get("invited", {}).get("invited", {}).get("selected_users") or ()
    return TeamForm(
        channel_id,
        Grouping(values["group"]["group"]["selected_option"]["value"]),
        Layout(values["layout"]["layout"]["selected_option"]["value"]),
        int(values["quorum"]["quorum"]["selected_option"]["value"]),
        tuple(map(str, invited)),
    )


def _in_plain(problem: Problem, locale: str, command: str) -> str:
    """What is wrong, where Slack formats nothing: quotes for back-ticks, nothing escaped."""
    words = html.unescape(problem_words(problem, locale, command))
    return shorten(words.replace("`", '"'), MAX_ERROR)
