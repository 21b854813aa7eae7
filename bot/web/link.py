"""The one-time page where a Slack user signs in to SuperOffice."""

import logging
from collections.abc import Callable, Sequence
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.correlation import current
from bot.core.errors import (
    BotError,
    CrmError,
    LinkEmailMismatch,
    LinkError,
    LinkExpired,
    LinkNotAllowed,
    LinkThrottled,
    SignInElsewhere,
    SignInRefused,
    SlackFailed,
    TenantNotAllowed,
)
from bot.core.onlineerrors import (
    ConsentDenied,
    InstallThrottled,
    OtherBrowser,
    OtherSlackUser,
    SlackSignInNeeded,
    StateExpired,
    StateUnknown,
    StateUsed,
    WorkspaceNotWelcome,
)
from bot.core.secret import Secret
from bot.services.failures import log_unexpected
from bot.services.linking import LinkedNow, Linking, Offer
from bot.services.slacksignin import SlackSignIn
from bot.text import has_sentence
from bot.text.dates import clock, zone_name
from bot.web.addresses import Network, client_address
from bot.web.browsers import Browsers
from bot.web.csrf import Csrf
from bot.web.forms import NotAForm, read_form
from bot.web.pages import Pages, PageSettings, browser_language

__all__ = ["READERS_OWN", "LinkPage", "words_of"]

log = logging.getLogger(__name__)

#: 503 rather than 502: proxies put pages of their own in the place of a 502.
STATUS: tuple[tuple[type[BotError], int], ...] = (
    (LinkExpired, 410),
    (LinkNotAllowed, 403),
    (LinkEmailMismatch, 403),
    (LinkThrottled, 429),
    (InstallThrottled, 429),
    (SignInRefused, 422),
    (StateUsed, 410),
    (StateExpired, 410),
    (LinkError, 403),
    (CrmError, 503),
    (SlackFailed, 503),
)
#: After these there is nothing to fill in.
CLOSING = (LinkExpired, LinkNotAllowed, TenantNotAllowed, SignInElsewhere, OtherSlackUser)
#: What the reader can mend alone; all else gets a reference, to be found in the log.
READERS_OWN = (
    LinkExpired,
    LinkNotAllowed,
    TenantNotAllowed,
    SignInElsewhere,
    LinkEmailMismatch,
    LinkThrottled,
    SignInRefused,
    ConsentDenied,
    StateUnknown,
    StateUsed,
    StateExpired,
    OtherBrowser,
    OtherSlackUser,
    SlackSignInNeeded,
    InstallThrottled,
    WorkspaceNotWelcome,
)


class LinkPage:
    """``GET`` and ``POST /link/{nonce}``. ``sign`` is a keyed hash.

    With ``slack_sign_in``, browsers that have to prove whose they are can do so.
    """

    def __init__(
        self,
        *,
        linking: Linking,
        settings: PageSettings,
        sign: Callable[..., bytes],
        token: Callable[[], Secret],
        browsers: Browsers,
        trusted_proxies: Sequence[Network] = (),
        slack_sign_in: SlackSignIn | None = None,
    ) -> None:
        self._linking = linking
        self._settings = settings
        self._pages = Pages(settings)
        self._csrf = Csrf(sign=sign, token=token, https=settings.https)
        self._browsers = browsers
        self._trusted = trusted_proxies
        self._slack_sign_in = slack_sign_in

    def routes(self) -> list[Route]:
        """To be mounted at the root."""
        return [Route("/link/{nonce}", self.answer, methods=["GET", "POST"])]

    async def answer(self, request: Request) -> Response:
        """``GET`` and ``HEAD`` show the form, ``POST`` submits it."""
        return await (self.submit(request) if request.method == "POST" else self.show(request))

    async def show(self, request: Request) -> Response:
        """The empty form. It uses nothing up: whatever previews links may fetch it."""
        try:
            offer = await self._linking.look(_nonce(request), self._browsers.known(request))
        except Exception as error:
            return await self.stopped(request, error)
        return self._form(request, offer)

    async def stopped(self, request: Request, error: Exception) -> Response:
        """To Slack, where the browser has to prove whose it is; else what is wrong."""
        if not isinstance(error, SlackSignInNeeded) or self._slack_sign_in is None:
            return self.closed(request, error)
        browser = self._browsers.named(request)
        try:
            address = await self._slack_sign_in.begin(_nonce(request), browser)
        except Exception as other:
            return self.closed(request, other)
        return self._browsers.send(browser, address)

    async def submit(self, request: Request) -> Response:
        """Sign in and link, or say what failed."""
        try:
            fields = await read_form(request)
            offer = await self._linking.look(_nonce(request), self._browsers.known(request))
        except NotAForm as problem:
            return self._problem(request, "junk", problem.status)
        except Exception as error:
            return self.closed(request, error)
        username = fields.get("username", "").strip()
        password = Secret(fields.get("password", ""))
        if not self._csrf.is_ours(request, _nonce(request), fields.get("csrf", "")):
            return self._form(request, offer, 403, code="forged", username=username)
        if not username or not password:
            return self._form(request, offer, 422, code="missing", username=username)
        return await self._sign_in(request, offer, username, password)

    async def _sign_in(self, request: Request, offer: Offer, username: str, password: Secret) -> Response:
        address = client_address(request.scope, self._trusted)
        try:
            browser = self._browsers.known(request)
            done = await self._linking.sign_in(_nonce(request), username, password, address, browser)
        except CLOSING as error:
            return self.closed(request, error)
        except Exception as error:
            return self._failed(request, offer, error, username)
        return self.done(offer, done)

    def _form(
        self, request: Request, offer: Offer, status: int = 200, *, code: str = "", **values: object
    ) -> Response:
        profile = offer.profile
        zone = ZoneInfo(profile.zone) if profile.zone else offer.tenant.zone
        browser = self._csrf.browser(request)
        shown = {"username": "", "reference": "", "params": {}, **values}
        response = self._pages.response(
            "form",
            status,
            profile.locale,
            offer=offer,
            workspace=self._settings.workspaces.get(profile.user.workspace, profile.user.workspace),
            csrf=self._csrf.field(browser, _nonce(request)),
            until=clock(offer.expires_at, zone, profile.locale),
            zone=zone_name(zone, profile.locale),
            asked=self._asked(offer.command),
            code=code,
            error=words_of(code) if code else None,
            **shown,
        )
        self._csrf.remember(response, browser)
        return response

    def _failed(self, request: Request, offer: Offer, error: Exception, username: str) -> Response:
        known, reference = self._log(error)
        response = self._form(
            request,
            offer,
            _status(known),
            code=known.code,
            username=username,
            reference=reference,
            params=known.params,
        )
        if isinstance(known, LinkThrottled):
            response.headers["Retry-After"] = str(known.params["seconds"])
        return response

    def done(self, offer: Offer, done: LinkedNow) -> Response:
        """That it worked, and the way back to Slack."""
        # Source: docs.slack.dev, "Deep linking into Slack".
        where = {"team": done.link.user.workspace, "id": done.invitation.channel}
        return self._pages.response(
            "done",
            200,
            offer.profile.locale,
            name=done.link.principal.full_name,
            asked=self._asked(done.invitation.command) if done.told else "",
            back=f"slack://channel?{urlencode(where)}",
        )

    def closed(self, request: Request, error: Exception, again: str = "", about: str = "page") -> Response:
        """A page without a form, with a link to try ``again`` where that makes sense.

        What has sentences of its own ``about`` something, such as ``install``, is said in those.
        """
        known, reference = self._log(error)
        again = "" if isinstance(known, CLOSING) else again
        return self._problem(request, known.code, _status(known), reference, known.params, again, about)

    def _problem(
        self,
        request: Request,
        code: str,
        status: int,
        reference: str = "",
        params: dict[str, object] | None = None,
        again: str = "",
        about: str = "page",
    ) -> Response:
        """A page without a form. Nothing is known of the reader here but what the browser says."""
        return self._pages.response(
            "closed",
            status,
            browser_language(request),
            error=words_of(code, about),
            reference=reference,
            params=params or {},
            again=again,
        )

    def _log(self, error: Exception) -> tuple[BotError, str]:
        """The error as people are told it, and the reference to it in the log, if it has one."""
        known = error if isinstance(error, BotError) else BotError()
        reference = "" if isinstance(known, READERS_OWN) else current()
        if known is error:
            log.info("%s", known, extra={"action": "link.failed", "reference": reference})
        else:
            log_unexpected(error, "link.failed")
        return known, reference

    def _asked(self, command: str) -> str:
        return f"{self._settings.command} {command}" if command else ""


def _nonce(request: Request) -> Secret:
    return Secret(request.path_params["nonce"])


def _status(error: BotError) -> int:
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def words_of(code: str, about: str = "page") -> tuple[str, str]:
    """The ids of what happened and of what to do: as this page says it, else as everybody does."""
    what, way_out = f"page.error.{code}", f"page.error.{code}.next"
    if about == "install":
        what, way_out = f"install.error.{code}", f"install.error.{code}.next"
    return (
        what if has_sentence(what) else f"error.{code}",
        way_out if has_sentence(way_out) else f"error.{code}.next",
    )
