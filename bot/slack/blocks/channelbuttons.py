"""What one can do about a channel's digest. Each button carries its reader and the channel; none expires."""

from collections.abc import Iterator

from bot.core.replies import Consent, DigestState, Reader
from bot.core.replies.home import HomeChannel
from bot.core.subscription import State
from bot.slack.blocks.elements import Element, button, confirm
from bot.slack.carried import owned
from bot.slack.channelpayload import ANYBODY, carried_by
from bot.text import sentence

__all__ = [
    "adopt",
    "ask_admin",
    "decisions",
    "invitation",
    "narrow",
    "of_announcement",
    "of_consent",
    "of_headline",
    "of_home",
    "of_paused",
    "of_state",
    "removal",
    "set_up",
]


def of_state(reply: DigestState, reader: Reader) -> Iterator[Element]:
    """What its reader may do about it."""
    team = reply.team
    if team is None:
        return
    here = team.channel
    if team.may_configure:
        if reply.state != "on":
            yield _own("resume", here, reader, style="primary")
        elif reply.snoozed_until:
            yield _own("wake", here, reader, style="primary")
        yield _own("change", here, reader)
    yield _own("mine" if team.is_shared else "join", here, reader)
    if team.may_configure or team.is_shared:
        yield _own("preview", here, reader)
    yield _own("history", here, reader)
    if team.may_configure:
        if reply.state == "on":
            yield _own("pause", here, reader)
        yield _own("remove", here, reader)


def of_home(row: HomeChannel, reader: Reader) -> Iterator[Element]:
    """What one can do about a channel's from one's Home tab; who may is looked up when it is pressed."""
    here = row.standing.channel
    if row.is_shared:
        yield _own("mine", here, reader)
        yield {**_own("leave", here, reader), "confirm": _sure(reader.locale)}
    if row.is_owner:
        is_on = row.standing.state is State.ON
        yield _own("pause" if is_on else "resume", here, reader)
        yield _own("change", here, reader)


def set_up(channel: str, reader: Reader) -> Element:
    """Opens the form, where there is no digest yet."""
    text = sentence("button.channel.set-up", reader.locale)
    return button("channel.change", text, owned(reader.user, carried_by(channel)), "primary")


def adopt(channel: str, reader: Reader) -> Element:
    """For everybody; whoever may set the digest up becomes its owner."""
    text = sentence("button.channel.adopt", reader.locale)
    return button("channel.adopt", text, owned(ANYBODY, carried_by(channel)), "primary")


def of_announcement(channel: str, reader: Reader, *, tells_others: bool) -> list[Element]:
    """For everybody: each press asks of the presser's own. Other filters may tell more of what is shared."""
    value = owned(ANYBODY, carried_by(channel))

    def one(name: str, style: str = "") -> Element:
        return button(f"channel.{name}", sentence(f"button.channel.{name}", reader.locale), value, style)

    return [one("join", "primary"), *([one("mine")] if tells_others else []), one("show")]


def of_headline(reader: Reader) -> list[Element]:
    """For everybody, on a digest: about the channel that it stands in, whichever id that has by then."""
    value = owned(ANYBODY)
    return [
        button(f"channel.{name}", sentence(f"button.channel.{name}", reader.locale), value)
        for name in ("join", "mine", "change")
    ]


def of_paused(channel: str, reader: Reader) -> list[Element]:
    """Goes on, or is changed."""
    return [
        _own("resume", channel, reader, style="primary"),
        _own("change", channel, reader),
    ]


def narrow(channel: str, reader: Reader) -> Element:
    """Opens what is shared, to be changed."""
    return _own("narrow", channel, reader)


def invitation(channel: str, reader: Reader) -> Element:
    """Shows what would be shared."""
    return _own("join", channel, reader, style="primary")


def ask_admin(channel: str, line: str, reader: Reader) -> Element:
    """Lets an admin decide about a line."""
    return _own("ask", channel, reader, line, style="primary")


def decisions(channel: str, id_: int, reader: Reader) -> list[Element]:
    """For who may decide."""
    return [
        _own("approve", channel, reader, id_, style="primary"),
        _own("decline", channel, reader, id_),
    ]


def removal(channel: str, reader: Reader) -> list[Element]:
    """Whether it is meant."""
    return [
        _own("remove-now", channel, reader, style="danger"),
        _own("keep", channel, reader),
    ]


def of_consent(reply: Consent, reader: Reader) -> list[Element]:
    """Share, share less, share no more."""
    if reply.is_shared:
        leave = {**_own("leave", reply.channel, reader), "confirm": _sure(reader.locale)}
        return [_own("narrow", reply.channel, reader), leave]
    if reply.preview is None:
        return [_own("join", reply.channel, reader)]
    share = _own("share", reply.channel, reader, reply.share, style="primary")
    return [share, _own("narrow", reply.channel, reader)]


def _sure(locale: str) -> Element:
    return confirm(
        sentence("leave.title", locale),
        sentence("leave.text", locale),
        sentence("button.channel.leave", locale),
        sentence("leave.no", locale),
    )


def _own(name: str, channel: str, reader: Reader, rest: str | int = "", style: str = "") -> Element:
    text = sentence(f"button.channel.{name}", reader.locale)
    return button(f"channel.{name}", text, owned(reader.user, carried_by(channel, rest)), style)
