"""Prove, by Sign in with Slack, that a browser is the Slack user's whom a one-time page is for."""

from bot.core.onlineerrors import ConsentDenied, OtherSlackUser
from bot.core.people import SlackUser
from bot.core.secret import Secret
from bot.services.journeys import Journeys
from bot.services.linking import Linking
from bot.services.ports import Authorization, Places, Proofs, SlackIdentities, SlackIdentity

__all__ = ["SlackSignIn"]


class SlackSignIn:
    """The use case. ``redirect_uri`` is where Slack sends the browser back to."""

    def __init__(
        self,
        *,
        linking: Linking,
        journeys: Journeys,
        identities: SlackIdentities,
        proofs: Proofs,
        places: Places,
        redirect_uri: str,
    ) -> None:
        self._linking = linking
        self._journeys = journeys
        self._identities = identities
        self._proofs = proofs
        self._places = places
        self._redirect_uri = redirect_uri

    async def begin(self, page: Secret, browser: Secret) -> Secret:
        """Where to send the browser. Raises :class:`~bot.core.errors.LinkExpired`."""
        invitation = await self._linking.whose(page)
        state, authorization = await self._journeys.begin(page, browser, invitation.expires_at)
        workspace = invitation.user.workspace
        return self._identities.address(authorization, state, self._redirect_uri, workspace)

    async def returned(self, state: Secret, browser: Secret) -> Authorization:
        """What the browser that comes back had left for. Raises ``LinkError`` by what is wrong."""
        return await self._journeys.returned(state, browser)

    async def finish(
        self, authorization: Authorization, state: Secret, code: Secret, denied: str = ""
    ) -> None:
        """Remember that it is theirs, or say why not. The state is used up by this.

        Raises :class:`OtherSlackUser`, other ``LinkError``, and
        :class:`~bot.core.errors.SlackFailed`.
        """
        await self._journeys.arrive(state)
        if denied or not code:
            raise ConsentDenied(by="Slack", error=denied[:40])
        invitation = await self._linking.whose(authorization.page)
        identity = await self._identities.redeem(code, authorization, self._redirect_uri)
        if not self._is(identity, invitation.user):
            raise OtherSlackUser
        await self._proofs.put(authorization.page, authorization.browser, invitation.expires_at)

    def _is(self, identity: SlackIdentity, user: SlackUser) -> bool:
        """On Enterprise Grid a user is the same in all workspaces of the organisation, and only there."""
        if identity.user == user:
            return True
        organization = self._places.organization(user.workspace)
        at_home = organization is not None and identity.organization == organization
        return at_home and identity.user.user == user.user
