"""What can go wrong with SuperOffice CRM Online: signing in there, and finding where a tenant is."""

from typing import ClassVar

from bot.core.errors import CrmError, LinkError

__all__ = [
    "AppRefused",
    "ConsentDenied",
    "ConsentWithdrawn",
    "ForeignHost",
    "IdentityRefused",
    "InstallRotates",
    "InstallThrottled",
    "OtherBrowser",
    "OtherSlackUser",
    "SignInFailed",
    "SlackSignInNeeded",
    "StateExpired",
    "StateUnknown",
    "StateUsed",
    "TenantAway",
    "WorkspaceNotWelcome",
    "WrongAudience",
    "WrongCode",
    "WrongIssuer",
    "WrongNonce",
    "WrongSignature",
    "WrongTenant",
    "WrongTimes",
]


class TenantAway(CrmError):
    """The tenant is not running: maintenance, suspended, moved away (``state``, as SuperOffice calls it)."""

    code = "crm-away"


class ForeignHost(CrmError):
    """SuperOffice names an address outside the environment's own domain; nothing is sent there."""

    code = "crm-foreign-host"


class AppRefused(CrmError):
    """SuperOffice does not know this app, or not with this secret; it is nobody's sign-in that is wrong."""

    code = "app-refused"


class ConsentWithdrawn(CrmError):
    """SuperOffice gives no new access token: the consent was withdrawn."""

    code = "consent-withdrawn"


class SignInFailed(LinkError):
    """Signing in elsewhere did not work; ``by`` names where: SuperOffice or Slack."""

    code: ClassVar[str] = "sign-in-failed"

    def __init__(self, *, by: str = "SuperOffice", **params: object) -> None:
        super().__init__(by=by, **params)


class ConsentDenied(SignInFailed):
    """The user, or an administrator, did not allow this app there (``error``, OAuth's own code)."""

    code = "consent-denied"


class StateUnknown(LinkError):
    """The browser comes back with a state that this bot never gave out, or that a newer try replaced."""

    code = "state-unknown"


class StateUsed(LinkError):
    """The browser comes back with a state a second time."""

    code = "state-used"


class StateExpired(LinkError):
    """The browser comes back after the one-time page has expired."""

    code = "state-expired"


class OtherBrowser(LinkError):
    """Another browser comes back than the one that was sent."""

    code = "other-browser"


class WrongCode(SignInFailed):
    """The authorisation code is not taken: used, expired, or never given out."""

    code = "wrong-code"


class IdentityRefused(SignInFailed):
    """What is said of who signed in (the ``id_token``) cannot be trusted."""

    code: ClassVar[str] = "identity-refused"


class WrongSignature(IdentityRefused):
    """Its signature is none of the issuer's keys'."""

    code = "wrong-signature"


class WrongIssuer(IdentityRefused):
    """It was issued by somebody else."""

    code = "wrong-issuer"


class WrongAudience(IdentityRefused):
    """It was issued for another app."""

    code = "wrong-audience"


class WrongNonce(IdentityRefused):
    """It was issued for another sign-in."""

    code = "wrong-nonce"


class WrongTimes(IdentityRefused):
    """It is expired, or not valid yet."""

    code = "wrong-times"


class WrongTenant(IdentityRefused):
    """The user signed in to another tenant than this bot serves."""

    code = "wrong-tenant"


class SlackSignInNeeded(LinkError):
    """This browser has not proved yet that it is the Slack user's whom the page is for."""

    code = "slack-sign-in-needed"


class OtherSlackUser(LinkError):
    """Somebody else is signed in to Slack in this browser than the page is for."""

    code = "other-slack-user"


class InstallRotates(LinkError):
    """Slack gave the app a token that ends: token rotation is on, which this bot cannot do."""

    code = "install-rotates"


class InstallThrottled(LinkError):
    """Too many installs were begun from this address (``seconds`` to wait)."""

    code = "install-throttled"


class WorkspaceNotWelcome(LinkError):
    """The configuration names the workspaces that may use the bot, and not this one (``workspace``)."""

    code = "workspace-not-welcome"
