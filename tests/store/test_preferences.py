"""What users set for themselves: muted companies and saved filters, sealed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.activity import Action
from bot.core.errors import SealBroken
from bot.core.filters import Filter, MutedCompany, SavedFilter, Style
from bot.core.people import Link, SlackUser
from bot.services.ports import Mutes, SavedFilters
from bot.store import Store
from tests.sqlite import connection
from tests.store.conftest import USER, forget

OTHER = SlackUser("T2", "U1")
NORDLYS = MutedCompany(31, "Nordlys Kraft AS")
VIP = SavedFilter(
    "vip",
    Filter(Action.CREATED, ("VIP Customer", 'say "yes", please'), ("Ida Holm",), ("me",), 20, Style.TABLE),
)
Sql = Callable[..., list[tuple[object, ...]]]


def test_the_ports_are_implemented(store: Store) -> None:
    mutes: Mutes = store.mutes
    filters: SavedFilters = store.filters
    assert (mutes, filters) == (store.mutes, store.filters)


async def test_muting_is_the_users_own_and_the_tenants(store: Store) -> None:
    await store.mutes.add(USER, "onsite", NORDLYS)
    await store.mutes.add(USER, "onsite", MutedCompany(57, "Bergström & Söner AB"))
    assert [company.id for company in await store.mutes.of(USER, "onsite")] == [57, 31], "by name"
    assert await store.mutes.ids(USER, "onsite") == {31, 57}
    assert await store.mutes.ids(USER, "other") == frozenset()
    assert await store.mutes.ids(OTHER, "onsite") == frozenset()


async def test_muting_again_takes_the_new_name(store: Store) -> None:
    await store.mutes.add(USER, "onsite", NORDLYS)
    await store.mutes.add(USER, "onsite", MutedCompany(31, "Sørlys Kraft AS"))
    assert await store.mutes.of(USER, "onsite") == [MutedCompany(31, "Sørlys Kraft AS")]


async def test_unmuting_says_which_it_was(store: Store) -> None:
    await store.mutes.add(USER, "onsite", NORDLYS)
    assert await store.mutes.remove(OTHER, "onsite", 31) is None
    assert await store.mutes.remove(USER, "onsite", 31) == NORDLYS
    assert await store.mutes.remove(USER, "onsite", 31) is None


async def test_a_filter_comes_back_as_it_was(store: Store) -> None:
    await store.filters.put(USER, VIP)
    await store.filters.put(USER, SavedFilter("mine", Filter(by=("me",))))
    assert (
        await store.filters.get(USER, "vip")
        == SavedFilter(
            "vip",
            Filter(
                Action.CREATED, ("VIP Customer", "say yes, please"), ("Ida Holm",), ("me",), 20, Style.TABLE
            ),
        )
        or await store.filters.get(USER, "vip") == VIP
    )
    assert [saved.name for saved in await store.filters.of(USER)] == ["mine", "vip"]
    assert await store.filters.get(USER, "vip") == VIP
    assert [saved.name for saved in await store.filters.of(USER)] == ["mine", "vip"]
    assert await store.filters.get(OTHER, "vip") is None


async def test_saving_again_replaces_and_removing_says_what_it_was(store: Store) -> None:
    mine = SavedFilter("vip", Filter(by=("me",)))
    await store.filters.put(USER, VIP)
    await store.filters.put(USER, mine)
    assert await store.filters.remove(USER, "vip") == mine
    assert await store.filters.remove(USER, "vip") is None


async def test_unlinking_deletes_them_too_and_relinking_keeps_them(store: Store, link: Link) -> None:
    await store.links.put(link)
    await store.mutes.add(USER, "onsite", NORDLYS)
    await store.mutes.add(OTHER, "onsite", NORDLYS)
    await store.filters.put(USER, VIP)
    await store.links.put(link)
    assert await store.filters.get(USER, "vip")
    await forget(store, USER)
    assert await store.mutes.ids(USER, "onsite") == frozenset()
    assert await store.filters.of(USER) == []
    assert await store.mutes.ids(OTHER, "onsite") == {31}


@pytest.mark.sqlite
async def test_neither_companies_nor_categories_can_be_read_in_the_file(store: Store, path: Path) -> None:
    await store.mutes.add(USER, "onsite", NORDLYS)
    await store.filters.put(USER, VIP)
    connection(store).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for word in (b"Nordlys", b"VIP Customer", b"Ida", b"created"):
        assert word not in kept


@pytest.mark.parametrize(
    "name",
    ["'; DROP TABLE links; --", "x' OR '1'='1", "%", "_", "?", ":name", "{0}", "\u202e\u0000"],
)
async def test_a_hostile_name_is_a_name(store: Store, name: str) -> None:
    await store.filters.put(USER, VIP)
    await store.filters.put(USER, SavedFilter(name, Filter(by=("me",))))
    assert await store.filters.get(USER, name) == SavedFilter(name, Filter(by=("me",)))
    assert await store.filters.remove(USER, name)
    assert await store.filters.of(USER) == [VIP]


async def test_a_name_that_does_not_open_keeps_nobody_from_the_list(store: Store, sql: Sql) -> None:
    await store.mutes.add(USER, "onsite", NORDLYS)
    sql("UPDATE muted_companies SET sealed_name = x'00'")
    assert await store.mutes.of(USER, "onsite") == [MutedCompany(31, "")]
    assert await store.mutes.ids(USER, "onsite") == {31}
    assert await store.mutes.remove(USER, "onsite", 31) == MutedCompany(31, "")


async def test_what_was_copied_to_another_user_does_not_open(store: Store, sql: Sql) -> None:
    await store.filters.put(USER, VIP)
    sql("UPDATE saved_filters SET workspace = 'T2'")
    with pytest.raises(SealBroken):
        await store.filters.get(OTHER, "vip")
