"""Every message in every language: within Slack's limits, nothing cut off, and as its page shows it."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.demo.slack.limits import problems
from bot.text import LANGUAGES, SOURCE
from docs.drawn import GROUPS, messages_page, page_of, readers, undrawn

by_language = pytest.mark.parametrize("language", LANGUAGES)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts(each)


def cut(blocks: list[dict[str, Any]]) -> int:
    """How many texts end in an ellipsis: those that are cut off, and names of buttons that ask first."""
    return sum(text.endswith("…") for text in texts(blocks))


@by_language
def test_every_message_keeps_within_the_limits(language: str) -> None:
    reader, english = readers()[language], readers()[SOURCE]
    for messages in GROUPS.values():
        for name, message in messages.items():
            blocks, surface = message(reader)
            assert problems(blocks, surface) == [], name
            assert cut(blocks) == cut(message(english)[0]), name


@by_language
def test_the_page_is_as_make_docs_makes_it(language: str) -> None:
    assert page_of(language).read_text("utf-8") == messages_page(language), "run `make docs`"


@by_language
def test_no_sentence_is_in_no_message(language: str) -> None:
    assert undrawn(language) == []


def plain(value: Any) -> Iterator[str]:
    """What Slack shows to the letter."""
    if isinstance(value, dict):
        if value.get("type") in ("plain_text", "text", "raw_text"):
            yield value["text"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from plain(each)


def test_no_markup_is_shown_to_the_letter() -> None:
    for messages in GROUPS.values():
        for name, message in messages.items():
            blocks, _ = message(readers()[SOURCE])
            assert [text for text in plain(blocks) if "`/superoffice" in text] == [], name
