"""A Slack that may lose what it is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.digest import Entry, RowId, row_id
from bot.core.errors import MissingScope, SlackFailed
from bot.core.posting import Unpostable
from bot.core.replies import Reader, Reply, TeamPart
from bot.core.replies.digests import DigestPart
from bot.services.ports import Clock, Place, Posted, PostKey
from bot.slack.posts import LATEST


@dataclass(frozen=True)
class Post:
    """A message that Slack took."""

    at: datetime
    place: Place
    key: PostKey
    message: Reply

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.message.entries if isinstance(self.message, DigestPart | TeamPart) else ()


@dataclass
class Posts:
    """A Slack. ``fate`` says what becomes of the next message; what it took is to be seen some time later."""

    clock: Clock
    posts: list[Post] = field(default_factory=list)
    #: ``ok``, ``lost`` (taken, but the answer is lost), ``cut`` (never arrived, but nobody can know),
    #: ``later``, ``refused``, or an exception to raise before it is taken.
    fates: list[str | BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    #: Whether the bot is gone each time that some rows were noted, ahead of a message or of the end.
    killed_noting: list[bool] = field(default_factory=list)
    visible_after: timedelta = timedelta(seconds=30)
    may_look: bool = True
    #: What goes on while somebody waits for Slack's limits.
    meanwhile: Callable[[], Awaitable[None]] | None = None
    waits: int = 0
    look_fails: SlackFailed | None = None
    looks: int = 0

    async def ready(self, place: Place) -> None:
        self.waits += 1
        await (self.meanwhile() if self.meanwhile else asyncio.sleep(0))

    async def post(self, place: Place, message: Reply, reader: Reader, key: PostKey) -> Posted:
        fate = self.fates.pop(0) if self.fates else "ok"
        if isinstance(fate, BaseException):
            raise fate
        if fate == "later":
            raise SlackFailed(error="ratelimited", passing=True, retry_after=30)
        if fate == "refused":
            raise SlackFailed(error="account_inactive", permanent=next(iter(Unpostable)))
        if fate == "cut":
            raise SlackFailed(error="TimeoutError", in_doubt=True)
        self.posts.append(Post(self.clock.now(), place, key, message))
        if self.after:
            raise self.after.pop(0)
        if fate == "lost":
            raise SlackFailed(error="TimeoutError", in_doubt=True)
        return Posted(f"D{place.channel}", str(len(self.posts)))

    async def find(self, place: Place, key: PostKey, since: datetime) -> Posted | None:
        self.looks += 1
        if not self.may_look:
            raise MissingScope(error="missing_scope")
        if self.look_fails:
            raise self.look_fails
        looked_at = 0
        for number in range(len(self.posts), 0, -1):
            post = self.posts[number - 1]
            looked_at += post.place.channel == place.channel
            if post.at < since and looked_at > LATEST:
                break
            if post.key == key and post.at + self.visible_after <= self.clock.now():
                return Posted(f"D{place.channel}", str(number))
        return None

    @property
    def told(self) -> list[RowId]:
        """Every row that stands in Slack, as often as it does."""
        return [row_id(entry.activity) for post in self.posts for entry in post.entries]
