"""Show what a digest would tell, and what became of those before."""

from collections.abc import Callable

from bot.core.replies.digests import DigestSent
from bot.core.subscription import Participant, Subscription
from bot.services.digests.composed import Composed, Part, reader_of
from bot.services.digests.composing import Composer
from bot.services.ports.digests import Participants
from bot.services.ports.posts import Place, PostKey, Posts

__all__ = ["DigestShowing"]


class DigestShowing:
    """The use case. ``token`` makes a key for a test's messages."""

    def __init__(
        self,
        *,
        participants: Participants,
        composer: Composer,
        posts: Posts,
        token: Callable[[], str],
    ) -> None:
        self._participants = participants
        self._composer = composer
        self._posts = posts
        self._token = token

    async def preview(self, draft: Subscription) -> tuple[Part, ...]:
        """The messages that would be sent now, by the function that sends them.

        A channel's holds what its participants share with the channel: nothing for anybody else.

        Raises what :meth:`Composer.compose` does.
        """
        return (await self._composed(draft)).parts()

    async def test(self, draft: Subscription) -> DigestSent:
        """Send them to the owner; nothing counts as told. Raises ``SlackFailed``, too."""
        key, place = self._token(), _direct(draft)
        made = (await self._composed(draft)).parts(is_test=True)
        for part in made:
            await self._posts.ready(place)
            posted = await self._posts.post(place, part, reader_of(draft), PostKey(key, part.number))
            if not part.number:
                place = Place(place.workspace, posted.channel, posted.ts)
        return DigestSent(len(made))

    async def _composed(self, draft: Subscription) -> Composed:
        found = await self._participants.of(draft.id) if draft.id else ()
        return await self._composer.compose(draft, found or (Participant(draft.id, draft.owner),))


def _direct(draft: Subscription) -> Place:
    return Place(draft.owner.workspace, draft.owner.user)
