"""Filters: which activities to ask for, which to leave out of an answer, and why each was left out."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import cache
from itertools import chain

from bot.core.activity import ALL_ACTIONS, Action, Activity
from bot.core.errors import Problem
from bot.core.people import Principal
from bot.core.typed.spelling import comparable, nearest
from bot.core.window import Judged

__all__ = [
    "EVERYTHING",
    "ME",
    "OTHERS",
    "Filter",
    "MutedCompany",
    "Reason",
    "SavedFilter",
    "Sifted",
    "Style",
    "clashes",
    "did",
    "of_one_reader",
    "sift",
    "unknown_people",
    "why_dropped",
    "words_of",
]

#: Who did it: the reader, or anybody else. Every other word is part of a name.
ME, OTHERS = "me", "others"
#: What takes a name apart.
Words = Callable[[str], frozenset[str]]


class Style(StrEnum):
    """How an answer is drawn."""

    FULL = "full"
    COMPACT = "compact"
    TABLE = "table"


class Reason(StrEnum):
    """Why the bot left a company out that SuperOffice told of. The first that fits counts."""

    MUTED = "muted"
    #: The latest activity is the reader's own.
    OWN = "own"
    #: Somebody else did it than was asked for.
    PERSON = "person"
    #: It is older than the newest so many.
    TOP = "top"


@dataclass(frozen=True, slots=True)
class Filter:
    """What was asked for; ``None`` and ``()`` ask for everything.

    SuperOffice filters by action and category, the bot by people: of the latest activity alone, since
    SuperOffice tells no other.
    """

    actions: Action | None = None
    #: Names of categories, as they were typed.
    categories: tuple[str, ...] = ()
    #: Keep what one of these did: ``ME``, ``OTHERS``, or words of a name.
    by: tuple[str, ...] = ()
    #: Leave out what one of these did.
    not_by: tuple[str, ...] = ()
    #: Keep the newest so many.
    top: int | None = None
    style: Style | None = None
    #: The name of a saved filter to start from.
    saved: str = ""

    def over(self, base: "Filter") -> "Filter":
        """This filter on top of ``base``: what it says counts, what it leaves open is ``base``'s.

        Whom it wants ``base`` no longer leaves out, and the reverse.
        """
        base = replace(
            base,
            by=tuple(who for who in base.by if not any(_excludes(no, who) for no in self.not_by)),
            not_by=tuple(no for no in base.not_by if not any(_excludes(no, who) for who in self.by)),
        )
        said = {part.name: getattr(self, part.name) or getattr(base, part.name) for part in fields(self)}
        return Filter(**{**said, "saved": self.saved})

    @property
    def lets_everything_through(self) -> bool:
        """Whether it leaves nothing out, but for what is muted."""
        return Filter(style=self.style, saved=self.saved) == replace(self, actions=self._actions_asked)

    @property
    def at_the_crm(self) -> bool:
        """Whether SuperOffice is asked for less than everything."""
        return bool(self.categories) or self._actions_asked is not None

    @property
    def _actions_asked(self) -> Action | None:
        """``action:all`` asks for no less; it is typed to undo what a saved filter says."""
        return None if self.actions == ALL_ACTIONS else self.actions


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class MutedCompany:
    """A company that its reader wants to see no more."""

    id: int
    #: As it was when it was muted.
    name: str


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter under a name of its owner's."""

    name: str
    filter: Filter


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is left of an answer, and how much was left out of it, by reason."""

    inside: tuple[Activity, ...]
    later: tuple[Activity, ...]
    dropped: Mapping[Reason, int] = field(default_factory=dict)


def clashes(filter_: Filter) -> tuple[Problem, ...]:
    """Whom a filter both wants and does not want; that it wants nobody at all."""
    if {ME, OTHERS} <= set(filter_.not_by):
        return (Problem("leaves-nobody", f"not:{ME},{OTHERS}"),)
    wanted = (who for who in filter_.by if any(_excludes(no, who) for no in filter_.not_by))
    return tuple(Problem("excludes-itself", who) for who in wanted)


def of_one_reader(filter_: Filter) -> tuple[Problem, ...]:
    """What makes sense to a single reader alone: in a channel nobody in particular is "me"."""
    said = (("by", who) for who in filter_.by), (("not", who) for who in filter_.not_by)
    return tuple(
        Problem("nobody-is-me", f"{key}:{who}", part=True) for key, who in chain(*said) if who in (ME, OTHERS)
    )


def _excludes(no: str, who: str) -> bool:
    """Whether leaving out ``no`` leaves out all of ``who``: a part of a name stands for more people."""
    if no == OTHERS:
        return who != ME
    if ME in (no, who) or who == OTHERS:
        return no == who
    unwanted = words_of(no)
    return bool(unwanted) and unwanted <= words_of(who)


def words_of(name: str) -> frozenset[str]:
    """The words of a name. Who goes through many rows, which have few different ones, caches it meanwhile."""
    return frozenset(comparable(name).split())


def sift(judged: Judged, filter_: Filter, reader: Principal, muted: Collection[int]) -> Sifted:
    """Leave out what is muted or asked to be left out; then, of what is within the window, all but the
    newest.

    ``muted`` are company ids. Companies that were active again since the window ended are listed apart, all
    of them: nobody can say whether they were among the newest within it.
    """
    dropped: Counter[Reason] = Counter()
    words = cache(words_of)

    def kept(activities: Collection[Activity]) -> Iterator[Activity]:
        for activity in activities:
            if reason := why_dropped(activity, filter_, reader, muted, words):
                dropped[reason] += 1
            else:
                yield activity

    inside, later = tuple(kept(judged.inside)), tuple(kept(judged.later))
    newest = inside[: filter_.top]
    if len(newest) < len(inside):
        dropped[Reason.TOP] = len(inside) - len(newest)
    return Sifted(newest, later, dropped)


def why_dropped(
    activity: Activity,
    filter_: Filter,
    reader: Principal,
    muted: Collection[int],
    words: Words = words_of,
) -> Reason | None:
    """Why an activity is left out for what it is; ``None`` to keep it."""
    if activity.company_id in muted:
        return Reason.MUTED
    if not (filter_.by or filter_.not_by):
        return None
    wanted = not filter_.by or any(did(who, activity, reader, words) for who in filter_.by)
    unwanted = any(did(who, activity, reader, words) for who in filter_.not_by)
    if wanted and not unwanted:
        return None
    return Reason.OWN if did(ME, activity, reader) else Reason.PERSON


def unknown_people(filter_: Filter, activities: Collection[Activity]) -> Iterator[tuple[str, str]]:
    """Each name in the filter that nobody has who was active, with the nearest that somebody has, if any."""
    names = [name for name in dict.fromkeys((*filter_.by, *filter_.not_by)) if name not in (ME, OTHERS)]
    everybody = dict.fromkeys(activity.actor for activity in activities) if names else {}
    actors = {actor: words_of(actor) for actor in everybody}
    for name in names:
        wanted = words_of(name)
        if not any(wanted <= words for words in actors.values()):
            yield name, nearest(name, actors)


def did(who: str, activity: Activity, reader: Principal, words: Words = words_of) -> bool:
    """Whether ``who`` did it: ``ME``, ``OTHERS``, or words of a name."""
    own = bool(activity.actor_id) and activity.actor_id == reader.person_id
    if who in (ME, OTHERS):
        return own if who == ME else not own
    wanted = words(who)
    return bool(wanted) and wanted <= words(activity.actor)
