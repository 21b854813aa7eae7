"""What one can do about a digest. The buttons carry their owner alone: nothing in them ever expires."""

from functools import cache

from bot.core.replies import Reader
from bot.slack.blocks.elements import Element, button, confirm, option, select
from bot.slack.carried import SNOOZES, owned
from bot.text import sentence

__all__ = [
    "change",
    "choose",
    "digest_buttons",
    "end_snooze",
    "history",
    "preview",
    "show_all",
    "snooze",
    "stop",
    "turn_off",
    "turn_on",
    "turn_on_at",
]


def digest_buttons(reader: Reader) -> list[Element]:
    """Change, snooze, stop. The id of their block carries the owner as well, for the menu."""
    return [change(reader), snooze(reader), stop(reader)]


def change(reader: Reader) -> Element:
    """Opens the times and filters to be changed."""
    return button("digest.change", sentence("digest.change", reader.locale), owned(reader.user))


def snooze(reader: Reader) -> Element:
    """For how long to be left in peace."""
    return _snooze(reader.locale)


@cache
def _snooze(locale: str) -> Element:
    """Made once: nobody changes it."""
    options = [option(sentence(f"digest.snooze.{until}", locale), until) for until in SNOOZES]
    return select("digest.snooze", sentence("digest.snooze", locale), *options)


def stop(reader: Reader) -> Element:
    """Asks once more."""
    text = sentence("digest.stop", reader.locale)
    return {**button("digest.stop", text, owned(reader.user)), "confirm": _sure(reader.locale)}


@cache
def _sure(locale: str) -> Element:
    """Made once: nobody changes it."""
    return confirm(
        sentence("digest.stop.title", locale),
        sentence("digest.stop.text", locale),
        sentence("digest.stop", locale),
        sentence("digest.stop.no", locale),
    )


def show_all(reader: Reader, question: str) -> Element:
    """Asks for every company of the digest's window, page by page, beside the digest."""
    return button("digest.rest", sentence("button.all", reader.locale), question)


def choose(reader: Reader) -> Element:
    """Opens the same as :func:`change`, where there is nothing yet to be changed."""
    return button("digest.change", sentence("digest.choose", reader.locale), owned(reader.user))


def turn_on(reader: Reader) -> Element:
    """Goes on as it was set."""
    return button("digest.on", sentence("digest.turn-on", reader.locale), owned(reader.user), "primary")


def turn_on_at(reader: Reader, schedule: str) -> Element:
    """Begins with a schedule, which it names."""
    text = sentence("digest.turn-on.at", reader.locale, schedule=schedule)
    return button("digest.at", text, owned(reader.user, schedule), "primary")


def end_snooze(reader: Reader) -> Element:
    """Goes on at once."""
    return button("digest.wake", sentence("digest.end-snooze", reader.locale), owned(reader.user), "primary")


def history(reader: Reader) -> Element:
    """Shows what became of the last ones."""
    return button("digest.history", sentence("button.channel.history", reader.locale), owned(reader.user))


def turn_off(reader: Reader) -> Element:
    """Without a question: what takes its place says how to undo it."""
    return button("digest.off", sentence("digest.turn-off", reader.locale), owned(reader.user))


def preview(reader: Reader) -> Element:
    """Shows what would be sent now."""
    return button("digest.preview", sentence("digest.preview", reader.locale), owned(reader.user))
