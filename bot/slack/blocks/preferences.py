"""What users set for themselves: muted companies and saved filters."""

from bot.core.filters import MutedCompany
from bot.core.replies import FilterList, FilterRemoved, FilterSaved, Muted, MutedList, Reader
from bot.core.requests import Page
from bot.core.typed.filtertext import written
from bot.slack.blocks.elements import (
    Block,
    Message,
    actions,
    bullets,
    button,
    context,
    escape,
    header,
    note,
    plain,
    section,
    shorten,
    span,
)
from bot.slack.blocks.footer import page_buttons
from bot.slack.carried import owned
from bot.text import sentence

__all__ = ["filter_list", "filter_removed", "filter_saved", "muted", "muted_list"]

#: What a heading holds beside a name.
MAX_TITLE = 100


def muted(reply: Muted, reader: Reader, command: str) -> Message:
    """What is muted now, and how to undo it."""
    title = sentence("muted.title", reader.locale, name=_name(reply.company, reader, MAX_TITLE))
    undo = _unmute(reply.company, "button.undo", reader)
    what = section(sentence("muted.what", reader.locale, command=command))
    return Message(escape(title), [header(title), what, actions(undo)])


def muted_list(reply: MutedList, reader: Reader, command: str) -> Message:
    """Every muted company with a button that lets it back in, a page at a time."""
    title = sentence("muted-list.title", reader.locale, count=reply.total)
    if not reply.total:
        title = sentence("muted-list.none", reader.locale)
    blocks: list[Block] = [header(title)]
    if reply.unmuted:
        back = sentence("muted-list.unmuted", reader.locale, name=_name(reply.unmuted, reader))
        blocks.append(context(back))
    blocks += [
        plain(_name(company, reader), _unmute(company, "button.unmute", reader))
        for company in reply.companies
    ]
    if not reply.total:
        blocks.append(note(sentence("muted-list.how", reader.locale)))
    following = Page(reply.offset + len(reply.companies))
    buttons = page_buttons("muted", Page(reply.offset), following, reply.total, reader)
    blocks += [actions(*buttons)] if buttons else []
    return Message(title, blocks)


def filter_list(reply: FilterList, reader: Reader, command: str) -> Message:
    """The saved filters, and how to use one."""
    locale = reader.locale
    if not reply.filters:
        title = sentence("filters.none", locale)
        return Message(title, [header(title), section(sentence("filters.how", locale, command=command))])
    title = sentence("filters.title", locale, count=len(reply.filters))
    lines = [[span(saved.name, "bold"), span(f"  {written(saved.filter)}")] for saved in reply.filters]
    use = sentence("filters.use", locale, command=command, name=escape(reply.filters[0].name))
    return Message(title, [header(title), bullets(*lines), note(use)])


def filter_saved(reply: FilterSaved, reader: Reader, command: str) -> Message:
    """What the name means now, and what it meant before."""
    locale, name = reader.locale, reply.saved.name
    title = sentence("filter.saved.title", locale, name=name)
    blocks = [
        header(title),
        context(written(reply.saved.filter)),
        section(sentence("filter.saved.use", locale, command=command, name=escape(name))),
    ]
    if reply.before is not None and reply.before != reply.saved.filter:
        blocks.append(context(sentence("filter.saved.before", locale, filter=written(reply.before))))
    return Message(escape(title), blocks)


def filter_removed(reply: FilterRemoved, reader: Reader, command: str) -> Message:
    """What is gone, and how to get it back."""
    name = reply.removed.name
    title = sentence("filter.removed.title", reader.locale, name=name)
    line = f"{command} filter save {name} {written(reply.removed.filter)}"
    back = sentence("filter.removed.back", reader.locale, line=line)
    blocks = [header(title), context(back)]
    if reply.is_in_digest:
        blocks.insert(1, section(sentence("filter.removed.digest", reader.locale, command=command)))
    return Message(escape(title), blocks)


def _name(company: MutedCompany, reader: Reader, limit: int = 255) -> str:
    name = shorten(" ".join(company.name.split()), limit)
    return name or sentence("answer.unnamed", reader.locale, id=str(company.id))


def _unmute(company: MutedCompany, text: str, reader: Reader) -> dict[str, object]:
    return button("unmute", sentence(text, reader.locale), owned(reader.user, str(company.id)))
