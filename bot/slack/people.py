"""What Slack tells about its users, remembered for a few minutes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.audience import Kind
from bot.core.people import Profile, SlackUser
from bot.services.ports import Clock
from bot.slack.sdk import failure
from bot.slack.workspaces import Workspaces

__all__ = ["SlackPeople", "kind_of", "zone_of"]


class SlackPeople:
    """Profiles by ``users.info`` (Tier 4, scope ``users:read``; the e-mail needs ``users:read.email``)."""

    def __init__(
        self,
        workspaces: Workspaces,
        clock: Clock,
        keep: timedelta = timedelta(minutes=10),
        most: int = 10_000,
    ) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._keep = keep
        self._most = most
        #: For each question that is under way: who changed meanwhile.
        self._changed: list[set[SlackUser]] = []
        self._known: dict[SlackUser, tuple[datetime, Profile]] = {}

    async def profile(self, user: SlackUser) -> Profile:
        """The user's profile. Raises :class:`~bot.core.errors.SlackFailed`."""
        known = self._fresh(user)
        if known:
            return known
        with self._asking() as keep:
            profile = _profile(user, await self._ask(user))
            keep(profile)
        return profile

    def known(self, user: SlackUser) -> Profile | None:
        """What Slack told of the user last, if that is at hand: it is not asked."""
        return self._known[user][1] if user in self._known else None

    def forget(self, user: SlackUser) -> None:
        """Ask again next time: Slack says that this user's profile changed."""
        for changed in self._changed:
            changed.add(user)
        self._known.pop(user, None)

    @contextmanager
    def _asking(self) -> Iterator[Callable[[Profile], None]]:
        """What keeps a profile in mind, as of now.

        It does not keep that of a user who changed meanwhile: it may be from before, and is good this once.
        """
        now, changed = self._clock.now(), set[SlackUser]()
        self._changed.append(changed)

        def keep(profile: Profile) -> None:
            if profile.user not in changed:
                self._keep_in_mind(profile, now)

        try:
            yield keep
        finally:
            self._changed = [each for each in self._changed if each is not changed]

    def _fresh(self, user: SlackUser) -> Profile | None:
        found = self._known.get(user)
        return found[1] if found and self._clock.now() - found[0] < self._keep else None

    def _keep_in_mind(self, profile: Profile, now: datetime) -> None:
        while len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[profile.user] = (now, profile)

    async def _ask(self, user: SlackUser) -> dict[str, Any]:
        client = await self._workspaces.client(user.workspace)
        try:
            answer = await client.users_info(user=user.user, include_locale=True)
            return dict(answer["user"])
        except Exception as error:
            raise failure(error) from None


def _profile(user: SlackUser, info: Mapping[str, Any]) -> Profile:
    """Source: docs.slack.dev, "User object"; missing and null fields are normal there."""
    details = info.get("profile") or {}
    name = details.get("display_name") or details.get("real_name") or info.get("real_name") or user.user
    return Profile(
        user=user,
        name=name,
        zone=zone.key if (zone := zone_of(info)) else None,
        locale=info.get("locale") or "en",
        email=details.get("email") or None,
        is_guest=kind_of(user, info) is not Kind.MEMBER,
        is_admin=any(info.get(flag) for flag in ("is_admin", "is_owner", "is_primary_owner")),
        is_deleted=bool(info.get("deleted")),
    )


def kind_of(user: SlackUser, info: Mapping[str, Any]) -> Kind:
    """What a user is to the workspace.

    ``is_stranger`` alone does not tell: it is false for an outsider who shares a channel with this bot. On
    Grid, a user is at home in several workspaces. An app is a guest nowhere.
    """
    at_home = {
        info.get("team_id") or user.workspace,
        *((info.get("enterprise_user") or {}).get("teams") or ()),
    }
    is_elsewhere = user.workspace not in at_home and not info.get("is_bot")
    if is_elsewhere or info.get("is_stranger"):
        return Kind.OUTSIDER
    return Kind.GUEST if info.get("is_restricted") or info.get("is_ultra_restricted") else Kind.MEMBER


def zone_of(info: Mapping[str, Any]) -> ZoneInfo | None:
    """A user's zone; ``None`` where Slack tells none, or one that this machine's zone data does not know."""
    try:
        return ZoneInfo(info["tz"]) if info.get("tz") else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
