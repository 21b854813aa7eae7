"""What is said of sign-ins unasked."""

from bot.core.replies import Reader, SignInEnded, TenantTrouble
from bot.slack.blocks.elements import (
    Message,
    actions,
    button,
    context,
    escape,
    header,
    section,
)
from bot.slack.carried import owned
from bot.text import sentence
from bot.text.dates import moment, zone_name

__all__ = ["sign_in_ended", "tenant_trouble"]


def sign_in_ended(reply: SignInEnded, reader: Reader, command: str) -> Message:
    """What happened, and a button: the one-time page is made when it is pressed."""
    locale = reader.locale
    title = sentence("ended.title", locale)
    why = sentence(f"ended.{reply.why}", locale)
    next_ = sentence("ended.next", locale, command=command)
    sign_in = button("sign-in", sentence("button.link", locale), owned(reader.user), "primary")
    blocks = [
        header(title),
        section(f"{why} {next_}"),
        actions(sign_in),
        context(sentence("ended.once", locale)),
    ]
    return Message(f"{title}. {why}", blocks)


def tenant_trouble(reply: TenantTrouble, reader: Reader, command: str) -> Message:
    """Which tenant, since when, and what to look at."""
    locale = reader.locale
    title = sentence("trouble.title", locale)
    since = moment(reply.since, reader.zone, locale)
    zone = zone_name(reader.zone, locale)
    kind = "trouble.app" if reply.app else "trouble.what"
    what = sentence(kind, locale, tenant=escape(reply.tenant), time=since, zone=zone)
    next_ = sentence("trouble.app.next" if reply.app else "trouble.next", locale)
    return Message(
        f"{title}. {what}",
        [header(title), section(f"{what}\n{next_}"), context(sentence("trouble.once", locale))],
    )
