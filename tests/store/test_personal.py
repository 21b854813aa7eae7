"""Forgetting somebody: every table, every byte."""

from pathlib import Path

from bot.core.filters import Filter, MutedCompany, SavedFilter
from bot.core.people import Link, SlackUser
from bot.core.secret import Secret
from bot.services.ports import Invitation
from bot.store import Store
from bot.store.personal import PERSONAL


def test_every_table_with_a_user_is_known(store: Store) -> None:
    query = (
        "SELECT DISTINCT tables.name FROM pragma_table_list AS tables "
        "JOIN pragma_table_info(tables.name) AS columns "
        "WHERE tables.schema = 'main' AND columns.name IN ('user', 'workspace')"
    )
    assert {name for (name,) in store.db.conn.execute(query)} == set(PERSONAL)


async def test_not_a_byte_is_left(store: Store, path: Path, link: Link, invitation: Invitation) -> None:
    user, other = SlackUser("T1", "U0FORGETME"), SlackUser("T1", "U0KEEPME")
    for who in (user, other):
        name = f"Name of {who.user}"
        principal = link.principal.__class__(1, 2, name, f"LOGIN{who.user}", f"{who.user}@example.com", "")
        made = Link(who, "onsite", principal, link.linked_at, link.used_at, Secret("7T:x"))
        for number in range(200):
            await store.mutes.add(who, "onsite", MutedCompany(number, f"Company {number}"))
            await store.filters.put(who, SavedFilter(f"filter{who.user.lower()}{number}", Filter(by=("me",))))
        await store.links.put(made)
        page = Invitation(who, invitation.expires_at, f"since {who.user}", "C1", invitation.response_url)
        await store.invitations.create(Secret(who.user), page)
    counts = await store.personal.forget(user)
    assert counts == {"links": 1, "invitations": 1, "muted_companies": 200, "saved_filters": 200}
    assert set((await store.personal.forget(user)).values()) == {0}
    files = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    stored = b"".join(file.read_bytes() for file in files)
    assert b"U0FORGETME" not in stored.upper()
    assert b"U0KEEPME" in stored
    assert await store.links.get(other)
