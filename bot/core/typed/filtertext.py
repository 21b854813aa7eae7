"""Filters as they are typed: ``action:created,person-added category:"VIP Customer" not:me top:20``."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.core.activity import ALL_ACTIONS, Action
from bot.core.errors import BadCommand, Problem
from bot.core.filters import EVERYTHING, Filter, clashes
from bot.core.typed.filterkeys import ACTION_WORDS, KEYS, PEOPLE, Key, WrongFilter, action_named, key_named
from bot.core.typed.spelling import comparable, nearest

__all__ = ["Behind", "Typed", "first_filter", "quoted", "read_filters", "written"]


@dataclass(frozen=True, slots=True)
class Behind:
    """The words right behind a value without quotes, such as the surname in ``by:Ida Holm``."""

    key: str
    value: str
    words: tuple[str, ...]
    #: Which of the words come after a comma: with these, another value begins.
    after_comma: frozenset[int] = frozenset()

    def problem(self, count: int) -> Problem:
        """That the value needs quotes: the first ``count`` words belong to it, the rest follows."""
        values = [self.value]
        for place, word in enumerate(self.words[:count]):
            if place in self.after_comma:
                values.append(word)
            else:
                values[-1] += f" {word}"
        rest = " ".join(("", *self.words[count:]))
        meant = f"{self.key}:{','.join(map(quoted, values))}{rest}"
        return Problem("without-quotes", f"{self.key}:{','.join(values)}{rest}", meant, part=True)


@dataclass(frozen=True, slots=True)
class Typed:
    """A line taken apart: its words, and what its filters say."""

    words: str
    filter: Filter
    problems: tuple[Problem, ...] = ()
    #: Whether there was any filter, however wrong.
    filtered: bool = False
    behind: Behind | None = None

    def refused(self, *problems: Problem) -> BadCommand:
        """The error for these problems, with the names that only others can judge.

        Of a value that lacks its quotes nothing more is said: it is not what was meant.
        """
        cut = {self.behind.value} if self.behind and "without-quotes" in {p.code for p in problems} else set()
        categories = tuple(name for name in self.filter.categories if name not in cut)
        return BadCommand(*problems, categories=categories, saved=self.filter.saved)


_NAMES = [name for key in KEYS for name in (key.name, *key.aliases)]
_KNOWN = "|".join(sorted(_NAMES, key=len, reverse=True))
#: A key: one of ours also with a space before its colon; any other word only without.
_KEY = re.compile(rf"(?:({_KNOWN})\s*|([^\W\d][\w-]*)):\s*", re.IGNORECASE)
#: What stands for a colon with those who write programs.
_EQUALS = re.compile(rf"({_KNOWN})\s*=\s*", re.IGNORECASE)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'(?=[\s,]|$)|[\"']([^\"']*?)(?=\s+[a-z]+\s*:|$)", re.IGNORECASE)
_BARE = re.compile(r"[^\s,]+")
_COMMA = re.compile(r"\s*,[\s,]*")
#: So many words name an action at most.
_ACTION = re.compile(r"[^\s,:\"']+(?: [^\s,:\"']+){0,2}")
#: An action's group by its word, then the single ones.
_GROUPS = ("company", "follow-up", "person")
_SINGLES = tuple(ACTION_WORDS)[:7]


def read_filters(line: str, verbs: Callable[[str], object] = lambda word: None) -> Typed:
    """Take a normalised line apart. Every problem is collected; what is wrong filters nothing.

    What ``verbs`` knows is no filter, also with a colon behind it.
    """
    if ":" not in line and "=" not in line:  # nearly always
        return Typed(" ".join(_BARE.findall(line)), EVERYTHING)
    return _Reader(line, verbs).typed()


def first_filter(line: str) -> int:
    """Where the filters of a line begin, which other words may stand before; its end where there are none."""
    starts = (match.start() for match in _KEY.finditer(line) if match[1] or match.start())
    return next((start for start in starts if not start or line[start - 1] in " ,"), len(line))


def written(filter_: Filter) -> str:
    """A filter as it can be typed: what is stored and shown of it. :func:`read_filters` reads it back."""
    parts = [f"filter:{quoted(filter_.saved)}"] if filter_.saved else []
    parts += [f"action:{','.join(_action_words(filter_.actions))}"] if filter_.actions is not None else []
    for name, values in (("category", filter_.categories), ("by", filter_.by), ("not", filter_.not_by)):
        parts += [f"{name}:{','.join(map(quoted, values))}"] if values else []
    parts += [f"top:{filter_.top}"] if filter_.top is not None else []
    parts += [f"style:{filter_.style}"] if filter_.style else []
    return " ".join(parts)


def _action_words(actions: Action) -> list[str]:
    """The fewest words that name them."""
    if actions == ALL_ACTIONS:
        return ["all"]
    groups = [word for word in _GROUPS if ACTION_WORDS[word] in actions]
    rest = actions
    for word in groups:
        rest &= ~ACTION_WORDS[word]
    return [*groups, *(word for word in _SINGLES if ACTION_WORDS[word] in rest)]


def quoted(value: str) -> str:
    """A value as it is typed, in quotes where it needs them."""
    if _BARE.fullmatch(value) and not re.search("[\"':]", value):
        return value
    return f"'{value}'" if '"' in value and "'" not in value else '"' + value.replace('"', "") + '"'


class _Reader:
    """Reads a line from left to right."""

    def __init__(self, line: str, verbs: Callable[[str], object]) -> None:
        self._line = line
        self._verbs = verbs
        self._at = 0
        self._words: list[str] = []
        self._filter = Filter()
        self._problems: list[Problem] = []
        self._seen: set[str] = set()
        #: The key and the value that the next words may belong to.
        self._open: tuple[str, str] | None = None
        self._behind: Behind | None = None
        #: There was a comma since the last word.
        self._comma = False

    def typed(self) -> Typed:
        while self._at < len(self._line):
            if self._line[self._at] == "," or self._line[self._at].isspace():
                self._comma = self._comma or self._line[self._at] == ","
                self._at += 1
            elif match := _KEY.match(self._line, self._at):
                self._at = match.end()
                self._named(match[1] or match[2])
            elif match := _EQUALS.match(self._line, self._at):
                self._at = match.end()
                self._unknown(f"{match[1]}=", match[1], "not-equals")
            elif match := _BARE.match(self._line, self._at):
                self._at = match.end()
                self._word(match[0])
        self._problems += clashes(self._filter)
        return Typed(
            " ".join(self._words), self._filter, tuple(self._problems), bool(self._seen), self._behind
        )

    def _word(self, word: str) -> None:
        self._words.append(word)
        if self._open:
            before = self._behind or Behind(*self._open, ())
            comma = {len(before.words)} if self._comma else set()
            self._behind = replace(
                before, words=(*before.words, word), after_comma=before.after_comma | comma
            )
        self._comma = False

    def _named(self, name: str) -> None:
        """What stands before a colon."""
        if key := key_named(name):
            self._key(key)
        elif self._verbs(name):
            self._word(name)
        else:
            self._unknown(f"{name}:", name, "unknown-filter")

    def _unknown(self, given: str, name: str, code: str) -> None:
        self._open = None
        self._seen.add(name)
        near = nearest(name, _NAMES)
        values = self._values(near)
        known = () if code == "not-equals" else tuple(key.usage for key in KEYS)
        given = given if known else f"{given}{','.join(map(quoted, values))}"
        self._problems.append(Problem(code, given, near and _likely(near, values), known, part=True))

    def _key(self, key: Key) -> None:
        start = self._at
        values = self._values(key.name)
        self._open = None
        again = key.single and (key.name in self._seen or len(values) > 1)
        self._seen.add(key.name)
        if not values:
            self._problems.append(Problem("no-value", f"{key.name}:", key.examples[0], part=True))
        elif again:
            near = _likely(key.name, values[:1]) if len(values) > 1 else ""
            self._problems.append(Problem("given-twice", f"{key.name}:", near, part=True))
        else:
            read = [self._take(key, value) for value in values]
            bare = not self._line[start : self._at].rstrip().endswith(("'", '"'))
            if bare and read[-1] and _may_go_on(key, values[-1]) and not self._behind:
                self._open = (key.name, values[-1])

    def _take(self, key: Key, value: str) -> bool:
        """Whether the value makes sense."""
        try:
            self._filter = key.read(value, self._filter)
        except WrongFilter as wrong:
            self._problems.append(wrong.problem)
            return False
        return True

    def _values(self, key: str) -> list[str]:
        """The values after a key; a comma between them, spaces around it or not."""
        values = []
        self._skip_commas()
        while value := self._value(key):
            values.append(value.strip(" ,"))
            if not self._skip_commas():
                break
        return [value for value in values if value]

    def _skip_commas(self) -> bool:
        """Go on to the next value, if a comma and a value follow."""
        comma = _COMMA.match(self._line, self._at)
        if comma is None or _KEY.match(self._line, comma.end()):
            return False
        self._at = comma.end()
        return True

    def _value(self, key: str) -> str:
        if key == "action" and (words := self._action()):
            return words
        match = _QUOTED.match(self._line, self._at) or _BARE.match(self._line, self._at)
        if match is None or _KEY.match(self._line, self._at):
            return ""
        self._at = match.end()
        return next((group for group in match.groups() if group is not None), match[0]) or " "

    def _action(self) -> str:
        """An action of several words without quotes, such as ``person added``: it cannot be anything else."""
        match = _ACTION.match(self._line, self._at)
        words = match[0].split() if match else []
        for count in range(len(words), 1, -1):
            end = self._at + len(" ".join(words[:count]))
            if action_named(" ".join(words[:count])) and self._line[end : end + 1] in ("", " ", ","):
                self._at = end
                return " ".join(words[:count])
        return ""


def _may_go_on(key: Key, value: str) -> bool:
    """Whether the words behind a value may belong to it."""
    return key.name != "action" and not key.single and comparable(value) not in PEOPLE


def _likely(name: str, values: list[str]) -> str:
    """A filter that works, as near as can be to one that does not."""
    (key,) = (key for key in KEYS if name in (key.name, *key.aliases))
    typed = read_filters(f"{key.name}:{','.join(map(quoted, values))}")
    if values and not typed.problems:
        return f"{key.name}:{','.join(map(quoted, values))}"
    return next((problem.nearest for problem in typed.problems if problem.nearest), key.examples[0])
