"""What is stored about people: every table is known, shown and forgotten, to the last byte."""

import re
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from bot.core.audit import Deed, Departure, Retention
from bot.core.filters import Filter, MutedCompany, SavedFilter
from bot.core.people import Link, SlackUser
from bot.core.replies import Withheld
from bot.core.secret import DatabaseUrl, Secret
from bot.services.ports import Invitation
from bot.store import Store, connected
from bot.store.database import micros
from bot.store.personal import NOBODYS, PERSONAL, PersonalTable, StoredPersonal
from bot.store.retention import AGEING
from bot.text import sentence
from tests.conftest import NOW
from tests.sqlite import connection
from tests.store.conftest import KEY, TICKET, USER, forget

OTHER = SlackUser("T1", "U0KEEPME")
#: Names of columns that hold somebody, whatever the table.
SOMEBODY = re.compile(
    r"user|users|workspace|actor|subject|owner|author|participant|member|people|person|associate|login|e?mail"
    r"|\w*_(user|by|to|name|email|login|person|associate)(_id)?|(user|person|associate)_id|full_name"
)


def schema(store: Store) -> dict[str, set[str]]:
    """The columns of every table."""
    query = (
        "SELECT tables.name, columns.name FROM pragma_table_list AS tables "
        "JOIN pragma_table_xinfo(tables.name) AS columns "
        "WHERE tables.schema = 'main' AND tables.name NOT LIKE 'sqlite@_%' ESCAPE '@'"
    )
    found: dict[str, set[str]] = {}
    for table, column in connection(store).execute(query):
        found.setdefault(table, set()).add(column)
    return found


def refers_to(store: Store, table: str) -> set[str]:
    """The tables that its foreign keys refer to."""
    query = 'SELECT "table" FROM pragma_foreign_key_list(?)'
    return {name for (name,) in connection(store).execute(query, (table,))}


# ---------------------------------------------------------------- every table


@pytest.mark.sqlite
def test_every_table_is_somebodys_or_nobodys(store: Store) -> None:
    """Put a new table into PERSONAL, or into NOBODYS with the reason."""
    personal = {table.name for table in PERSONAL}
    assert schema(store).keys() == personal | NOBODYS.keys()
    assert not personal & NOBODYS.keys()


@pytest.mark.sqlite
def test_what_is_nobodys_has_no_column_for_somebody(store: Store) -> None:
    personal = {table.name for table in PERSONAL}
    for table, columns in schema(store).items():
        if table in NOBODYS:
            assert not [column for column in columns if SOMEBODY.fullmatch(column)], table
            assert not refers_to(store, table) & personal, table


@pytest.mark.parametrize(
    "column", ["user", "workspace", "created_by", "user_id", "full_name", "email", "owner"]
)
def test_a_column_for_somebody_is_recognised(column: str) -> None:
    assert SOMEBODY.fullmatch(column)


@pytest.mark.sqlite
def test_what_refers_to_others_is_emptied_before_them(store: Store) -> None:
    order = [table.name for table in PERSONAL]
    for position, table in enumerate(order):
        assert not refers_to(store, table) & set(order[:position]), table
    assert order[-1] == "pseudonyms", "until then what stays can be found"


@pytest.mark.sqlite
def test_what_stays_has_no_column_for_somebody_but_pseudonyms(store: Store) -> None:
    for table in PERSONAL:
        if table.stays:
            kinds = connection(store).execute("SELECT name, type FROM pragma_table_xinfo(?)", (table.name,))
            named = [name for name, kind in kinds if SOMEBODY.fullmatch(name) and kind != "BLOB"]
            assert named == [], table.name


def test_every_table_has_its_words() -> None:
    for table in PERSONAL:
        assert sentence(f"meaning.{table.name}")
        assert sentence(f"stored.{table.name}", count=2)


@pytest.mark.sqlite
def test_what_ages_is_in_the_schema_and_has_its_setting(store: Store) -> None:
    for ageing in AGEING:
        assert ageing.column in schema(store)[ageing.table]
        assert getattr(Retention(), ageing.kept) > timedelta(0)


@pytest.mark.sqlite
async def test_rows_that_are_somebodys_through_another_table(store: Store) -> None:
    """As those of a subscription are: no column of theirs names anybody."""
    connection(store).executescript("""
        CREATE TABLE parents (id INTEGER PRIMARY KEY, workspace TEXT, user TEXT);
        CREATE TABLE children (parent INTEGER REFERENCES parents, word TEXT);
        INSERT INTO parents VALUES (1, 'T1', 'U1'), (2, 'T1', 'U2');
        INSERT INTO children VALUES (1, 'hers'), (1, 'hers too'), (2, 'his');
    """)
    parents = PersonalTable("parents")
    tables = (parents.child("children", "parent"), parents, *PERSONAL)
    personal = StoredPersonal(store.db, store.sealer, store.pseudonyms, store.audit, tables)
    exported = await personal.export(SlackUser("T1", "U1"))
    assert [row["word"] for row in exported["children"]] == ["hers", "hers too"]
    erasure = await personal.forget(SlackUser("T1", "U1"), Departure.ASKED, NOW)
    assert (erasure.gone["children"], erasure.gone["parents"]) == (2, 1)
    assert connection(store).execute("SELECT word FROM children").fetchall() == [("his",)]


# ---------------------------------------------------------------- shown


async def test_everything_is_shown_but_no_credential(
    store: Store, link: Link, invitation: Invitation
) -> None:
    await store.links.put(link)
    await store.invitations.create(Secret("nonce"), invitation)
    await store.mutes.add(USER, "onsite", MutedCompany(31, "Nordlys Kraft AS"))
    await store.filters.put(USER, SavedFilter("vip", Filter(by=("me",))))
    await store.mutes.add(OTHER, "onsite", MutedCompany(32, "Somebody else's"))
    await store.audit.record(Deed(NOW, "something", OTHER, USER))
    shown = await store.personal.export(USER)
    assert shown.keys() == {table.name for table in PERSONAL}
    (row,) = shown["links"]
    assert (row["full_name"], row["email"], row["linked_at"]) == ("Kianna Ledner", "kianna@example.com", NOW)
    assert row["ticket"] is Withheld.SEALED
    assert row["refresh_token"] is None, "there is none"
    (page,) = shown["invitations"]
    assert (page["command"], page["response_url"]) == ("since monday", Withheld.SEALED)
    assert page["nonce_hash"] is Withheld.HASHED
    (muted,) = shown["muted_companies"]
    assert (muted["company_id"], muted["name"]) == (31, "Nordlys Kraft AS")
    assert [each["filter"] for each in shown["saved_filters"]] == ["by:me"]
    (deed,) = shown["audit"]
    assert (deed["at"], deed["actor"], deed["subject"]) == (NOW, Withheld.HASHED, Withheld.YOU)
    assert TICKET not in str(shown)


async def test_words_whose_key_is_lost_are_said_to_be(store: Store, database: Path | DatabaseUrl) -> None:
    await store.mutes.add(USER, "onsite", MutedCompany(31, "Nordlys Kraft AS"))
    async with connected(database, Secret("A" * 43)) as later:
        (muted,) = (await later.personal.export(USER))["muted_companies"]
        assert (muted["company_id"], muted["name"]) == (31, Withheld.BROKEN)


async def test_of_nobody_nothing_is_shown(store: Store) -> None:
    assert not any((await store.personal.export(USER)).values())
    assert (await forget(store, USER)).gone.keys() == {table.name for table in PERSONAL}
    assert await store.audit.all() == [], "nothing was done"


# ---------------------------------------------------------------- forgotten


@pytest.mark.sqlite
async def test_not_a_byte_is_left(store: Store, path: Path, link: Link, invitation: Invitation) -> None:
    user, other = SlackUser("T1", "U0FORGETME"), OTHER
    for who in (user, other):
        name = f"Name of {who.user}"
        principal = link.principal.__class__(1, 2, name, f"LOGIN{who.user}", f"{who.user}@example.com", "")
        made = Link(who, "onsite", principal, link.linked_at, link.used_at, Secret("7T:x"))
        for number in range(200):
            await store.mutes.add(who, "onsite", MutedCompany(number, f"Company {number}"))
            await store.filters.put(who, SavedFilter(f"filter{who.user.lower()}{number}", Filter(by=("me",))))
        await store.links.put(made)
        page = Invitation(
            who, invitation.expires_at, f"since {who.user}", "C1", invitation.response_url, "onsite"
        )
        await store.invitations.create(Secret(who.user), page)
        await store.audit.record(Deed(NOW, "something", who, who))
    erasure = await forget(store, user)
    counts = {"links": 1, "invitations": 1, "muted_companies": 200, "saved_filters": 200, "pseudonyms": 1}
    assert {table: count for table, count in erasure.gone.items() if count} == counts
    assert erasure.left == {"audit": 2}, "with the entry that it was forgotten"
    assert set((await forget(store, user)).gone.values()) == {0}
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    stored = b"".join(file.read_bytes() for file in files)
    assert b"U0FORGETME" not in stored.upper()
    assert b"U0KEEPME" in stored
    assert await store.links.get(other)


async def test_what_stays_names_nobody_once_the_key_is_gone(store: Store, link: Link) -> None:
    await store.links.put(link)
    await store.audit.record(Deed(NOW, "something", OTHER, USER, why="because"))
    (before,) = await store.audit.all()
    assert (before.deed.by, before.deed.to) == (OTHER, USER)
    await store.personal.forget(USER, Departure.GUEST, NOW)
    something, forgotten = await store.audit.all()
    assert (something.deed.by, something.deed.to) == (OTHER, None)
    assert (forgotten.deed.action, forgotten.deed.why, forgotten.deed.to) == ("user.forgotten", "guest", None)
    assert forgotten.to == something.to == before.to, "of one and the same, whoever it was"
    assert forgotten.deed.before["links"] == 1
    await store.links.put(link)
    await store.audit.record(Deed(NOW, "something", None, USER))
    assert (await store.audit.all())[-1].to != before.to, "who comes back is somebody new"


async def test_pseudonyms_are_of_one_user_each_and_last(store: Store, database: Path | DatabaseUrl) -> None:
    elsewhere = SlackUser("T2", USER.user)
    names = {await store.pseudonyms.of(store.db, who) for who in (USER, OTHER, elsewhere)}
    assert len(names) == 3
    async with connected(database, KEY) as later:
        assert {await later.pseudonyms.of(later.db, who) for who in (USER, OTHER, elsewhere)} == names
        assert (await later.pseudonyms.users(later.db)).keys() == names


async def test_everybody_of_a_workspace(store: Store, link: Link) -> None:
    await store.links.put(link)
    await store.mutes.add(SlackUser("T1", "U2"), "onsite", MutedCompany(1, "x"))
    await store.mutes.add(SlackUser("T1", "U1"), "onsite", MutedCompany(1, "x"))
    await store.mutes.add(SlackUser("T2", "U3"), "onsite", MutedCompany(1, "x"))
    assert sorted(await store.personal.users("T1")) == [("T1", "U1"), ("T1", "U2")]


@pytest.mark.sqlite
async def test_the_log_cannot_be_emptied_while_somebody_reads_and_is_later(
    store: Store, path: Path, link: Link, now: datetime
) -> None:
    connection(store).execute("PRAGMA busy_timeout = 0")
    await store.links.put(link)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM links").fetchone() == (1,)
    await store.personal.forget(USER, Departure.ASKED, NOW)
    assert not await store.personal.empty_log()
    assert b"Kianna" in _files(path)
    reader.execute("ROLLBACK")
    reader.close()
    await store.prune(now)  # as the housekeeping does
    assert b"Kianna" not in _files(path)


async def test_the_audit_log_is_kept_for_its_time(store: Store, now: datetime) -> None:
    await store.audit.record(Deed(now - timedelta(days=366), "old"))
    await store.audit.record(Deed(now - timedelta(days=364), "young"))
    await store.prune(now)
    assert [each.deed.action for each in await store.audit.all()] == ["young"]


async def test_nothing_in_the_audit_log_is_changed_or_deleted_before(
    store: Store, now: datetime, sql: Callable[..., list[tuple[object, ...]]]
) -> None:
    """By nobody: the database itself refuses, also within a transaction that prunes."""
    await store.audit.record(Deed(now - timedelta(days=366), "old"))
    await store.audit.record(Deed(now, "young"))
    told = await store.audit.all()
    for statement in (
        "UPDATE audit SET action = 'other'",
        "UPDATE audit SET actor = NULL WHERE action = 'old'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE action = 'old'",
    ):
        with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="the audit log is"):
            sql(statement)
    sql("INSERT INTO audit_retention VALUES (?)", micros(now))
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="kept for its time"):
        sql("DELETE FROM audit")
    sql("DELETE FROM audit_retention")
    assert await store.audit.all() == told
    assert await store.prune(now) == 1
    assert sql("SELECT action FROM audit") == [("young",)]
    assert sql("SELECT count(*) FROM audit_retention") == [(0,)]


def _files(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())
