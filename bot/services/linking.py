"""Link a Slack user to a SuperOffice user, by a one-time page."""

import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from bot.core.audit import AuditAction, Deed
from bot.core.errors import (
    CrmPaused,
    CrmTooBusy,
    CrmTooLarge,
    CrmUnreachable,
    CrmWrongAddress,
    LinkEmailMismatch,
    LinkExpired,
    LinkNotAllowed,
    LinkThrottled,
    SealBroken,
    SignInElsewhere,
    SignInRefused,
    TenantNotAllowed,
)
from bot.core.onlineerrors import SlackSignInNeeded
from bot.core.people import Link, Principal, Profile, SlackUser
from bot.core.secret import Secret
from bot.core.throttle import Allowance
from bot.services.access import Access
from bot.services.ports import (
    Attempts,
    Audit,
    Clock,
    Crm,
    Invitation,
    Invitations,
    Links,
    People,
    Proofs,
    SignedIn,
)
from bot.services.tenants import Tenant

__all__ = ["Invited", "LinkPolicy", "LinkedNow", "Linking", "Offer"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LinkPolicy:
    """What is asked of who links."""

    #: The SuperOffice user's e-mail address must be the Slack profile's; a missing one is a mismatch.
    email_must_match: bool = True
    #: The browser must have proved, by Sign in with Slack, to be the Slack user's whom the page is for.
    require_slack_sign_in: bool = False
    #: How long a page can be used.
    lifetime: timedelta = timedelta(minutes=10)
    #: How often a user may try before waiting begins.
    tries: int = 3
    #: The same for an address, which a whole office may share.
    tries_per_address: int = 20
    longest_wait: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Invited:
    """A page was made for a user; ``url_nonce`` is the last part of its address."""

    url_nonce: Secret = field(repr=False)
    expires_at: datetime
    #: The command that is answered once the user is linked; ``""`` for none.
    command: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What an open page is for."""

    #: Who will be linked.
    profile: Profile
    expires_at: datetime
    #: What they link to.
    tenant: Tenant
    #: The command that is answered afterwards; ``""`` for none.
    command: str = ""


@dataclass(frozen=True, slots=True)
class LinkedNow:
    """A user is linked now; the invitation says where that is told and what is answered next."""

    link: Link
    invitation: Invitation
    #: Whether Slack will tell it, and the command be answered.
    told: bool = True


#: SuperOffice never judged a password. Whatever else it says may be how it tells a wrong one, so it counts.
_NO_GUESS = (CrmUnreachable, CrmPaused, CrmTooBusy, CrmWrongAddress, CrmTooLarge)


#: A browser that has proved nothing.
NO_BROWSER = Secret("")


class Linking:
    """The use case. ``token`` makes 32 random bytes in URL-safe base64; ``on_linked`` should only queue;
    ``keep_at`` says when a ticket that was used at a time is to be used next.
    """

    def __init__(
        self,
        *,
        links: Links,
        invitations: Invitations,
        attempts: Attempts,
        proofs: Proofs,
        audit: Audit,
        tenants: Mapping[str, Tenant],
        access: Access,
        people: People,
        clock: Clock,
        token: Callable[[], Secret],
        on_linked: Callable[[LinkedNow], Awaitable[None]],
        keep_at: Callable[[datetime], datetime],
        policy: LinkPolicy = LinkPolicy(),
    ) -> None:
        self._links = links
        self._invitations = invitations
        self._attempts = attempts
        self._proofs = proofs
        self._audit = audit
        self._tenants = tenants
        self._access = access
        self._people = people
        self._clock = clock
        self._token = token
        self._on_linked = on_linked
        self._keep_at = keep_at
        self._policy = policy

    async def invite(
        self, user: SlackUser, tenant: str, command: str, channel: str, response_url: Secret
    ) -> Invited:
        """Make a page for a user and a tenant; an older one is void. Without a command, its own is kept."""
        now = self._clock.now()
        command = command or await self._earlier_command(user, now)
        expires_at = now + self._policy.lifetime
        nonce = self._token()
        invitation = Invitation(user, expires_at, command, channel, response_url, tenant)
        await self._invitations.create(nonce, invitation)
        return Invited(nonce, expires_at, command)

    async def whose(self, nonce: Secret) -> Invitation:
        """Whom the page is for, before they prove it. Raises :class:`LinkExpired`."""
        return await self._open(nonce)

    async def look(self, nonce: Secret, browser: Secret = NO_BROWSER) -> Offer:
        """What the page is for. It changes nothing, so previews of links are harmless.

        Raises :class:`LinkExpired`, :class:`LinkNotAllowed`, :class:`TenantNotAllowed`,
        :class:`~bot.core.onlineerrors.SlackSignInNeeded` and :class:`~bot.core.errors.SlackFailed`.
        """
        invitation = await self._open(nonce)
        await self._require_proof(nonce, browser)
        profile, tenant = await self._allowed(invitation)
        return Offer(profile, invitation.expires_at, tenant, invitation.command)

    async def sign_in(
        self, nonce: Secret, username: str, password: Secret, address: str, browser: Secret = NO_BROWSER
    ) -> LinkedNow:
        """Sign in to SuperOffice and link. Only success uses the page up.

        Raises what :meth:`look` does, :class:`SignInElsewhere`, :class:`LinkThrottled`,
        :class:`LinkEmailMismatch`, :class:`~bot.core.errors.SignInRefused` and every other
        :class:`~bot.core.errors.CrmError`.
        """
        invitation = await self._open(nonce)
        await self._require_proof(nonce, browser)
        profile, tenant = await self._allowed(invitation)
        if tenant.online:
            raise SignInElsewhere
        allowances = self._allowances(invitation.user, address)
        await self._reserve(allowances)
        signed_in = await self._ask(tenant.crm, allowances, username, password)
        now = self._clock.now()
        link = Link(
            invitation.user,
            invitation.tenant,
            signed_in.principal,
            now,
            now,
            signed_in.ticket,
            keep_at=self._keep_at(now),
        )
        done = await self.conclude(nonce, profile, link)
        await self._attempts.release(allowances)
        return done

    async def conclude(self, nonce: Secret, profile: Profile, link: Link) -> LinkedNow:
        """Link who has just signed in, and use the page up.

        Raises :class:`LinkEmailMismatch`, and :class:`LinkExpired` where somebody was quicker.
        """
        invitation = await self._open(nonce)
        self._require_same_person(profile, link.principal)
        if not await self._invitations.redeem(nonce, link, link.linked_at):
            raise LinkExpired
        user, at = link.user, link.linked_at
        await self._audit.record(Deed(at, AuditAction.USER_LINKED, user, user, link.tenant))
        log.info("linked %s of %s", *reversed(link.user), extra={"action": "link.done"})
        return await self._tell(LinkedNow(link, invitation))

    async def pending(self, user: SlackUser) -> Invitation | None:
        """The user's open invitation, if any."""
        return await self._invitations.pending(user, self._clock.now())

    async def _earlier_command(self, user: SlackUser, now: datetime) -> str:
        try:
            older = await self._invitations.pending(user, now)
        except SealBroken:
            return ""  # the new page takes its place
        return older.command if older else ""

    async def _open(self, nonce: Secret) -> Invitation:
        invitation = await self._invitations.get(nonce, self._clock.now())
        if invitation is None or not invitation.tenant:
            raise LinkExpired
        return invitation

    async def _require_proof(self, nonce: Secret, browser: Secret) -> None:
        """Who sends somebody else their own link gets no further: that browser is not theirs."""
        required = self._policy.require_slack_sign_in
        if required and not await self._proofs.has(nonce, browser, self._clock.now()):
            raise SlackSignInNeeded

    async def _allowed(self, invitation: Invitation) -> tuple[Profile, Tenant]:
        """Who may link, and to what: asked each time, since both may have changed."""
        if invitation.tenant not in self._access.tenants(invitation.user.workspace):
            raise TenantNotAllowed
        profile = await self._people.profile(invitation.user)
        if profile.is_guest or profile.is_deleted:
            raise LinkNotAllowed
        return profile, self._tenants[invitation.tenant]

    def _allowances(self, user: SlackUser, address: str) -> tuple[Allowance, ...]:
        policy = self._policy
        return (
            Allowance(f"user {user.workspace} {user.user}", policy.tries, policy.longest_wait),
            Allowance(f"address {_neighbours(address)}", policy.tries_per_address, policy.longest_wait),
        )

    async def _reserve(self, allowances: tuple[Allowance, ...]) -> None:
        """Count the attempt before it is made, so that guesses sent at once do not slip past."""
        wait = await self._attempts.reserve(allowances, self._clock.now())
        if wait > timedelta(0):
            raise LinkThrottled(seconds=math.ceil(wait.total_seconds()))

    async def _ask(
        self, crm: Crm, allowances: tuple[Allowance, ...], username: str, password: Secret
    ) -> SignedIn:
        """Ask SuperOffice. Where it gave no answer, that was no guess of the user's."""
        if not username or not password:
            # SuperOffice takes "ticket, no password" for a user: that is not how one links.
            raise SignInRefused(tenant=crm.tenant)
        try:
            return await crm.sign_in(username, password)
        except _NO_GUESS:
            await self._attempts.release(allowances)
            raise

    def _require_same_person(self, profile: Profile, principal: Principal) -> None:
        in_slack, in_crm = _comparable(profile.email), _comparable(principal.email)
        if self._policy.email_must_match and (not in_slack or in_slack != in_crm):
            raise LinkEmailMismatch

    async def _tell(self, done: LinkedNow) -> LinkedNow:
        """The user is linked, whatever becomes of telling it."""
        try:
            await self._on_linked(done)
        except Exception as error:
            log.error("nobody was told: %s", type(error).__name__, extra={"action": "link.untold"})
            return replace(done, told=False)
        return done


def _comparable(email: str | None) -> str:
    return (email or "").strip().casefold()


def _neighbours(address: str) -> str:
    """Who counts as one: an IPv4 address, or the 64 bits of an IPv6 network that one customer gets."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
