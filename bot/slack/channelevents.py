"""What Slack tells of channels: acknowledge, and hand over. It tells twice, late, or not at all."""

from collections.abc import Mapping
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp

from bot.core.people import SlackChannel, SlackUser

__all__ = ["Watcher", "register_channel_events"]

Body = Mapping[str, Any]


class Watcher(Protocol):
    """Sees to channels, later: nothing here waits for it."""

    def changed(self, place: SlackChannel) -> None:
        """It may be another by now."""
        ...

    def deleted(self, place: SlackChannel) -> None:
        """It is gone for good."""
        ...

    def moved(self, old: SlackChannel, new: str) -> None:
        """It has another id from now on."""
        ...

    def left(self, user: SlackUser, place: SlackChannel) -> None:
        """Somebody is not in it any more."""
        ...

    def joined(self, user: SlackUser, place: SlackChannel) -> None:
        """Somebody is in it now."""
        ...


def register_channel_events(app: AsyncApp, watch: Watcher) -> None:
    """Put the listeners on ``app``. Source: docs.slack.dev, the events' own pages."""

    async def on_change(event: Body, body: Body) -> None:
        watch.changed(_place(event["channel"], body))

    async def on_rename(event: Body, body: Body) -> None:
        watch.changed(_place(event["channel"]["id"], body))

    async def on_delete(event: Body, body: Body) -> None:
        watch.deleted(_place(event["channel"], body))

    async def on_move(event: Body, body: Body) -> None:
        watch.moved(_place(event["old_channel_id"], body), event["new_channel_id"])

    async def on_leave(event: Body, body: Body) -> None:
        place = _place(event["channel"], body)
        watch.left(SlackUser(place.workspace, event["user"]), place)
        _look_if_it_is_the_bot(event, body, place)

    async def on_join(event: Body, body: Body) -> None:
        place = _place(event["channel"], body)
        watch.joined(SlackUser(place.workspace, event["user"]), place)
        _look_if_it_is_the_bot(event, body, place)

    def _look_if_it_is_the_bot(event: Body, body: Body, place: SlackChannel) -> None:
        if event["user"] in {each["user_id"] for each in body.get("authorizations") or ()}:
            watch.changed(place)

    app.event("channel_shared")(on_change)
    app.event("channel_unshared")(on_change)
    app.event("channel_archive")(on_change)
    app.event("channel_unarchive")(on_change)
    app.event("group_archive")(on_change)
    app.event("group_unarchive")(on_change)
    app.event("channel_left")(on_change)
    app.event("group_left")(on_change)
    app.event("channel_rename")(on_rename)
    app.event("group_rename")(on_rename)
    app.event("channel_deleted")(on_delete)
    app.event("group_deleted")(on_delete)
    app.event("channel_id_changed")(on_move)
    app.event("member_left_channel")(on_leave)
    app.event("member_joined_channel")(on_join)


def _place(channel: str, body: Body) -> SlackChannel:
    """``context_team_id`` is where the bot hears of it; ``team_id`` may be another organisation's."""
    return SlackChannel(body.get("context_team_id") or body["team_id"], channel)
