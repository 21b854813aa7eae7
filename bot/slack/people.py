"""What Slack tells about its users, remembered for a few minutes."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.people import Profile, SlackUser
from bot.services.ports import Clock
from bot.slack.sdk import failure

__all__ = ["SlackPeople"]


class SlackPeople:
    """Profiles by ``users.info`` (Tier 4, scope ``users:read``; the e-mail needs ``users:read.email``)."""

    def __init__(
        self,
        client: AsyncWebClient,
        clock: Clock,
        keep: timedelta = timedelta(minutes=10),
        most: int = 10_000,
    ) -> None:
        self._client = client
        self._clock = clock
        self._keep = keep
        self._most = most
        self._changes = 0
        self._known: dict[SlackUser, tuple[datetime, Profile]] = {}

    async def profile(self, user: SlackUser) -> Profile:
        """The user's profile. Raises :class:`~bot.core.errors.SlackFailed`."""
        known = self._fresh(user)
        if known:
            return known
        asked, now = self._changes, self._clock.now()
        profile = _profile(user, await self._ask(user))
        if asked == self._changes:  # else it may be from before the change: good for now, not to be kept
            self._keep_in_mind(profile, now)
        return profile

    def unknown(self, users: Iterable[SlackUser]) -> list[SlackUser]:
        """Those that Slack would have to be asked about."""
        return [user for user in users if not self._fresh(user)]

    async def learn(self, workspace: str, pages: AsyncIterator[Sequence[Mapping[str, Any]]]) -> None:
        """Remember everybody in these pages of ``users.list``."""
        asked, now = self._changes, self._clock.now()
        async for page in pages:
            for info in page:
                if asked == self._changes:
                    self._keep_in_mind(_profile(SlackUser(workspace, info["id"]), info), now)

    def forget(self, user: SlackUser) -> None:
        """Ask again next time: Slack says that this user's profile changed."""
        self._changes += 1
        self._known.pop(user, None)

    def _fresh(self, user: SlackUser) -> Profile | None:
        found = self._known.get(user)
        return found[1] if found and self._clock.now() - found[0] < self._keep else None

    def _keep_in_mind(self, profile: Profile, now: datetime) -> None:
        while len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[profile.user] = (now, profile)

    async def _ask(self, user: SlackUser) -> dict[str, Any]:
        try:
            answer = await self._client.users_info(user=user.user, include_locale=True)
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
        zone=_known_zone(info.get("tz")),
        locale=info.get("locale") or "en",
        email=details.get("email") or None,
        is_guest=any(info.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger")),
        is_admin=any(info.get(flag) for flag in ("is_admin", "is_owner", "is_primary_owner")),
        is_deleted=bool(info.get("deleted")),
    )


def _known_zone(name: str | None) -> str | None:
    try:
        return ZoneInfo(name).key if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
