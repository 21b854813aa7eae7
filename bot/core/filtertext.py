"""Filters as they are typed: ``action:created,person-added category:"VIP Customer" not:me top:20``."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.core.activity import Action
from bot.core.errors import Problem
from bot.core.filters import ME, OTHERS, Filter, Style
from bot.core.spelling import comparable, nearest

__all__ = [
    "ACTION_WORDS",
    "KEYS",
    "MAX_TOP",
    "SHOWN_ACTIONS",
    "Key",
    "Typed",
    "quoted",
    "read_filters",
    "written",
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
_BY_LETTERS = {word.replace("-", ""): action for word, action in ACTION_WORDS.items()}
#: The action words that ``help`` lists.
SHOWN_ACTIONS = tuple(ACTION_WORDS)[:11]

_PEOPLE = {"me": ME, "myself": ME, "mine": ME, "others": OTHERS, "other": OTHERS}


@dataclass(frozen=True, slots=True)
class Typed:
    """A line taken apart: its words, and what its filters say."""

    words: str
    filter: Filter
    problems: tuple[Problem, ...] = ()
    #: Whether there was any filter, however wrong.
    filtered: bool = False
    #: The words that stand right behind a value without quotes, such as the surname in ``by:Ida Holm``; and
    #: the value with them, quoted, as it may have been meant.
    behind: str = ""
    quoted: str = ""


class _Wrong(Exception):
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
    letters = re.sub(r"[\W_]", "", comparable(value))
    action = _BY_LETTERS.get(letters)
    if action is None:
        near = nearest(value, ACTION_WORDS)
        raise _Wrong(Problem("unknown-action", value, near and f"action:{near}", SHOWN_ACTIONS, part=True))
    return replace(so_far, actions=(so_far.actions or Action(0)) | action)


def _category(value: str, so_far: Filter) -> Filter:
    return replace(so_far, categories=_with(so_far.categories, value))


def _by(value: str, so_far: Filter) -> Filter:
    return replace(so_far, by=_with(so_far.by, _who("by", value)))


def _not(value: str, so_far: Filter) -> Filter:
    return replace(so_far, not_by=_with(so_far.not_by, _who("not", value)))


def _who(key: str, value: str) -> str:
    if value.startswith("@"):
        raise _Wrong(Problem("slack-name", f"{key}:{value}"))
    return _PEOPLE.get(comparable(value), value)


def _top(value: str, so_far: Filter) -> Filter:
    if not (value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= MAX_TOP):
        raise _Wrong(Problem("no-count", f"top:{value}", "top:20", part=True))
    return replace(so_far, top=int(value))


def _style(value: str, so_far: Filter) -> Filter:
    if comparable(value) not in {style.value for style in Style}:
        near = nearest(value, list(Style))
        raise _Wrong(Problem("unknown-style", value, near and f"style:{near}", tuple(Style), part=True))
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

_KNOWN = "|".join(sorted(_BY_NAME, key=len, reverse=True))
#: A key: one of ours also with a space before its colon; any other word only without.
_KEY = re.compile(rf"(?:({_KNOWN})\s*|([^\W\d][\w-]*)):\s*", re.IGNORECASE)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'(?=[\s,]|$)|[\"']([^\"']*?)(?=\s+[a-z]+\s*:|$)", re.IGNORECASE)
_BARE = re.compile(r"[^\s,]+")
_COMMA = re.compile(r"\s*,[\s,]*")


def read_filters(line: str) -> Typed:
    """Take a normalised line apart. Every problem is collected; what is wrong filters nothing."""
    return _Reader(line).typed()


def written(filter_: Filter) -> str:
    """A filter as it can be typed: what is stored and shown of it. :func:`read_filters` reads it back."""
    parts = [f"filter:{quoted(filter_.saved)}"] if filter_.saved else []
    if filter_.actions is not None:
        singles = [word for word in tuple(ACTION_WORDS)[:7] if ACTION_WORDS[word] in filter_.actions]
        parts.append(f"action:{','.join(singles)}")
    for name, values in (("category", filter_.categories), ("by", filter_.by), ("not", filter_.not_by)):
        parts += [f"{name}:{','.join(map(quoted, values))}"] if values else []
    parts += [f"top:{filter_.top}"] if filter_.top is not None else []
    parts += [f"style:{filter_.style}"] if filter_.style else []
    return " ".join(parts)


def quoted(value: str) -> str:
    """A value as it is typed, in quotes where it needs them."""
    if _BARE.fullmatch(value) and not re.search("[\"':]", value):
        return value
    return f"'{value}'" if '"' in value and "'" not in value else '"' + value.replace('"', "") + '"'


class _Reader:
    """Reads a line from left to right."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._at = 0
        self._words: list[str] = []
        self._filter = Filter()
        self._problems: list[Problem] = []
        self._seen: set[str] = set()
        #: The key and the value that the next words may belong to.
        self._open: tuple[str, str] | None = None
        self._behind: list[str] = []
        self._meant = ""

    def typed(self) -> Typed:
        while self._at < len(self._line):
            if self._line[self._at] == "," or self._line[self._at].isspace():
                self._at += 1
            elif match := _KEY.match(self._line, self._at):
                self._at = match.end()
                self._key(match[1] or match[2])
            elif match := _BARE.match(self._line, self._at):
                self._at = match.end()
                self._word(match[0])
        clash = set(map(comparable, self._filter.by)) & set(map(comparable, self._filter.not_by))
        if clash:
            self._problems.append(Problem("excludes-itself", min(clash)))
        words, behind = " ".join(self._words), " ".join(self._behind)
        return Typed(words, self._filter, tuple(self._problems), bool(self._seen), behind, self._meant)

    def _word(self, word: str) -> None:
        self._words.append(word)
        if self._open:
            self._behind.append(word)
            key, value = self._open
            self._meant = f"{key}:{quoted(' '.join((value, *self._behind)))}"

    def _key(self, name: str) -> None:
        key = _BY_NAME.get(name.lower())
        start = self._at
        values = self._values()
        self._open = None
        bare = values and not self._line[start : self._at].rstrip().endswith(("'", '"'))
        if bare and key and not key.single and comparable(values[-1]) not in _PEOPLE and not self._behind:
            self._open = (key.name, values[-1])
        again = key is not None and key.single and (key.name in self._seen or len(values) > 1)
        self._seen.add(key.name if key else name)
        if key is None:
            near = nearest(name, _BY_NAME)
            near = near and f"{_BY_NAME[near].name}:{','.join(map(quoted, values))}"
            known = tuple(key.name for key in KEYS)
            self._problems.append(Problem("unknown-filter", f"{name}:", near, known, part=True))
        elif not values:
            self._problems.append(Problem("no-value", f"{key.name}:", key.examples[0], part=True))
        elif again:
            self._problems.append(Problem("given-twice", f"{key.name}:"))
        else:
            for value in values:
                self._take(key, value)

    def _take(self, key: Key, value: str) -> None:
        try:
            self._filter = key.read(value, self._filter)
        except _Wrong as wrong:
            self._problems.append(wrong.problem)

    def _values(self) -> list[str]:
        """The values after a key; a comma between them, spaces around it or not."""
        values = []
        while value := self._value():
            values.append(value.strip(" ,"))
            comma = _COMMA.match(self._line, self._at)
            if comma is None or _KEY.match(self._line, comma.end()):
                break
            self._at = comma.end()
        return [value for value in values if value]

    def _value(self) -> str:
        match = _QUOTED.match(self._line, self._at) or _BARE.match(self._line, self._at)
        if match is None or _KEY.match(self._line, self._at):
            return ""
        self._at = match.end()
        return next((group for group in match.groups() if group is not None), match[0]) or " "
