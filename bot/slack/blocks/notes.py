"""The shorter replies: linking, help, and what went wrong."""

from collections.abc import Iterator, Sequence

from bot.core.errors import Problem
from bot.core.replies import (
    CannotRead,
    Failed,
    HelpText,
    Linked,
    Me,
    NotLinkedYet,
    Reader,
    StillAsking,
    Unlinked,
    UnlinkQuestion,
)
from bot.core.servertime import ServerWarning
from bot.core.typed.command import MAX_LINE, VERBS, verb_named
from bot.core.typed.filterkeys import KEYS, SHOWN_ACTIONS, Key, key_named
from bot.core.typed.spelling import normalise
from bot.core.typed.verb import Verb
from bot.slack.blocks.elements import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    header,
    note,
    section,
    shorten,
)
from bot.slack.blocks.words import capital
from bot.slack.carried import Asked, owned
from bot.text import is_beta, sentence
from bot.text.dates import moment, zone_name

__all__ = [
    "busy",
    "cannot_read",
    "failed",
    "help_text",
    "kept",
    "linked",
    "me",
    "not_linked",
    "not_yours",
    "problem_words",
    "signed_in_until",
    "still_asking",
    "typed",
    "unlink_question",
    "unlinked",
]

MAX_TYPED = 200
#: So many names of a list are told, and so many problems: a message holds 50 blocks.
MAX_KNOWN = 30
MAX_PROBLEMS = 40


def linked(reply: Linked, reader: Reader, command: str) -> Message:
    """Linking worked."""
    title = sentence("linked.title", reader.locale, name=reply.principal.full_name)
    if reply.command:
        more = sentence("linked.then", reader.locale, command=f"{command} {typed(reply.command)}")
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
    until = signed_in_until(reply, reader, command)
    identity = " · ".join(part for part in (who.login, who.role, who.email, reply.tenant) if part)
    return Message(
        escape(title),
        [
            header(title),
            context(identity),
            section(f"{since}\n{until}"),
            *(section(_warning(warning, locale)) for warning in reply.warnings),
            section(sentence("me.stored", locale)),
            note(sentence("me.delete", locale, command=command)),
            *_beta(locale),
        ],
    )


def signed_in_until(reply: Me, reader: Reader, command: str) -> str:
    """Until when, or since when no more."""
    locale = reader.locale
    if reply.expires_at is None:
        return sentence("me.renews", locale)
    time, zone = moment(reply.expires_at, reader.zone, locale), zone_name(reader.zone, locale)
    return sentence("me.ended" if reply.ended else "me.until", locale, time=time, zone=zone, command=command)


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
        line = f"{command} {typed(reply.command)}"
        text = sentence("still-asking.typed", reader.locale, command=line)
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
    """What was typed, each thing wrong with it, and the nearest valid form; then what there is, once."""
    title = sentence("problem.title", reader.locale)
    problems = list(dict.fromkeys(reply.problems))[:MAX_PROBLEMS]
    lines = [problem_words(problem, reader.locale, command) for problem in problems]
    lines += _known(problems, reader)
    hint = note(sentence("problem.help", reader.locale, command=command))
    return Message(" ".join((title + ".", *lines)), [header(title), *map(section, lines), hint])


def help_text(reply: HelpText, reader: Reader, command: str) -> Message:
    """Everything one can type, or one verb or filter with its examples."""
    if verb := verb_named(reply.verb):
        return _verb_help(verb, reader, command)
    if key := key_named(reply.verb):
        return _filter_help(key, reader, command)
    return _all_help(reader, command)


def _verb_help(verb: Verb, reader: Reader, command: str) -> Message:
    what = sentence(f"verb.{verb.name}", reader.locale, command=command)
    more = sentence(f"verb.{verb.name}.more", reader.locale, command=command)
    title = f"{command} {verb.usage}"
    blocks = [header(title), section(f"{capital(what)}.\n{more}")]
    if verb.examples:
        blocks.append(section("\n".join(f"`{command} {example}`" for example in verb.examples)))
    if verb.reads_filters:
        blocks.append(section("\n".join(_filters(reader))))
        blocks.append(_actions_there_are(reader))
    elif verb.filtered:
        blocks.append(note(sentence("help.filtered", reader.locale, command=command)))
    return Message(escape(f"{title}: {what}"), blocks)


def _filter_help(key: Key, reader: Reader, command: str) -> Message:
    what = sentence(f"filter.{key.name}", reader.locale)
    more = sentence(f"filter.{key.name}.more", reader.locale, command=command)
    examples = "\n".join(f"`{command} today {escape(example)}`" for example in key.examples)
    blocks = [header(key.usage), section(f"{capital(what)}.\n{more}"), section(examples)]
    if key.name == "action":
        blocks.append(_actions_there_are(reader))
    return Message(escape(f"{key.usage}: {what}"), blocks)


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
        *_beta(reader.locale),
    ]
    return Message("\n".join((title, *lines)), blocks)


def _beta(locale: str) -> Iterator[Block]:
    if is_beta(locale):
        yield note(sentence("beta", locale))


def _filters(reader: Reader) -> Iterator[str]:
    for key in KEYS:
        examples = " ".join(f"`{escape(example)}`" for example in key.examples)
        yield f"{examples}  {sentence(f'filter.{key.name}', reader.locale)}"


def _actions_there_are(reader: Reader) -> Block:
    there_are = ", ".join(f"`{word}`" for word in SHOWN_ACTIONS)
    return note(sentence("help.actions", reader.locale, actions=there_are))


def _warning(warning: ServerWarning, locale: str) -> str:
    what = sentence(f"warning.{warning.code}", locale, detail=escape(warning.detail))
    return sentence("warning.admin", locale, warning=what)


def problem_words(problem: Problem, locale: str, command: str) -> str:
    """What is wrong, and what may have been meant; what was typed stands between back-ticks."""
    given = typed(problem.given)
    wrong = sentence(f"problem.{problem.code}", locale, given=given, most=MAX_LINE)
    if not problem.nearest:
        return wrong
    line, other = (
        typed(text if problem.part else f"{command} {text}") for text in (problem.nearest, problem.other)
    )
    meant = "problem.either" if problem.other else "problem.nearest"
    return f"{wrong} {sentence(meant, locale, line=line, other=other)}"


def _known(problems: Sequence[Problem], reader: Reader) -> Iterator[str]:
    """What there is to choose from, each list once."""
    lists = {problem.known: problem.code for problem in reversed(problems) if problem.known}
    for names, code in reversed(lists.items()):
        known = ", ".join(f"`{typed(each)}`" for each in names[:MAX_KNOWN])
        rest = len(names) - MAX_KNOWN
        more = sentence("problem.known.more", reader.locale, count=rest) if rest > 0 else ""
        yield sentence(f"problem.known.{code}", reader.locale, known=f"{known}{more}")


def typed(text: str) -> str:
    """What somebody typed, to be shown between back-ticks; of nothing, a mark: two back-ticks are no code."""
    return escape(shorten(text.replace("`", "'"), MAX_TYPED)) if normalise(text) else "…"


def _escaped(params: dict[str, object]) -> dict[str, object]:
    return {name: escape(value) if isinstance(value, str) else value for name, value in params.items()}
