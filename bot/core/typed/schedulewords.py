"""The words of a schedule, one after another: what each says, and what those that say nothing may mean."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import NamedTuple

from bot.core.recurrence import Days
from bot.core.typed.clocktext import CLOCK, nearest_clock, read_clock
from bot.core.typed.recurrencetext import DAY_WORDS, DAYS, SaidDays, days_text
from bot.core.typed.spelling import comparable, nearest
from bot.core.typed.zonenames import nearest_zones, zone_named

__all__ = ["Said", "Wrong", "read_words", "times_text"]


class Wrong(NamedTuple):
    """Words that make no sense: the code of the problem, and the words that would, if any are near."""

    code: str
    given: str
    fix: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says of a schedule; the rest is left as it is.

    ``zone`` is ``""`` for the user's own, ``country`` for no holidays; ``None`` where nothing was said.
    """

    times: tuple[time, ...] = ()
    days: Days | None = None
    zone: str | None = None
    country: str | None = None

    @property
    def text(self) -> str:
        """The same, as it can be typed: :func:`read_words` reads it back."""
        zone = self.zone and f"in {self.zone}"
        country = self.country and f"except holidays in {self.country}"
        parts = (
            times_text(self.times),
            days_text(self.days) if self.days else "",
            "in my zone" if zone == "" else zone,
            "with holidays" if country == "" else country,
        )
        return " ".join(filter(None, parts))


def times_text(times: tuple[time, ...]) -> str:
    """Such as ``08:00,16:00``."""
    return ",".join(f"{at:%H:%M}" for at in times)


def read_words(line: str, countries: Mapping[str, str] | None = None) -> tuple[Said, tuple[Wrong, ...]]:
    """What a normalised line says, and what in it says nothing.

    ``countries`` are those with known holidays: names by codes. Without them any code will do.
    """
    return _Reader(line, countries).said()


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PUBLIC = r"(?:(?:public|bank|national|official) )?"
#: What stands for nothing between the words that say something.
_FILLER = _form(r"[\s,;&+]+|(?:and|og|at|on|the|of|every|each|then|also|please|kl\.?|@)(?=[\s,;\d]|$)")
_WITH = _form(
    rf"(?:with|including|include|(?:also |even )?on)(?: the)? {_PUBLIC}holidays?\b(?: too| as well)?"
)
_CODE = r"[a-z]{2}(?:-[a-z\d]{1,3})?"
_EXCEPT = _form(
    r"(?:but )?(?:except|excluding|exclude|skip|skipping|without|not|no|never|minus)"
    rf"(?: (?:on|for|in|during))?(?: the)? {_PUBLIC}(?:(?P<before>{_CODE}|[a-z]{{4,}}) )?{_PUBLIC}holidays?\b"
    rf"(?:(?P<of> (?:in|of|for|from)\b)| (?!(?:at|on|kl|tz)\b)(?P<after>{_CODE})(?![^\s,;]))?"
)
_OWN_ZONE = _form(
    r"(?:in )?(?:(?:my|the|our|own|slack|slack's|local|user's) )+(?:time ?)?zone\b"
    r"|(?:in )?(?:my )?local time\b|in slack\b"
)
_PART_OF_DAY = _form(r"(?:in the )?(?:mornings?|afternoons?|evenings?|nights?)\b")
_IN = _form(r"(?:in|tz|(?:time ?)?zone)(?= )")
_WITH_SLASH = _form(r"[a-z]\w*(?:/[\w+-]+)+")
_TIME = _form(rf"(?P<time>{CLOCK})(?!\w|[-/]\w)")
_WORD = _form(r"[^\s,;]+")
_WORDS = _form(r" ?(?P<words>[^\s,;]+(?: [^\s,;]+){0,3})")
_COUNTRY = _form(_CODE)
#: Countries by other codes.
_ALIASES = {"UK": "GB", "EL": "GR"}
#: What people say for a time or for days.
_MEANT = {
    **dict.fromkeys(("morning", "mornings", "am"), "08:00"),
    **dict.fromkeys(("lunch", "lunchtime"), "12:00"),
    **dict.fromkeys(("afternoon", "afternoons", "pm"), "15:00"),
    **dict.fromkeys(("evening", "evenings", "tonight"), "17:00"),
    **dict.fromkeys(("night", "nights"), "20:00"),
    **dict.fromkeys(("twice",), "08:00,16:00"),
    **dict.fromkeys(("hourly",), "08:00,10:00,12:00,14:00,16:00"),
    **dict.fromkeys(("fortnightly", "biweekly", "bi-weekly"), "weekly"),
    **dict.fromkeys(("quarterly", "yearly"), "monthly"),
}


class _Reader:
    """Reads a line from left to right."""

    def __init__(self, line: str, countries: Mapping[str, str] | None) -> None:
        self._line = line
        self._countries = countries
        self._at = 0
        self._times: set[time] = set()
        self._days = SaidDays()
        self._zone: str | None = None
        self._country: str | None = None
        self._wrong: list[Wrong] = []
        self._forms: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], None]], ...] = (
            (_WITH, self._with_holidays),
            (_EXCEPT, self._except_holidays),
            *((form, self._day(kind)) for kind, form in DAYS.items()),
            (_PART_OF_DAY, self._part_of_day),
            (_OWN_ZONE, self._own_zone),
            (_WITH_SLASH, self._with_slash),
            (_TIME, self._clock),
            (_FILLER, lambda match: None),
            (_IN, self._in),
        )

    def said(self) -> tuple[Said, tuple[Wrong, ...]]:
        while self._at < len(self._line):
            for form, take in self._forms:
                if match := form.match(self._line, self._at):
                    self._at = match.end()
                    take(match)
                    break
            else:
                self._unknown()
        clash = self._days.clash()
        if clash:
            self._wrong.append(Wrong("days-clash", *clash))
        days = None if clash else self._days.days()
        return Said(tuple(sorted(self._times)), days, self._zone, self._country), tuple(self._wrong)

    def _day(self, kind: str) -> Callable[[re.Match[str]], None]:
        def take(match: re.Match[str]) -> None:
            if wrong := self._days.take(kind, match):
                self._wrong.append(Wrong("unknown-days", *wrong))

        return take

    def _clock(self, match: re.Match[str]) -> None:
        self._days.close()
        given = match["time"]
        at = read_clock(given.casefold())
        if at is not None:
            self._times.add(at)
            return
        self._wrong.append(Wrong("unknown-time", given, _meant_time(given)))

    def _part_of_day(self, match: re.Match[str]) -> None:
        self._wrong.append(Wrong("unknown-time", match[0], _MEANT[match[0].casefold().rpartition(" ")[2]]))

    def _own_zone(self, match: re.Match[str]) -> None:
        self._zone = ""

    def _with_slash(self, match: re.Match[str]) -> None:
        self._at = match.start()
        self._in(match)

    def _in(self, match: re.Match[str]) -> None:
        words = self._longest(zone_named)
        if zone := zone_named(words):
            self._zone = zone
            return
        fixes = [f"in {zone}" for zone in nearest_zones(words)]
        self._wrong.append(Wrong("unknown-zone", words, *fixes))

    def _with_holidays(self, match: re.Match[str]) -> None:
        self._country = ""

    def _except_holidays(self, match: re.Match[str]) -> None:
        words = match["before"] or match["after"]
        words = words or (self._longest(self._country_named) if match["of"] else "")
        if country := self._country_named(words):
            self._country = country
        elif words:
            near = nearest(words, (self._countries or {}).values(), 0.7)
            codes = [code for code, name in (self._countries or {}).items() if name == near]
            fix = f"except holidays in {codes[0]}" if codes else ""
            self._wrong.append(Wrong("unknown-country", words, fix))
        else:
            self._wrong.append(Wrong("which-country", match[0], "except holidays in NO"))

    def _country_named(self, words: str) -> str:
        """The code of the country that is called so; ``""`` for none."""
        code = _ALIASES.get(words.upper(), words.upper())
        if self._countries is None:
            return code if _COUNTRY.fullmatch(words) else ""
        if code in self._countries:
            return code
        names = {comparable(name): code for code, name in self._countries.items()}
        return names.get(comparable(words), "")

    def _longest(self, named: Callable[[str], str]) -> str:
        """The words that follow: the most that name something, else those until something else is said."""
        match = _WORDS.match(self._line, self._at)
        words = match["words"].split(" ") if match else []
        start = match.start("words") if match else self._at
        for count in range(len(words), 0, -1):
            said = " ".join(words[:count])
            if named(said):
                self._at = start + len(said)
                return said
        self._at = start
        return self._run() if words else ""

    def _unknown(self) -> None:
        words = self._run()
        self._wrong.append(
            Wrong("unknown-schedule", words, " ".join(filter(None, map(_meant, words.split()))))
        )

    def _run(self) -> str:
        """The next word and all behind it until something is said again."""
        start = self._at
        while word := _WORD.match(self._line, self._at):
            self._at = word.end()
            space = re.compile(" ").match(self._line, self._at)
            if not space or any(form.match(self._line, space.end()) for form, _ in self._forms):
                break
            self._at = space.end()
        return self._line[start : self._at].strip()


def _meant_time(given: str) -> str:
    if near := nearest_clock(given):
        return f"{near:%H:%M}"
    return f"{given}th" if re.fullmatch(r"2[4-9]|30", given) else ""


def _meant(word: str) -> str:
    """What a word was probably meant to say of times, days or the zone."""
    word = word.casefold()
    ends = [read_clock(end) for end in re.split("[-/]", word)]
    if len(ends) == 2 and ends[0] and ends[1]:
        return times_text((ends[0], ends[1]))
    if zone := zone_named(word):
        return f"in {zone}"
    return _MEANT.get(word) or nearest(word, DAY_WORDS, 0.7)
