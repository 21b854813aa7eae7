"""How people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audience import Channel, Crowd, Refusal, may_be_shareable, refusal
from bot.core.languages import every_language, in_language
from bot.core.typed.spelling import comparable, nearest, normalise


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text())
def test_comparing_takes_no_notice_of_case(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  today \u00a0 ,", "today"),
        ("“VIP”", '"VIP"'),
        ("O’Brien", "O'Brien"),
        ("catch—up", "catch-up"),
        ("to\u200bday.", "today"),
        ("ｔｏｄａｙ", "today"),
        ("by：me", "by:me"),
    ],
)
def test_phones_and_copies_are_undone(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


def test_the_nearest_comes_as_it_is_written() -> None:
    assert nearest("vip custmer", ["Customer", "VIP Customer"]) == "VIP Customer"
    assert nearest("vpi", ["Customer", "VIP Customer"]) == "VIP Customer", "a word of it is enough"
    assert nearest("customer", ["VIP Customer", "Customer"]) == "Customer", "all of it is better"
    assert nearest("x", ["Customer"]) == ""


RAW = 'US:"VIP Customer";NO:"VIP-kunde";SW:"VIP-kund"'


@pytest.mark.parametrize(
    ("text", "locale", "shown"),
    [
        (RAW, "en-US", "VIP Customer"),
        (RAW, "nb-NO", "VIP-kunde"),
        (RAW, "nn", "VIP-kunde"),
        (RAW, "sv_SE", "VIP-kund"),
        (RAW, "de-DE", "VIP Customer"),
        ('NO:"Kunde";GE:"Kunde (D)"', "fr-FR", "Kunde"),
        ('NO:"Kunde";', "nb-NO", "Kunde"),
        ("Customer", "nb-NO", "Customer"),
        ('say US:"no"', "en", 'say US:"no"'),
        ('US:"unclosed', "en", 'US:"unclosed'),
        ('US:""', "en", ""),
    ],
)
def test_languages(text: str, locale: str, shown: str) -> None:
    assert in_language(text, locale) == shown
    assert shown in every_language(text) or not shown


@given(st.text() | st.text(alphabet='USNO:";x').map(lambda text: f'US:"{text}'), st.text(max_size=8))
def test_any_text_is_shown_in_any_language(text: str, locale: str) -> None:
    assert in_language(text, locale) in (*every_language(text), "")


SALES = Channel("C1", is_member=True)


@pytest.mark.parametrize(
    ("channel", "guests", "expected"),
    [
        (SALES, False, None),
        (SALES, True, Refusal.GUESTS),
        (Channel("C1"), True, Refusal.NOT_INVITED),
        (Channel("C1", is_member=True, is_pending=True), True, Refusal.PENDING),
        (Channel("C1", is_external=True, is_pending=True), False, Refusal.EXTERNAL),
        (Channel("C1", is_member=True, is_archived=True), False, Refusal.ARCHIVED),
        (Channel("D1", is_member=True, is_direct=True), False, Refusal.DIRECT),
    ],
)
def test_who_may_not_read(channel: Channel, guests: bool, expected: Refusal | None) -> None:
    assert refusal(channel, Crowd(guests=int(guests))) is expected


def test_sharing_is_not_offered_in_direct_messages() -> None:
    assert may_be_shareable("C1")
    assert may_be_shareable("G1")
    assert not may_be_shareable("D1")
    assert not may_be_shareable("")
