"""Secrets do not show."""

import pickle

import pytest

from bot.core.people import Link, Principal, SlackUser
from bot.core.secret import Secret


def test_it_shows_only_to_who_asks() -> None:
    secret = Secret("7T:abc")
    assert secret.reveal() == "7T:abc"
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>20}", f"{[secret]}"):
        assert "abc" not in shown


def test_it_compares_by_value_and_is_not_hashed() -> None:
    assert Secret("å") == Secret("å")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    with pytest.raises(TypeError):
        hash(Secret("a"))


def test_it_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret("a"))


def test_a_link_does_not_show_its_ticket(now: "object") -> None:
    link = Link(SlackUser("T1", "U1"), "onsite", Principal(1, 2, "A", "a"), now, now, Secret("7T:abc"))  # type: ignore[arg-type]
    assert "abc" not in repr(link)
