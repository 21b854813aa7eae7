"""The filters that there are: what each is called, what it takes, and how a value of it is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.core.activity import ALL_ACTIONS, Action
from bot.core.errors import Problem
from bot.core.filters import ME, OTHERS, Filter, Style
from bot.core.typed.spelling import comparable, nearest

__all__ = [
    "ACTION_WORDS",
    "KEYS",
    "MAX_TOP",
    "PEOPLE",
    "SHOWN_ACTIONS",
    "Key",
    "WrongFilter",
    "action_named",
    "key_named",
]

#: More companies than anybody pages through.
MAX_TOP = 500

#: An action by the word that is typed for it. The first word of each is the one that the bot uses itself.
ACTION_WORDS: dict[str, Action] = {
    "created": Action.CREATED,
    "updated": Action.UPDATED,
    "new-follow-up": Action.NEW_ACTIVITY,
    "follow-up-completed": Action.ACTIVITY_COMPLETED,
    "person-added": Action.PERSON_ADDED,
    "person-updated": Action.PERSON_UPDATED,
    "document-added": Action.DOCUMENT_ADDED,
    "company": Action.CREATED | Action.UPDATED,
    "follow-up": Action.NEW_ACTIVITY | Action.ACTIVITY_COMPLETED,
    "person": Action.PERSON_ADDED | Action.PERSON_UPDATED,
    "document": Action.DOCUMENT_ADDED,
    "new-activity": Action.NEW_ACTIVITY,
    "activity-completed": Action.ACTIVITY_COMPLETED,
    "activity": Action.NEW_ACTIVITY | Action.ACTIVITY_COMPLETED,
    "completed": Action.ACTIVITY_COMPLETED,
}
#: Other ways to say the same, which are understood but not suggested.
_OTHER_WORDS: dict[str, Action] = {
    "all": ALL_ACTIONS,
    "any": ALL_ACTIONS,
    "everything": ALL_ACTIONS,
    "company-created": Action.CREATED,
    "company-updated": Action.UPDATED,
    "companies": Action.CREATED | Action.UPDATED,
    "follow-ups": Action.NEW_ACTIVITY | Action.ACTIVITY_COMPLETED,
    "new-follow-ups": Action.NEW_ACTIVITY,
    "completed-follow-ups": Action.ACTIVITY_COMPLETED,
    "follow-ups-completed": Action.ACTIVITY_COMPLETED,
    "activities": Action.NEW_ACTIVITY | Action.ACTIVITY_COMPLETED,
    "persons": Action.PERSON_ADDED | Action.PERSON_UPDATED,
    "people": Action.PERSON_ADDED | Action.PERSON_UPDATED,
    "persons-added": Action.PERSON_ADDED,
    "persons-updated": Action.PERSON_UPDATED,
    "documents": Action.DOCUMENT_ADDED,
    "documents-added": Action.DOCUMENT_ADDED,
}
_BY_LETTERS = {word.replace("-", ""): action for word, action in (ACTION_WORDS | _OTHER_WORDS).items()}
#: The action words that ``help`` lists.
SHOWN_ACTIONS = tuple(ACTION_WORDS)[:11]

#: The words for people that are no names.
PEOPLE = {"me": ME, "myself": ME, "mine": ME, "others": OTHERS, "other": OTHERS}


class WrongFilter(Exception):
    """A value that makes no sense to its filter."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Key:
    """One kind of filter: how it is written and read. What it does, in words, is ``filter.<name>``."""

    name: str
    argument: str
    read: Callable[[str, Filter], Filter]
    examples: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    #: It takes one value and may be given once.
    single: bool = False

    @property
    def usage(self) -> str:
        """Such as ``action:<what>``."""
        return f"{self.name}:{self.argument}"


def _action(value: str, so_far: Filter) -> Filter:
    action = action_named(value)
    if action is None:
        near = nearest(value, ACTION_WORDS)
        meant = near and f"action:{near}"
        raise WrongFilter(Problem("unknown-action", value, meant, SHOWN_ACTIONS, part=True))
    return replace(so_far, actions=(so_far.actions or Action(0)) | action)


def _category(value: str, so_far: Filter) -> Filter:
    return replace(so_far, categories=_with(so_far.categories, value))


def _by(value: str, so_far: Filter) -> Filter:
    return replace(so_far, by=_with(so_far.by, _who("by", value)))


def _not(value: str, so_far: Filter) -> Filter:
    return replace(so_far, not_by=_with(so_far.not_by, _who("not", value)))


def _who(key: str, value: str) -> str:
    if value.startswith("@"):
        raise WrongFilter(Problem("slack-name", f"{key}:{value}"))
    if not any(map(str.isalnum, value)):  # it would fit everybody
        raise WrongFilter(Problem("no-name", f"{key}:{value}"))
    return PEOPLE.get(comparable(value), value)


def _top(value: str, so_far: Filter) -> Filter:
    if not (value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= MAX_TOP):
        near = f"top:{MAX_TOP if re.fullmatch('[1-9][0-9]{2,}', value) else 20}"
        raise WrongFilter(Problem("no-count", f"top:{value}", near, part=True))
    return replace(so_far, top=int(value))


def _style(value: str, so_far: Filter) -> Filter:
    if comparable(value) not in {style.value for style in Style}:
        near = nearest(value, list(Style))
        raise WrongFilter(Problem("unknown-style", value, near and f"style:{near}", tuple(Style), part=True))
    return replace(so_far, style=Style(comparable(value)))


def _saved(value: str, so_far: Filter) -> Filter:
    return replace(so_far, saved=comparable(value))


def _with(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    known = {comparable(each) for each in values}
    return values if comparable(value) in known else (*values, value)


KEYS: tuple[Key, ...] = (
    Key("action", "<what>", _action, ("action:created,person-added",), ("actions",)),
    Key("category", "<name>", _category, ('category:"VIP Customer",prospect',), ("categories", "cat")),
    Key("by", "<who>", _by, ("by:me", "by:others", 'by:"Ida Holm"')),
    Key("not", "<who>", _not, ("not:me", 'not:"Ida Holm"')),
    Key("top", "<number>", _top, ("top:20",), single=True),
    Key("style", "<full, compact or table>", _style, ("style:table",), single=True),
    Key("filter", "<saved>", _saved, ("filter:vip",), ("filters", "saved"), single=True),
)
_BY_NAME = {name: key for key in KEYS for name in (key.name, *key.aliases)}


def key_named(name: str) -> Key | None:
    """The filter with this name or alias."""
    return _BY_NAME.get(name.lower())


def action_named(words: str) -> Action | None:
    """The action of this name, however it is written."""
    return _BY_LETTERS.get(re.sub(r"[\W_]", "", comparable(words)))
