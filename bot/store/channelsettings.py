"""How a channel's digest is set up: the row beside its subscription's."""

from bot.core.channeldigest import ChannelSettings, Grouping, Layout
from bot.store.database import Statements, maybe_micros, maybe_moment, upsert

__all__ = ["TEAM_COLUMNS", "put_team", "team"]

#: What :func:`team` takes. The first is NULL where there is no row.
TEAM_COLUMNS = (
    "grouping, layout, quorum, guests_approved_by, guests_approved_at, managed, orphaned_since, "
    "owner_sought_at, imported_at, is_private"
)
PUT = upsert("channel_digests", ["subscription"], TEAM_COLUMNS.split(", "))


async def put_team(tx: Statements, subscription: int, team: ChannelSettings) -> None:
    """Store it, in place of what was there."""
    await tx.execute(
        PUT,
        (
            subscription,
            team.grouping,
            team.layout,
            team.quorum,
            team.guests_approved_by,
            maybe_micros(team.guests_approved_at),
            team.is_managed,
            maybe_micros(team.orphaned_since),
            maybe_micros(team.owner_sought_at),
            maybe_micros(team.imported_at),
            team.is_private,
        ),
    )


def team(
    grouping: str,
    layout: str,
    quorum: int,
    approved_by: str,
    approved_at: int | None,
    managed: int,
    orphaned_since: int | None,
    owner_sought_at: int | None,
    imported_at: int | None,
    is_private: int | None,
) -> ChannelSettings:
    """The settings of a row."""
    return ChannelSettings(
        grouping=Grouping(grouping),
        layout=Layout(layout),
        quorum=quorum,
        guests_approved_by=approved_by,
        guests_approved_at=maybe_moment(approved_at),
        is_managed=bool(managed),
        orphaned_since=maybe_moment(orphaned_since),
        owner_sought_at=maybe_moment(owner_sought_at),
        imported_at=maybe_moment(imported_at),
        is_private=None if is_private is None else bool(is_private),
    )
