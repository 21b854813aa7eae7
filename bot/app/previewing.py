"""What somebody's digest would say now, for whoever runs the bot: nothing is posted or counts as told."""

from dataclasses import dataclass

from bot import store
from bot.app.running import known_workspaces, session
from bot.app.tenants import tenants
from bot.app.wiring import Wiring
from bot.clock import SystemClock
from bot.config import Settings
from bot.core.audit import AuditAction, Deed
from bot.core.errors import BadCommand, BotError, NotLinked, SealBroken, SignInOver
from bot.core.people import SlackUser
from bot.core.subscription import Subscription
from bot.runner import QueueRunner
from bot.services.digests.composing import reader_of
from bot.services.ports import Clock
from bot.slack.blocks import Message, draw
from bot.text import sentence

__all__ = ["NobodyKnown", "Preview", "preview", "why_no_preview"]


class NobodyKnown(Exception):
    """Nothing is stored about that user: the ids may be wrong."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The messages that would be sent."""

    #: As it is set; else, with the id 0, as it would be were it switched on now.
    subscription: Subscription
    messages: tuple[Message, ...]


async def preview(settings: Settings, user: SlackUser, clock: Clock | None = None) -> Preview:
    """Ask SuperOffice as the user, and draw. That somebody looked is written down in the audit log.

    Raises :class:`NobodyKnown`, what :meth:`~bot.services.digests.composing.Composer.compose` does, and what
    keeps a bot from starting.
    """
    clock = clock or SystemClock()
    keys, policy = settings.secret_key, settings.retention.policy
    async with store.connected(settings.database, keys, policy, store.OPERATOR_PATIENCE) as database:
        if await database.links.get(user) is None:
            if any((await database.personal.export(user)).values()):
                raise NotLinked
            raise NobodyKnown
        async with session() as web:
            crm = await tenants(settings, web, clock)
            workspaces = await known_workspaces(settings, web, database)
            bot = Wiring(settings, clock, database, web, QueueRunner(1, 1), crm, workspaces, "")
            draft = await bot.digests.settings.draft(user, await bot.readers.reader(user))
            parts = await bot.digests.showing.preview(draft)
        await database.audit.record(Deed(clock.now(), AuditAction.DIGEST_PREVIEWED, to=user))
    reader, command = reader_of(draft), settings.slack.command
    return Preview(draft, tuple(draw(part, reader, command) for part in parts))


def why_no_preview(error: NobodyKnown | BotError, user: SlackUser, command: str) -> str:
    """What went wrong, and what to do about it, for whoever runs the bot."""
    who = "/".join(user)
    match error:
        case NobodyKnown():
            return f"Nothing is stored about {who}: `python -m bot links` lists who is linked."
        case NotLinked():
            return f"{who} is not linked, or to a SuperOffice that is not in the settings for that workspace."
        case SignInOver():
            return f"The sign-in of {who} is over ({error.why}): they link again with {command} link."
        case SealBroken():
            return f"What is stored of {who} does not open: see `python -m bot keys check`."
        case BadCommand():
            wrong = ", ".join(f"{problem.given!r} ({problem.code})" for problem in error.problems)
            return f"What the digest of {who} is filtered by is no more: {wrong}."
        case _:
            words = {"command": command, **error.params}
            return f"{sentence(f'error.{error.code}', 'en', **words)} ({error})"
