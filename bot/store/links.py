"""Who is linked, with the sealed tickets."""

from datetime import datetime
from typing import Any

from bot.core.people import Link, Principal, SlackUser
from bot.core.signin import Ending, Why
from bot.store.database import Database, Statements, maybe_micros, maybe_moment, micros, moment, upsert
from bot.store.sealed import REFRESH_TOKEN, TICKET
from bot.store.sealing import Sealer

__all__ = ["StoredLinks"]

COLUMNS = (
    "workspace, user, tenant, associate_id, person_id, full_name, login, email, role, linked_at, used_at, "
    "caught_up_at, asked_at, keep_at, token_expires_at, ended_at, ended_why, sealed_ticket, "
    "sealed_refresh_token"
)
#: What was found out about the link before, or was under way, is not known of the new one.
FOUND_OUT = ("checked_at", "outcome", "told", "refreshing_until")
PUT = upsert("links", ["workspace", "user"], [*COLUMNS.split(", ")[2:], *FOUND_OUT])


class StoredLinks:
    """Implements the port ``Links``. Every method is one statement or one transaction."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    async def get(self, user: SlackUser) -> Link | None:
        """The user's link. Raises :class:`~bot.core.errors.SealBroken` if its ticket does not open."""
        query = f"SELECT {COLUMNS} FROM links WHERE workspace = ? AND user = ?"  # noqa: S608 - a constant
        row = await self._db.one(query, user)
        return self._link(row) if row else None

    async def tenant(self, user: SlackUser) -> str:
        """The tenant that the user is linked to."""
        row = await self._db.one("SELECT tenant FROM links WHERE workspace = ? AND user = ?", user)
        return row[0] if row else ""

    async def put(self, link: Link) -> None:
        """Store a link; one that the user had before is replaced."""
        await self.write(self._db, link)

    async def write(self, tx: Statements, link: Link) -> None:
        """What :meth:`put` does, for use within a transaction."""
        await tx.execute(PUT, (*self._row(link), *[None] * len(FOUND_OUT)))

    async def caught_up(self, user: SlackUser, at: datetime) -> None:
        """Remember what `catchup` told last."""
        statement = "UPDATE links SET caught_up_at = ? WHERE workspace = ? AND user = ?"
        await self._db.execute(statement, (micros(at), *user))

    def _row(self, link: Link) -> tuple[object, ...]:
        who, place = link.principal, (*link.user, link.tenant)
        return (
            *link.user,
            link.tenant,
            who.associate_id,
            who.person_id,
            who.full_name,
            who.login,
            who.email,
            who.role,
            micros(link.linked_at),
            micros(link.used_at),
            maybe_micros(link.caught_up_at),
            maybe_micros(link.asked_at),
            maybe_micros(link.keep_at),
            maybe_micros(link.token_expires_at),
            maybe_micros(link.ending.at if link.ending else None),
            link.ending.why if link.ending else None,
            TICKET.seal(self._sealer, link.ticket, *place),
            link.refresh_token and REFRESH_TOKEN.seal(self._sealer, link.refresh_token, *place),
        )

    def _link(self, row: tuple[Any, ...]) -> Link:
        workspace, user, tenant, associate, person, full_name, login, email, role, *rest = row
        linked, used, caught_up, asked, keep, expires, ended, why, sealed, sealed_refresh = rest
        who = SlackUser(workspace, user)
        return Link(
            user=who,
            tenant=tenant,
            principal=Principal(associate, person, full_name, login, email, role),
            linked_at=moment(linked),
            used_at=moment(used),
            ticket=TICKET.open(self._sealer, sealed, *who, tenant),
            caught_up_at=maybe_moment(caught_up),
            asked_at=maybe_moment(asked),
            keep_at=maybe_moment(keep),
            refresh_token=sealed_refresh and REFRESH_TOKEN.open(self._sealer, sealed_refresh, *who, tenant),
            token_expires_at=maybe_moment(expires),
            ending=None if ended is None else Ending(moment(ended), Why(why)),
        )
