"""The way to the one-time page."""

from collections.abc import Iterator

from bot.core.replies import LinkOffer, Reader, TenantChoice
from bot.slack.blocks.elements import (
    Block,
    Message,
    actions,
    button,
    context,
    header,
    link_button,
    note,
    plain,
    section,
)
from bot.slack.blocks.notes import typed
from bot.slack.carried import owned
from bot.text import sentence
from bot.text.dates import moment

__all__ = ["link_offer", "tenant_choice"]

#: A message holds 50 blocks; who has more tenants types ``link <tenant>``.
MAX_TENANTS = 40


def link_offer(reply: LinkOffer, reader: Reader, command: str) -> Message:
    """The button to the one-time page."""
    locale = reader.locale
    title = sentence("link.title", locale)
    blocks = [header(title), *_why(reply, locale, command)]
    blocks.append(actions(link_button("link", sentence("button.link", locale), reply.url.reveal())))
    until = moment(reply.expires_at, reader.zone, locale)
    blocks.append(note(sentence("link.until", locale, time=until)))
    return Message(title, blocks)


def tenant_choice(reply: TenantChoice, reader: Reader, command: str) -> Message:
    """A button for each SuperOffice that the reader may link to."""
    locale = reader.locale
    title = sentence("tenants.title", locale)
    blocks = [header(title), *_why(reply, locale, command)]
    for tenant, host in reply.tenants[:MAX_TENANTS]:
        choose = button(
            "tenant",
            sentence("button.tenant", locale, tenant=tenant),
            owned(reader.user, f"{tenant}|{reply.command}"),
        )
        blocks.append(plain(" · ".join(filter(None, (tenant, host))), choose))
    example = reply.tenants[0][0]
    blocks.append(note(sentence("tenants.typed", locale, command=command, tenant=example)))
    return Message(title, blocks)


def _why(reply: LinkOffer | TenantChoice, locale: str, command: str) -> Iterator[Block]:
    """Why to link, what is answered then, and whose link it replaces."""
    if reply.ended is None:
        yield section(sentence("link.why", locale))
    else:
        yield section(f"{sentence(f'ended.{reply.ended}', locale)} {sentence('link.ended', locale)}")
    if reply.command:
        yield section(sentence("link.then", locale, command=f"{command} {typed(reply.command)}"))
    if reply.current:
        yield context(sentence("link.replaces", locale, name=reply.current))
