"""What one can do about a digest. The buttons carry their owner alone: nothing in them ever expires."""

from bot.core.replies import Reader
from bot.slack.blocks.elements import Element, button, confirm, option, select
from bot.slack.payload import SNOOZES, owned
from bot.text import sentence

__all__ = ["change", "digest_buttons", "show_all", "snooze", "stop"]


def digest_buttons(reader: Reader) -> list[Element]:
    """Change, snooze, stop. The id of their block carries the owner as well, for the menu."""
    return [change(reader), snooze(reader), stop(reader)]


def change(reader: Reader) -> Element:
    """Opens the times and filters to be changed."""
    return button("digest.change", sentence("digest.change", reader.locale), owned(reader.user))


def snooze(reader: Reader) -> Element:
    """For how long to be left in peace."""
    options = [option(sentence(f"digest.snooze.{until}", reader.locale), until) for until in SNOOZES]
    return select("digest.snooze", sentence("digest.snooze", reader.locale), *options)


def stop(reader: Reader) -> Element:
    """Asks once more."""
    locale, text = reader.locale, sentence("digest.stop", reader.locale)
    question = confirm(
        sentence("digest.stop.title", locale),
        sentence("digest.stop.text", locale),
        text,
        sentence("digest.stop.no", locale),
    )
    return {**button("digest.stop", text, owned(reader.user)), "confirm": question}


def show_all(reader: Reader, question: str) -> Element:
    """Asks for every company of the digest's window, page by page, beside the digest."""
    return button("digest.rest", sentence("button.all", reader.locale), question)
