"""The shorter replies: linking, help, and what went wrong."""

from bot.core.command import VERBS, verb_named
from bot.core.errors import Problem
from bot.core.filtertext import KEYS, SHOWN_ACTIONS
from bot.core.replies import (
    CannotRead,
    Failed,
    HelpText,
    Linked,
    LinkOffer,
    Me,
    NotLinkedYet,
    Reader,
    StillAsking,
    Unlinked,
    UnlinkQuestion,
)
from bot.core.servertime import ServerWarning
from bot.slack.blocks.elements import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    header,
    link_button,
    note,
    section,
    shorten,
)
from bot.slack.payload import Asked, owned
from bot.text import sentence
from bot.text.dates import moment, zone_name

__all__ = [
    "busy",
    "cannot_read",
    "failed",
    "help_text",
    "kept",
    "link_offer",
    "linked",
    "me",
    "not_linked",
    "not_yours",
    "still_asking",
    "unlink_question",
    "unlinked",
]

MAX_TYPED = 200
#: So many names of a list are told.
MAX_KNOWN = 30


def link_offer(reply: LinkOffer, reader: Reader, command: str) -> Message:
    """The button to the one-time page."""
    locale = reader.locale
    title = sentence("link.title", locale)
    blocks = [header(title), section(_why_link(reply, locale))]
    if reply.command:
        typed = f"{command} {_typed(reply.command)}"
        blocks.append(section(sentence("link.then", locale, command=typed)))
    if reply.current:
        blocks.append(context(sentence("link.replaces", locale, name=reply.current)))
    blocks.append(actions(link_button("link", sentence("button.link", locale), reply.url.reveal())))
    until = moment(reply.expires_at, reader.zone, locale)
    blocks.append(note(sentence("link.until", locale, time=until)))
    return Message(title, blocks)


def _why_link(reply: LinkOffer, locale: str) -> str:
    if reply.ended is None:
        return sentence("link.why", locale)
    return f"{sentence(f'ended.{reply.ended}', locale)} {sentence('link.ended', locale)}"


def linked(reply: Linked, reader: Reader, command: str) -> Message:
    """Linking worked."""
    title = sentence("linked.title", reader.locale, name=reply.principal.full_name)
    if reply.command:
        more = sentence("linked.then", reader.locale, command=f"{command} {_typed(reply.command)}")
    else:
        more = sentence("linked.next", reader.locale, command=command)
    return Message(escape(title), [header(title), section(more)])


def not_linked(reply: NotLinkedYet, reader: Reader, command: str) -> Message:
    """There is nothing to show or to delete, but for an open link page."""
    title = sentence("not-linked.title", reader.locale)
    if reply.pending_until is None:
        more = sentence("not-linked.next", reader.locale, command=command)
    else:
        until = moment(reply.pending_until, reader.zone, reader.locale)
        more = sentence("not-linked.pending", reader.locale, command=command, time=until)
    return Message(title, [header(title), section(more)])


def me(reply: Me, reader: Reader, command: str) -> Message:
    """As whom, since when, until when, and what is stored."""
    locale, who = reader.locale, reply.principal
    title = sentence("me.title", locale, name=who.full_name)
    since = sentence("me.since", locale, time=moment(reply.linked_at, reader.zone, locale))
    until = sentence(
        "me.ended" if reply.ended else "me.until",
        locale,
        time=moment(reply.expires_at, reader.zone, locale),
        zone=zone_name(reader.zone, locale),
        command=command,
    )
    identity = " · ".join(part for part in (who.login, who.role, who.email) if part)
    return Message(
        escape(title),
        [
            header(title),
            context(identity),
            section(f"{since}\n{until}"),
            *(section(_warning(warning, locale)) for warning in reply.warnings),
            section(sentence("me.stored", locale)),
            note(sentence("me.delete", locale, command=command)),
        ],
    )


def unlink_question(reply: UnlinkQuestion, reader: Reader, command: str) -> Message:
    """What unlinking deletes, and the button that does it."""
    title = sentence("unlink.title", reader.locale, name=reply.name or "SuperOffice")
    unlink = button("unlink", sentence("button.unlink", reader.locale), owned(reader.user), "danger")
    keep = button("keep", sentence("button.keep", reader.locale), owned(reader.user))
    what = section(sentence("unlink.what", reader.locale))
    return Message(escape(title), [header(title), what, actions(unlink, keep)])


def unlinked(reply: Unlinked, reader: Reader, command: str) -> Message:
    """What was deleted."""
    title = sentence("unlinked.title", reader.locale)
    what = section(sentence("unlinked.what", reader.locale, command=command))
    return Message(title, [header(title), what])


def not_yours(reader: Reader, command: str) -> Message:
    """The button is somebody else's."""
    text = sentence("not-yours", reader.locale, command=command)
    return Message(text, [section(text)])


def kept(reader: Reader) -> Message:
    """Nothing was deleted."""
    text = sentence("unlink.kept", reader.locale)
    return Message(text, [section(text)])


def busy(reader: Reader) -> Message:
    """The queue is full."""
    text = f"{sentence('error.busy', reader.locale)} {sentence('error.busy.next', reader.locale)}"
    return Message(text, [section(text)])


def still_asking(reply: StillAsking, reader: Reader, command: str) -> Message:
    """It takes longer than usual. What is said stays true, should it stay there."""
    if reply.command:
        typed = f"{command} {_typed(reply.command)}"
        text = sentence("still-asking.typed", reader.locale, command=typed)
    else:
        text = sentence("still-asking.page" if reply.replaces else "still-asking.beside", reader.locale)
    return Message(text, [note(text)])


def failed(reply: Failed, reader: Reader, command: str) -> Message:
    """What failed, what to do next, and a reference; never mistaken for an empty answer."""
    locale = reader.locale
    whose = "error.title" if reply.code.startswith("crm") else "error.title.own"
    title = sentence(whose, locale)
    params = {"command": command, **_escaped(reply.params)}
    what = sentence(f"error.{reply.code}", locale, **params)
    way_out = sentence(f"error.{reply.code}.next", locale, **params)
    blocks: list[Block] = [header(title), section(f"{what} {way_out}")]
    if reply.command:
        value = owned(reader.user, Asked(reply.command, reply.page).encode())
        blocks.append(actions(button("again", sentence("button.again", locale), value)))
    blocks.append(context(sentence("error.reference", locale, reference=reply.reference)))
    return Message(f"{title}. {what} {way_out}", blocks)


def cannot_read(reply: CannotRead, reader: Reader, command: str) -> Message:
    """What was typed, each thing wrong with it, and the nearest valid form."""
    title = sentence("problem.title", reader.locale)
    lines = [_problem(problem, reader, command) for problem in reply.problems]
    hint = note(sentence("problem.help", reader.locale, command=command))
    return Message(" ".join((title + ".", *lines)), [header(title), *map(section, lines), hint])


def help_text(reply: HelpText, reader: Reader, command: str) -> Message:
    """Everything one can type, or one verb with its examples."""
    verb = verb_named(reply.verb)
    if verb is None:
        return _all_help(reader, command)
    what = sentence(f"verb.{verb.name}", reader.locale, command=command)
    more = sentence(f"verb.{verb.name}.more", reader.locale, command=command)
    title = f"{command} {verb.usage}"
    blocks = [header(title), section(f"{what[0].upper()}{what[1:]}.\n{more}")]
    if verb.examples:
        blocks.append(section("\n".join(f"`{command} {example}`" for example in verb.examples)))
    if verb.reads_filters:
        actions_there_are = ", ".join(f"`{word}`" for word in SHOWN_ACTIONS)
        blocks.append(section("\n".join(_filters(reader))))
        blocks.append(note(sentence("help.actions", reader.locale, actions=actions_there_are)))
    elif verb.filtered:
        blocks.append(note(sentence("help.filtered", reader.locale, command=command)))
    return Message(escape(f"{title}: {what}"), blocks)


def _all_help(reader: Reader, command: str) -> Message:
    title = sentence("help.title", reader.locale)
    lines = [
        f"`{command} {escape(verb.usage)}`  {sentence(f'verb.{verb.name}', reader.locale, command=command)}"
        for verb in VERBS
    ]
    filters = sentence("help.filters", reader.locale)
    blocks = [
        header(title),
        section("\n".join(lines)),
        section("\n".join((filters, *_filters(reader)))),
        note(sentence("help.only-you", reader.locale)),
        note(sentence("help.more", reader.locale, command=command)),
    ]
    return Message("\n".join((title, *lines)), blocks)


def _filters(reader: Reader) -> list[str]:
    return [f"`{escape(key.examples[0])}`  {sentence(f'filter.{key.name}', reader.locale)}" for key in KEYS]


def _warning(warning: ServerWarning, locale: str) -> str:
    what = sentence(f"warning.{warning.code}", locale, detail=escape(warning.detail))
    return sentence("warning.admin", locale, warning=what)


def _problem(problem: Problem, reader: Reader, command: str) -> str:
    parts = [sentence(f"problem.{problem.code}", reader.locale, given=_typed(problem.given))]
    if problem.nearest:
        line = problem.nearest if problem.part else f"{command} {problem.nearest}"
        parts.append(sentence("problem.nearest", reader.locale, line=_typed(line)))
    if problem.known:
        known = ", ".join(f"`{_typed(each)}`" for each in problem.known[:MAX_KNOWN])
        rest = len(problem.known) - MAX_KNOWN
        more = sentence("problem.known.more", reader.locale, count=rest) if rest > 0 else ""
        parts.append(sentence("problem.known", reader.locale, known=f"{known}{more}"))
    return " ".join(parts)


def _typed(text: str) -> str:
    """What somebody typed, to be shown between back-ticks."""
    return escape(shorten(text.replace("`", "'"), MAX_TYPED))


def _escaped(params: dict[str, object]) -> dict[str, object]:
    return {name: escape(value) if isinstance(value, str) else value for name, value in params.items()}
