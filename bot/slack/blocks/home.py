"""The app's Home tab: how things stand for its reader, each with what can be done about it beside it.

Times are the reader's own, but for those of a digest, which are in its zone.
"""

from collections.abc import Iterator
from typing import Any

from bot.core.overview import Glance
from bot.core.replies import DigestNone, DigestState, Failed, Me, Reader
from bot.core.replies.home import Home, HomeChannel, InMessages, Newcomer
from bot.core.typed.filtertext import written
from bot.slack.blocks import channelbuttons, digestbuttons
from bot.slack.blocks.administration import last_outcome, standing_state
from bot.slack.blocks.digestproof import proof_bullets, proof_line
from bot.slack.blocks.digeststate import (
    changed_words,
    own_buttons,
    settings_fields,
    state_title,
    why_paused,
)
from bot.slack.blocks.draw import draw
from bot.slack.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    channel,
    confirm,
    conversations,
    date,
    divider,
    fields,
    header,
    literal,
    note,
    rich,
    section,
    shorten,
    span,
)
from bot.slack.blocks.notes import signed_in_until
from bot.slack.blocks.words import GAP, MAX_NAME
from bot.slack.carried import block_id, owned
from bot.text import sentence
from bot.text.dates import moment, zone_name

__all__ = ["home_view"]

#: Of what came of a button: the rest is shown below anyway.
MAX_SAID = 600
MAX_FILTER = 150
#: The numbers of blocks whose menus carry their reader.
DIGEST, CHANNEL = 0, 1


def home_view(home: Home, reader: Reader, command: str) -> dict[str, Any]:
    """The view, as ``views.publish`` takes it."""
    return {"type": "home", "blocks": _one_primary([*_blocks(home, reader, command)])}


def _one_primary(blocks: list[Block]) -> list[Block]:
    """Only the first thing to do stands out: Slack's own advice."""
    is_first = True
    for block in blocks:
        for element in block.get("elements", ()):
            if element.get("style") == "primary" and not is_first:
                del element["style"]
            is_first = is_first and element.get("style") != "primary"
    return blocks


def _blocks(home: Home, reader: Reader, command: str) -> Iterator[Block]:
    if home.said:
        yield section(_said(home, reader, command))
        yield divider()
    yield from _link(home, reader, command)
    may_use = home.newcomer is Newcomer.WELCOME
    if may_use:
        yield from _digest(home, reader, command)
        yield from _channels(home, reader)
        yield from _filters(home, reader)
    if home.glance:
        yield from _glance(home.glance, home, reader)
    yield divider()
    if may_use:
        yield actions(_plain("home.help", "home.help", reader))
    fallback = f"{moment(home.as_of, reader.zone, reader.locale)}, {zone_name(reader.zone, reader.locale)}"
    at = date(int(home.as_of.timestamp()), "{date_short_pretty} {time}", fallback)
    yield rich(span(f"{sentence('home.updated', reader.locale)} ", "italic"), at)


def _said(home: Home, reader: Reader, command: str) -> str:
    """What came of the button that was pressed last."""
    said = home.said
    if said is None or isinstance(said, InMessages):
        return sentence("home.in-messages", reader.locale)
    if isinstance(said, DigestState):  # the rest is shown below
        return changed_words(said, reader) or state_title(said, reader)
    text = shorten(draw(said, reader, command).text, MAX_SAID)
    if isinstance(said, Failed):
        return f"{text}\n{sentence('error.reference', reader.locale, reference=said.reference)}"
    return text


def _link(home: Home, reader: Reader, command: str) -> Iterator[Block]:
    """As whom, and until when; to whoever is not linked, what this is, in three lines."""
    if home.me:
        yield from _linked(home.me, reader, command)
        return
    yield header(sentence(f"home.{home.newcomer}.title", reader.locale))
    yield section(sentence(f"home.{home.newcomer}", reader.locale, command=command))
    if home.newcomer is Newcomer.WELCOME:
        yield actions(_plain("home.link", "button.link", reader, "primary"))


def _linked(me: Me, reader: Reader, command: str) -> Iterator[Block]:
    locale = reader.locale
    yield header(sentence("home.linked.title", locale))
    name = literal(shorten(" ".join(me.principal.full_name.split()), MAX_NAME)) or "–"
    who = GAP.join((sentence("home.as", locale, name=name), *filter(None, [literal(me.tenant)])))
    yield section(f"{who}\n{signed_in_until(me, reader, command)}")
    again = ("home.link-again", "primary") if me.ended else ("home.relink", "")
    unlink = _plain("unlink", "button.unlink", reader)
    question = confirm(
        sentence("unlink.title", locale, name=me.principal.full_name),
        sentence("unlink.what", locale),
        sentence("button.unlink", locale),
        sentence("button.keep", locale),
    )
    yield actions(_plain("home.link", again[0], reader, again[1]), {**unlink, "confirm": question})


def _digest(home: Home, reader: Reader, command: str) -> Iterator[Block]:
    """When it comes next, and what became of the last."""
    digest, locale = home.digest, reader.locale
    if home.me is None and isinstance(digest, DigestNone):
        return  # one thing after the other
    yield divider()
    yield header(sentence("home.digest.title", locale))
    if isinstance(digest, DigestNone):
        yield section(sentence("digest.none.what", locale))
        yield actions(digestbuttons.turn_on_at(reader, digest.offered), digestbuttons.choose(reader))
        return
    yield section(state_title(digest, reader))
    if digest.reason:
        yield section(why_paused(digest.reason, reader, command))
    when, following, _, what, *_ = settings_fields(digest, reader)
    yield fields(when, following, what)
    row = actions(*own_buttons(digest, reader), digestbuttons.history(reader))
    yield {**row, "block_id": block_id(DIGEST, owned(reader.user))}
    if home.last:
        yield note(sentence("home.last", locale))
        days = [moment(row.due_at, digest.zone, locale, home.as_of) for row in home.last]
        yield proof_bullets(days, [proof_line(row, digest.zone, reader) for row in home.last])


def _channels(home: Home, reader: Reader) -> Iterator[Block]:
    if not home.channels:
        return
    yield divider()
    yield header(sentence("home.channels.title", reader.locale))
    for row in home.channels:
        yield rich(*_channel(row, home, reader))
        yield actions(*channelbuttons.of_home(row, reader))
    if home.more_channels:
        yield note(sentence("home.channels.more", reader.locale, count=home.more_channels))


def _channel(row: HomeChannel, home: Home, reader: Reader) -> Iterator[Element]:
    """Which channel, when, whether it is on, when next, and what became of the last."""
    standing, locale = row.standing, reader.locale
    facts = [standing.schedule, zone_name(standing.zone, locale)]
    facts.append(standing_state(standing, home.as_of, reader))
    if standing.next_due:
        due = moment(standing.next_due, reader.zone, locale, home.as_of)
        facts.append(sentence("home.channels.next", locale, time=due))
    if standing.last:
        facts.append(last_outcome(standing.last, home.as_of, reader))
    yield channel(standing.channel)
    yield span(GAP + GAP.join(facts))


def _filters(home: Home, reader: Reader) -> Iterator[Block]:
    if not home.filters:
        return
    locale = reader.locale
    yield divider()
    yield header(sentence("home.filters.title", locale))
    for saved in home.filters:
        yield rich(span(saved.name, "bold"), span(f"{GAP}{shorten(written(saved.filter), MAX_FILTER)}"))
        value = owned(reader.user, saved.name)
        yield actions(
            button("filter.run", sentence("home.filters.run", locale), value),
            button("filter.remove", sentence("home.filters.remove", locale), value),
        )
    if home.more_filters:
        more = sentence("home.filters.more", locale, count=home.more_filters)
        yield actions(button("home.filters", more, owned(reader.user)))


def _glance(glance: Glance, home: Home, reader: Reader) -> Iterator[Block]:
    """The whole workspace in numbers: nothing in it names anybody, or a channel."""
    locale = reader.locale
    yield divider()
    yield header(sentence("home.glance.title", locale))
    for tenant, since in glance.troubles:
        time = moment(since, reader.zone, locale, home.as_of)
        yield section(sentence("home.glance.trouble", locale, tenant=literal(tenant), time=time))
    links = sentence(
        "home.glance.links", locale, links=glance.linked, over=glance.over, failing=glance.failing
    )
    yield section(links, _plain("home.links", "home.glance.links.show", reader))
    digests = sentence(
        "home.glance.digests", locale, own=glance.own, channels=glance.channels, paused=glance.paused
    )
    yield section(digests, _plain("home.digests", "home.glance.digests.show", reader))
    failures = sentence("home.glance.failures", locale, posted=glance.posted, failed=glance.failed)
    yield section(failures, _plain("home.failures", "home.glance.failures.show", reader))
    adoption = sentence(
        "home.glance.adoption", locale, asking=glance.asking, links=glance.linked, sharing=glance.sharing
    )
    choose = conversations("home.channel", sentence("home.glance.adoption.channel", locale))
    yield {**section(adoption, choose), "block_id": block_id(CHANNEL, owned(reader.user))}


def _plain(action: str, text: str, reader: Reader, style: str = "") -> Element:
    """A button that says what it does by its name alone."""
    return button(action, sentence(text, reader.locale), owned(reader.user), style)
