"""What the buttons about channels' digests carry: the channel's id, and what is asked for there.

The id is no proof of anything: who presses is looked up in that channel each time.
"""

from collections.abc import Callable, Mapping

from bot.core.requests import Ask, AskAdmin, Decide, Decline, Do, Wish

__all__ = ["ANYBODY", "ANYBODYS", "CHANNEL_ACTIONS", "CHANNEL_BESIDE", "carried_by", "channel_wish"]

#: In place of an owner: whoever sees the button may press it.
ANYBODY = "*"
#: What such a button may ask for. Each asks of the presser's own, shows, or asks first whether they may; what
#: it leads to is beside the message, which is everybody's.
ANYBODYS = ("channel.adopt", "channel.join", "channel.show", "channel.mine", "channel.change")

_WISHES: Mapping[str, Callable[[str], Wish]] = {
    "channel.join": lambda _: Ask("channel join"),
    "channel.show": lambda _: Ask("channel show"),
    "channel.adopt": lambda _: Ask("channel adopt"),
    "channel.change": lambda _: Ask("channel"),
    "channel.preview": lambda _: Ask("channel preview"),
    "channel.history": lambda _: Ask("channel history"),
    "channel.pause": lambda _: Ask("channel pause"),
    "channel.resume": lambda _: Ask("channel resume"),
    "channel.wake": lambda _: Ask("channel snooze off"),
    "channel.remove": lambda _: Ask("channel remove"),
    "channel.remove-now": lambda _: Do("channel remove now"),
    "channel.keep": lambda _: Decline(),
    "channel.share": lambda line: Do(f"channel join now {line}".rstrip()),
    "channel.narrow": lambda _: Ask("channel narrow"),
    "channel.leave": lambda _: Ask("channel leave"),
    "channel.mine": lambda _: Ask("channel mine"),
    "channel.ask": AskAdmin,
    "channel.approve": lambda id_: Decide(int(id_), approve=True),
    "channel.decline": lambda id_: Decide(int(id_), approve=False),
}
#: Every button about a channel's digest.
CHANNEL_ACTIONS = tuple(_WISHES)
#: What leaves the message as it is.
CHANNEL_BESIDE = (
    *("channel.adopt", "channel.join", "channel.show", "channel.change"),
    *("channel.preview", "channel.history", "channel.narrow"),
)


def carried_by(channel: str, rest: str | int = "") -> str:
    """What a button carries, beside its owner."""
    return f"{channel} {rest}".rstrip()


def channel_wish(action: str, carried: str) -> tuple[str, Wish]:
    """The channel that a button is about, and what it asks for. Raises :class:`ValueError`."""
    channel, _, rest = carried.partition(" ")
    return channel, _WISHES[action](rest)
